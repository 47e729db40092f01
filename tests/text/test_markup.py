import csv
import html
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer.text.markup import remove_markup
from essay_scorer.text.normalize import Passage, Text, normalize

MOODLE = Path(__file__).with_name("moodle_html.csv")
FIRST = "The town wants to close the swimming pool on Mondays. " * 3
SECOND = "Second, the older people go there because the water helps their knees. " * 3
TWO_PARAGRAPHS = f"{FIRST.strip()}\n\n{SECOND.strip()}"

MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br>", "<div class='a>b'>", "<!-- a", "-->", "<", ">", "&", ";", "&amp;",
         "&#233;", "&#x0;", "<script>", "</script>", '"', "'", "=", "word ", "\n", "\n\n", "é"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


def plain(text: str) -> str:
    return "".join(piece.text for piece in remove_markup(text))


def test_an_answer_from_moodle_reads_like_the_same_answer_in_plain_text() -> None:
    with MOODLE.open() as file:
        moodle, typed = (row["essay"] for row in csv.DictReader(file))
    assert normalize(moodle) == normalize(typed)


@pytest.mark.parametrize(
    "layout",
    [
        '<p dir="ltr" style="text-align: left;">{}</p><p>{}</p>',
        "<p>{}<br></p>\n<p>{}</p>",
        "<P>{}</P>\r\n\r\n<P>{}</P>",
        "<div>{}</div><div>{}</div>",
        "<div>{}</div><div><br></div><div>{}</div>",
        "{}<br>{}",
        "{}<br /><br />\n{}",
        "<p><span style=\"font-family: 'Times New Roman'\">{}</span></p><p><b>{}</b></p>",
        "<html><head><title>Not the essay</title><style>p {{ a: b }}</style></head>"
        "<body>\n<p>{}\n<p>{}\n</body></html>",
        "<!--[if gte mso 9]><xml>Not the essay</xml><![endif]--><p>{}<o:p></o:p></p><p>{}</p>",
        '<p title="a > b">{}</p><p><img alt="x" src="data:image/png;base64,AAAA"/>{}</p>',
        "<ul><li>{}</li><li>{}</li></ul>",
        "<table><tr><td>{}</td></tr><tr><td>{}</td></tr></table>",
        "<p>{}</p><p>&nbsp;</p><p>{}</p>",
        "<blockquote>{}</blockquote><h2>{}</h2><script>alert('Not the essay')</script>",
    ],
)
def test_elements_become_paragraphs(layout: str) -> None:
    assert normalize(layout.format(FIRST.strip(), SECOND.strip())) == TWO_PARAGRAPHS


def test_line_breaks_of_the_source_are_spaces_in_html() -> None:
    wrapped = FIRST.strip().replace(" to ", "\n    to ")
    assert normalize(f"<p>\n{wrapped}\n</p>\n<p>{SECOND}</p>").split() == TWO_PARAGRAPHS.split()
    assert normalize(f"<p>\n{wrapped}\n</p>\n<p>{SECOND}</p>").count("\n\n") == 1


def test_paragraphs_of_plain_text_with_a_tag_are_kept() -> None:
    assert normalize(f"{FIRST}\n\nIt is <b>bold</b>.\n\n{SECOND}").count("\n\n") == 2


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("caf&eacute; &amp; bar", "café & bar"),
        ("it&#39;s &#x201C;good&#x201d;", "it's “good”"),
        ("one&nbsp;two", "one\xa0two"),
        ("5 &lt; 6 &gt; 4", "5 < 6 > 4"),
        ("un<b>believ</b>able", "unbelievable"),
        ("<td>one</td><td>two</td>", " one  two "),
    ],
)
def test_entities_and_inline_tags_become_what_they_show(text: str, seen: str) -> None:
    assert plain(text) == seen


@pytest.mark.parametrize(
    "text",
    ["a < b and c > d", "I <3 you", "R&D; and AT&T", "x &notanentity; y", "Q&A", "&", "<", "<>",
     "&#; &#xyz;", "list<int> and map<str, int>", "<unknown>word</unknown>", "<p never closed",
     "&amp", "5 &copy 6", "a <-- b", "mail <ann@school.example>"],
)  # fmt: skip
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert plain(text) == text


@given(MARKUP)
def test_every_character_is_located_where_it_came_from(text: str) -> None:
    pieces = remove_markup(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces if piece.text)
    assert [piece.start for piece in pieces] == sorted(piece.start for piece in pieces)
    for piece in pieces:
        assert len(list(piece.places())) == len(piece.text)


@given(st.text(alphabet=st.characters(exclude_characters="\r", categories=["L", "N", "P", "S"])))
def test_escaped_text_is_read_as_it_was(text: str) -> None:
    assert plain(html.escape(text)) == text


def test_a_passage_of_an_html_answer_is_located_in_the_html() -> None:
    answer = f"<p>{FIRST}</p><p>Un caf&eacute; <b>noir</b>.</p><p>{SECOND}</p>"
    parsed = Text.parse(answer)
    start = parsed.clean.index("café")
    found = parsed.locate(Passage(start=start, end=start + len("café noir")))
    assert answer[found.start : found.end] == "caf&eacute; <b>noir"
