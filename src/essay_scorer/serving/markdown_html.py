"""HTML from the Markdown that model cards use: headings, paragraphs, lists, tables, code.

What is not among these stays text: nothing in a card becomes an element that is not named here, so
a foreign bundle's card cannot bring scripts, images or forms into the page.
"""

import re
from collections.abc import Callable, Iterator
from html import escape

_HEADING = re.compile(r"(#{1,6})\s+(.*)$")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s+(.*)$")
_ORDERED = re.compile(r"\d")
_FENCE = re.compile(r"(```|~~~)")
_TABLE_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")
_CELL_END = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(?<!!)\[([^\[\]]+)\]\((https?://[^\s()<>\"]+)\)")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])")

Lines = list[str]


def markdown_to_html(text: str) -> Iterator[str]:
    """Yield the elements of a Markdown text."""
    lines = text.splitlines()
    while lines:
        if not lines[0].strip():
            lines.pop(0)
            continue
        yield from _block(lines)


def inline_html(text: str) -> str:
    """Return a line's text as HTML: code, links, strong and emphasized text; all else escaped."""
    parts = _CODE.split(text)
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else _prose(part)
        for index, part in enumerate(parts)
    )


def _prose(text: str) -> str:
    html = _STRONG.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _LINK.sub(_link, _EMPHASIS.sub(r"<em>\1</em>", html))


def _link(match: re.Match[str]) -> str:
    return f'<a href="{match[2]}">{match[1]}</a>'


def _block(lines: Lines) -> Iterator[str]:
    """Take one block off the lines, and yield its elements."""
    first = lines[0].strip()
    if _FENCE.match(first):
        yield _code_block(lines)
    elif heading := _HEADING.match(first):
        lines.pop(0)
        level = len(heading[1])
        yield f"<h{level}>{inline_html(heading[2])}</h{level}>"
    elif _is_table(lines):
        yield from _table(lines)
    elif _ITEM.match(first):
        yield from _list(lines)
    else:
        taken = _take(lines, lambda _: True)
        yield f"<p>{inline_html(' '.join(taken))}</p>"


def _take(lines: Lines, belongs: Callable[[str], bool]) -> Lines:
    """Take the lines of a block: the first one, and those that belong to it and start no other."""
    taken = [lines.pop(0).strip()]
    while lines and lines[0].strip() and belongs(lines[0]) and not _starts_block(lines):
        taken.append(lines.pop(0).strip())
    return taken


def _starts_block(lines: Lines) -> bool:
    line = lines[0].strip()
    return bool(_FENCE.match(line) or _HEADING.match(line) or _ITEM.match(line)) or _is_table(lines)


def _is_table(lines: Lines) -> bool:
    return len(lines) > 1 and "|" in lines[0] and _TABLE_RULE.match(lines[1].strip()) is not None


def _code_block(lines: Lines) -> str:
    fence = lines.pop(0).strip()[:3]
    code: Lines = []
    while lines and not lines[0].strip().startswith(fence):
        code.append(lines.pop(0))
    del lines[:1]
    return f"<pre>{escape(chr(10).join(code))}</pre>"


def _list(lines: Lines) -> Iterator[str]:
    kind = "ol" if _ORDERED.match(lines[0].strip()) else "ul"
    yield f"<{kind}>"
    while lines and (item := _ITEM.match(lines[0].strip())):
        lines[0] = item[1]
        taken = _take(lines, lambda line: line.startswith(" "))
        yield f"<li>{inline_html(' '.join(taken))}</li>"
    yield f"</{kind}>"


def _table(lines: Lines) -> Iterator[str]:
    """Yield a table; one with an empty header row has a header column instead."""
    header = _cells(lines.pop(0))
    lines.pop(0)
    has_names = not any(header)
    yield '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>'
    if not has_names:
        row = "".join(_header_cell(cell) for cell in header)
        yield f"<thead><tr>{row}</tr></thead>"
    yield "<tbody>"
    while lines and "|" in lines[0]:
        cells = _cells(lines.pop(0))[: len(header)]
        cells += [""] * (len(header) - len(cells))
        yield "<tr>" + "".join(_body_cells(cells, has_names=has_names)) + "</tr>"
    yield "</tbody></table></div>"


def _header_cell(cell: str) -> str:
    return f'<th scope="col">{inline_html(cell)}</th>' if cell else "<td></td>"


def _body_cells(cells: Lines, *, has_names: bool) -> Iterator[str]:
    for index, cell in enumerate(cells):
        is_name = has_names and index == 0 and cell
        tag, end = ('th scope="row"', "th") if is_name else ("td", "td")
        yield f"<{tag}>{inline_html(cell)}</{end}>"


def _cells(line: str) -> Lines:
    """Return the cells of a table's row."""
    inner = line.strip().removeprefix("|")
    inner = inner.removesuffix("|") if not inner.endswith("\\|") else inner
    return [cell.replace("\\|", "|").strip() for cell in _CELL_END.split(inner)]
