"""The model card as a page for people: plain HTML, without scripts or foreign hosts."""

from html import escape

from essay_scorer.serving.markdown_html import markdown_to_html

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
<body class="contract model-card">
<a class="skip-link" href="#main">Skip to content</a>
<nav aria-label="Pages"><a href="./">Back to the essays</a></nav>
<main id="main" tabindex="-1" class="card">"""


def card_page(markdown: str, *, model: str) -> bytes:
    """Return the page, in UTF-8.

    Args:
        markdown: the card.
        model: its name and version, for the title.
    """
    head = _HEAD.format(title=escape(f"{model}: the model card"))
    return "\n".join(
        [head, *markdown_to_html(markdown), "</main>", "</body>", "</html>", ""]
    ).encode()
