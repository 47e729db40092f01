"""The model card: Markdown for programs, a page for browsers, and nothing of it is run."""

from pathlib import Path
from types import ModuleType

import pytest

from essay_scorer.serving.card_page import card_page
from essay_scorer.serving.markdown_html import markdown_to_html
from tests.serving.http_calls import Call, Reply

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def _html(markdown: str) -> str:
    return "\n".join(markdown_to_html(markdown))


@pytest.mark.parametrize("accept", ["", "*/*", "text/plain", "text/html;q=0", "text/html;q=0.0"])
def test_programs_get_markdown(port: int, shipped: Path, accept: str) -> None:
    headers = {"Accept": accept} if accept else {}
    card = Call(method="GET", path="/card", headers=headers).send(port)
    assert card.headers["content-type"] == "text/plain; charset=utf-8"
    assert card.headers["vary"] == "Accept"
    assert card.body.decode() == (shipped / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("accept", [BROWSER, "text/html", "TEXT/HTML;q=0.5", "*/*, text/html"])
def test_browsers_get_a_page(port: int, function: ModuleType, accept: str) -> None:
    call = Call(method="GET", path="/card", headers={"Accept": accept})
    for reply in (call.send(port), Reply.of(function.handler(call.function_url(), None))):
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        page = reply.body.decode()
        assert "<h1>essay-scorer-en" in page
        assert "<script" not in page


def test_markdown_becomes_elements() -> None:
    html = _html(
        "# A *card*\n\nTwo\nlines, **bold** and `a < b`; [a link](https://example.org/a?b=1&c=2).\n"
        "- one\n  goes on\n- two\n\n1. first\n2. second\n\n```\n<code>\n\n# no heading\n```\n"
    )
    assert html == "\n".join(
        [
            "<h1>A <em>card</em></h1>",
            "<p>Two lines, <strong>bold</strong> and <code>a &lt; b</code>; "
            '<a href="https://example.org/a?b=1&amp;c=2">a link</a>.</p>',
            *("<ul>", "<li>one goes on</li>", "<li>two</li>", "</ul>"),
            *("<ol>", "<li>first</li>", "<li>second</li>", "</ol>"),
            "<pre>&lt;code&gt;\n\n# no heading</pre>",
        ]
    )


def test_tables_have_header_cells() -> None:
    with_header = _html("| by | r |\n|---|--:|\n| a \\| b | 0.5 |\n| short |\n")
    assert '<th scope="col">by</th><th scope="col">r</th>' in with_header
    assert "<tr><td>a | b</td><td>0.5</td></tr>" in with_header
    assert "<tr><td>short</td><td></td></tr>" in with_header
    names = _html("| | |\n|---|---|\n| recipe | `default` |\n")
    assert '<tr><th scope="row">recipe</th><td><code>default</code></td></tr>' in names


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "# <img src=x onerror=alert(1)>",
        "- <iframe src=//evil.example></iframe>",
        "| <b>a</b> | b |\n|---|---|\n| <svg onload=alert(1)> | c |",
        "`<script>`, **<script>**, *<script>*",
        "[a](javascript:alert(1)) [b](data:text/html,x) ![c](https://evil.example/c.png)",
        '[a](https://evil.example/" onclick="alert(1))',
        "```\n</pre><script>alert(1)</script>\n",
    ],
)
def test_no_element_of_a_card_reaches_the_page(markdown: str) -> None:
    page = card_page(markdown, model="<script>").decode()
    body = page.partition("<main")[2]
    for element in ("<script", "<img", "<iframe", "<svg", "<b>", "<a "):
        assert element not in body
    assert "<title>&lt;script&gt;" in page


@pytest.mark.parametrize("size", [1, 20_000])
def test_any_text_becomes_a_page(size: int) -> None:
    for piece in (
        "#",
        "*",
        "**",
        "[",
        "](",
        "`",
        "|",
        "|-",
        "\n",
        "- ",
        "```",
        " ",
        "| a |\n|-|\n",
    ):
        assert card_page(piece * size, model="m").endswith(b"</html>\n")


def test_health_says_whether_a_profile_scores(port: int) -> None:
    assert "profile" not in Call(method="GET", path="/health").send(port).json
