"""Pages for people beside the teacher's page: plain HTML, without scripts or foreign hosts."""

from collections.abc import Iterable
from html import escape

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="static/page.css">
<link rel="stylesheet" href="static/docs.css">
</head>
<body class="{kind}">
<a class="skip-link" href="#main">Skip to content</a>
"""


def plain_page(parts: Iterable[str], *, title: str, kind: str) -> bytes:
    """Return a page, in UTF-8.

    Args:
        parts: HTML, with the start of the element ``main``, which the page ends.
        title: as text.
        kind: classes of the body, for the style sheet.
    """
    head = _HEAD.format(title=escape(title), kind=kind)
    return head.encode() + "\n".join([*parts, "</main>", "</body>", "</html>", ""]).encode()
