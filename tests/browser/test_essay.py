"""One essay: from a file or the keyboard to a suggestion that a teacher understands."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from essay_scorer import Scorer
from essay_scorer.text.words import count_words

from .conftest import Open
from .server import ESSAY, EXPLANATION, Server, answer, busy, error, lost

HOSTILE = (
    "<script>document.title = 'broken'</script> <img src=x onerror=\"document.title = 'broken'\">"
)


@pytest.fixture(scope="module")
def sentences(root: Path) -> dict[str, dict[str, str]]:
    web = root / "src" / "essay_scorer" / "web"
    return {code: json.loads((web / f"{code}.json").read_text("utf-8")) for code in ("en", "fr")}


def _score(page: Page, text: str = ESSAY) -> None:
    page.get_by_label("The essay", exact=True).fill(text)
    page.get_by_role("button", name="Suggest a score").click()


def test_an_essay_gets_the_scorers_score(
    visit: Open, scorer: Scorer, example: Callable[[str], str]
) -> None:
    page = visit()
    _score(page, example("middling"))
    score = scorer.score(example("middling"))
    expect(page.locator(".score")).to_have_text(f"{score.value} on the scale from 1 to 6")
    expect(page.locator("#answer")).to_contain_text(
        "90% of human scores for an essay like this one lie "
        f"between {score.interval.low} and {score.interval.high}."
    )
    expect(page.locator("#answer")).not_to_contain_text("read this one yourself")


@pytest.mark.parametrize(
    "text", ["", "One two", " a\u00a0b\tc\n\nd ", "don't stop - now", "\x1ca\x1fb"]
)
def test_the_words_are_counted_as_the_server_counts_them(visit: Open, text: str) -> None:
    page = visit()
    page.get_by_label("The essay", exact=True).fill(text)
    words = count_words(text)
    expect(page.locator("#words")).to_have_text(f"{words} word{'s' * (words != 1)}")


def test_the_score_stands_on_its_scale(visit: Open) -> None:
    page = visit()
    Server.on(page, answer())
    _score(page)
    scale = page.locator(".scale")
    low, high = (scale.get_by_text(number, exact=True).bounding_box() for number in "24")
    disc, band = (scale.locator(part).bounding_box() for part in (".disc", ".band"))
    assert low
    assert high
    assert disc
    assert band
    assert band["x"] < low["x"] + low["width"] / 2
    assert band["x"] + band["width"] > high["x"] + high["width"] / 2
    assert low["x"] < disc["x"] < high["x"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_flag_is_said_in_plain_words(
    visit: Open, sentences: dict[str, dict[str, str]], language: str
) -> None:
    page = visit(locale=language)
    flags = [
        *("too_short", "too_long", "gibberish", "repetitive", "list_or_code"),
        *("off_topic", "copied_prompt", "not_english", "from_the_future"),
    ]
    Server.on(page, answer(flags=flags, review=True, language="es"))
    page.locator("#text").fill(ESSAY)
    page.locator("#send").click()
    box = page.locator(".review")
    expect(box).to_contain_text(sentences[language]["review"])
    for flag in flags[:7]:
        expect(box).to_contain_text(sentences[language][f"flag_{flag}"])
    expect(box).to_contain_text({"en": "Spanish", "fr": "espagnol"}[language])
    expect(box).to_contain_text("from_the_future")


def test_reasons_are_shown_where_the_answer_has_them(visit: Open) -> None:
    page = visit()
    Server.on(page, answer(explanation=EXPLANATION))
    _score(page)
    up, down, none = (page.locator(".shaded .part").nth(place) for place in range(3))
    expect(up).to_have_text("Schools should open later.+0.31")
    expect(down).to_have_text("Students sleep too little.-0.12")
    expect(none).to_have_text("So they learn less.")
    assert up.evaluate("node => getComputedStyle(node).borderBottomStyle") == "solid"
    assert down.evaluate("node => getComputedStyle(node).borderBottomStyle") == "dashed"
    expect(page.locator(".legend li")).to_have_count(3)
    expect(page.locator(".shaded p")).to_have_count(2)
    rows = {
        "Words": "249 as usual 180 to 1,620",
        "Paragraphs": "1 less than usual 3 to 6",
        "Words in a sentence, on average": "32 more than usual 14 to 25",
        "Linking words, in a hundred words": "2.2 as usual 0.8 to 4",
        "Words of seven letters or more": "21% as usual 17% to 28%",
    }
    shown = page.locator(".observations tbody tr").all_inner_texts()
    assert [row.split() for row in shown] == [f"{name} {row}".split() for name, row in rows.items()]


def test_a_doubtful_score_without_a_flag_says_why_a_person_should_read(visit: Open) -> None:
    page = visit()
    Server.on(page, answer(review=True))
    _score(page)
    expect(page.locator(".review li")).to_have_text(
        "The model is less sure here than with most essays."
    )


def test_the_reasons_are_fetched_when_they_are_asked_for(visit: Open) -> None:
    page = visit()
    server = Server.on(page, answer(), answer(explanation=EXPLANATION))
    page.locator("#assignment summary").click()
    page.locator("#prompt").fill("Write about school.")
    _score(page)
    page.get_by_role("button", name="Show what each sentence adds").click()
    expect(page.get_by_role("heading", name="What each sentence adds")).to_be_focused()
    expect(page.get_by_role("button", name="Show what each sentence adds")).to_be_hidden()
    essay = {"text": ESSAY, "prompt": "Write about school."}
    assert server.requests == [essay, {**essay, "explain": True}]


def test_reasons_are_of_the_text_that_was_scored(visit: Open) -> None:
    page = visit()
    server = Server.on(page, answer(), answer(explanation=EXPLANATION))
    _score(page)
    expect(page.locator(".score")).to_be_visible()
    page.get_by_label("The essay", exact=True).fill("Another text.")
    page.get_by_role("button", name="Show what each sentence adds").click()
    expect(page.locator(".shaded")).to_be_visible()
    assert [request["text"] for request in server.requests] == [ESSAY, ESSAY]


def test_asking_for_reasons_can_be_stopped_and_costs_no_answer(visit: Open) -> None:
    page = visit()
    Server.on(page, answer(), lambda _: None, answer())
    _score(page)
    page.get_by_role("button", name="Show what each sentence adds").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".score")).to_be_visible()
    page.get_by_role("button", name="Show what each sentence adds").click()
    expect(page.get_by_role("alert")).to_have_text("This model gives no reasons.")
    expect(page.locator(".score")).to_be_visible()


def test_nothing_is_said_of_reasons_where_there_are_none(visit: Open) -> None:
    page = visit()
    Server.on(page, answer())
    _score(page)
    expect(page.locator(".score")).to_be_visible()
    expect(page.locator("#answer h3")).to_have_count(0)


def test_a_second_press_sends_nothing_twice(visit: Open) -> None:
    page = visit()
    held: list[Route] = []
    server = Server.on(page, held.append)
    _score(page)
    page.get_by_role("button", name="Suggest a score").click(force=True)
    page.get_by_label("The essay", exact=True).press("Control+Enter")
    expect(page.locator("#busy")).to_have_text("Reading the essay…")
    held[0].fulfill(json=answer())
    expect(page.locator(".score")).to_be_visible()
    assert len(server.requests) == 1


def test_a_running_request_can_be_stopped(visit: Open) -> None:
    page = visit()
    Server.on(page, lambda _: None, answer())
    _score(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#announcer")).to_have_text("Stopped. Your text is still here.")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.get_by_label("The essay", exact=True)).to_have_value(ESSAY)
    _score(page)
    expect(page.locator(".score")).to_be_visible()


def test_the_assignment_goes_along_if_it_is_given(visit: Open) -> None:
    page = visit()
    server = Server.on(page, answer())
    _score(page)
    expect(page.locator(".score")).to_be_visible()
    page.locator("#assignment summary").click()
    page.get_by_label("The text that the students were given").fill("Write about school.")
    page.get_by_role("button", name="Suggest a score").click()
    expect(page.locator("#busy")).to_be_empty()
    assert server.requests == [{"text": ESSAY}, {"text": ESSAY, "prompt": "Write about school."}]


def test_a_changed_text_is_not_taken_for_the_scored_one(visit: Open) -> None:
    page = visit()
    Server.on(page, answer())
    _score(page)
    expect(page.locator(".score")).to_be_visible()
    page.get_by_label("The essay", exact=True).fill("Another text.")
    expect(page.locator("#stale")).to_contain_text("The text has changed since.")


ERRORS = {
    "no words": (error(422, "text_without_words"), "There is no word in this text."),
    "too large": (error(413, "too_large"), "This text is too long to send."),
    "too large for the gateway": (413, "This text is too long to send."),
    "a bug": (error(500, "internal"), "The server could not score this text."),
    "a code of the future": (error(418, "teapot"), "The server could not score this text."),
    "no JSON": (
        lambda route: route.fulfill(body="<html>"),
        "The server could not score this text.",
    ),
    "no connection": (lost, "The server did not answer. Your text is still here; try again."),
    "throttled to the end": (busy, "The server is too busy now."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_goes_wrong_is_said_and_the_text_stays(visit: Open, name: str) -> None:
    page = visit()
    reply, sentence = ERRORS[name]
    Server.on(page, reply)
    _score(page)
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(page.get_by_label("The essay", exact=True)).to_have_value(ESSAY)
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_a_busy_server_is_asked_again(visit: Open) -> None:
    page = visit()
    server = Server.on(page, busy, 503, answer())
    _score(page)
    expect(page.locator(".score")).to_be_visible()
    assert len(server.requests) == 3


def test_a_text_without_words_is_not_even_sent(visit: Open) -> None:
    page = visit()
    server = Server.on(page, answer())
    _score(page, " \n ")
    expect(page.get_by_role("alert")).to_have_text("There is no word in this text.")
    assert server.requests == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_is_asked_for_and_kept_for_the_tab(visit: Open, status: int) -> None:
    page = visit()
    server = Server.on(page, status, status, answer())
    _score(page)
    dialog = page.get_by_role("dialog", name="A key, please")
    dialog.get_by_label("Key").fill("wrong")
    dialog.get_by_role("button", name="Use the key").click()
    expect(dialog).to_contain_text("The server did not take this key.")
    dialog.get_by_label("Key").fill("right")
    dialog.get_by_label("Key").press("Enter")
    expect(page.locator(".score")).to_be_visible()
    page.reload()
    _score(page)
    expect(page.locator(".score")).to_be_visible()
    assert server.keys == [None, "wrong", "right", "right"]
    stored = page.evaluate("[JSON.stringify(localStorage), document.cookie]")
    assert "right" not in "".join(stored)


def test_whoever_has_no_key_gets_back_to_the_text(visit: Open) -> None:
    page = visit()
    Server.on(page, 401)
    _score(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text("This server scores only with a key.")
    expect(page.get_by_label("The essay", exact=True)).to_have_value(ESSAY)


def test_hostile_text_is_shown_as_text(visit: Open) -> None:
    page = visit()
    sentence = {"text": HOSTILE, "paragraph": 0, "contribution": 0.2}
    observation = {"code": HOSTILE, "value": 1, "low": 0, "high": 2}
    explanation = {"sentences": [sentence], "observations": [observation]}
    Server.on(page, answer(flags=[HOSTILE], language=HOSTILE, explanation=explanation))
    _score(page, HOSTILE)
    for part in (".shaded", ".observations", ".note li"):
        expect(page.locator(part)).to_contain_text(HOSTILE)
    assert page.title() == "A second opinion on an essay"
    assert page.locator("#answer img, #answer script, #sent img, #sent script").count() == 0


def _docx(
    *paragraphs: str, packed: int = zipfile.ZIP_DEFLATED, inside: str = "word/document.xml"
) -> bytes:
    runs = "".join(f"<w:p><w:r>{text}</w:r></w:p>" for text in paragraphs)
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", packed) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        body = f'<w:document xmlns:w="{w}" xmlns:mc="{mc}"><w:body>{runs}</w:body></w:document>'
        file.writestr(inside, body)
    return archive.getvalue()


WORD = _docx(
    "<w:t>One &amp; </w:t><w:tab/><w:t>two é</w:t>",
    "",
    "<w:t>Three</w:t><w:br/><w:t>four</w:t><w:delText>gone</w:delText>",
    "<mc:Fallback><w:t>a copy</w:t></mc:Fallback>",
)
FILES = {
    "plain.txt": ("One é.\n\nTwo.".encode(), "One é.\n\nTwo."),
    "LOUD.TXT": (b"One.", "One."),
    "old.txt": ("Café “one”".encode("cp1252"), "Café “one”"),
    "marked.txt": ("\ufeffCafé".encode(), "Café"),
    "wide.txt": ("Café".encode("utf-16"), "Café"),
    "notes.md": (b"# One\n\ntwo", "# One\n\ntwo"),
    "hostile.txt": (HOSTILE.encode(), HOSTILE),
    "essay.docx": (WORD, "One & \ttwo é\n\nThree\nfour"),
    "stored.docx": (_docx("<w:t>One.</w:t>", packed=zipfile.ZIP_STORED), "One."),
}
REFUSED = {
    "essay.pdf": (b"%PDF-1.7", "The text of a PDF cannot be taken out here."),
    "essay.odt": (b"PK", "This kind of file cannot be read here."),
    "essay": (b"text", "This kind of file cannot be read here."),
    "broken.docx": (b"PK\x03\x04 no archive", "This file cannot be read"),
    "empty.docx": (b"", "This file cannot be read"),
    "cut.docx": (WORD[:-30], "This file cannot be read"),
    "not.docx": (_docx("<w:t>One.</w:t>", inside="xl/workbook.xml"), "This file cannot be read"),
}


def _choose(page: Page, name: str, content: bytes) -> None:
    file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file").click()
    chooser.value.set_files(file)


@pytest.mark.parametrize("name", FILES)
def test_a_files_text_is_taken_out_in_the_browser(visit: Open, name: str) -> None:
    page = visit()
    content, text = FILES[name]
    _choose(page, name, content)
    expect(page.get_by_label("The essay", exact=True)).to_have_value(text)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_text_is_refused_with_a_sentence(visit: Open, name: str) -> None:
    page = visit()
    page.get_by_label("The essay", exact=True).fill(ESSAY)
    content, sentence = REFUSED[name]
    _choose(page, name, content)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.get_by_label("The essay", exact=True)).to_have_value(ESSAY)


def test_a_file_too_large_for_an_essay_is_not_even_read(visit: Open, tmp_path: Path) -> None:
    page = visit()
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(20 * 2**20 + 1)
    page.locator("#file").set_input_files(path)
    expect(page.get_by_role("alert")).to_have_text("This file is too large for an essay.")


def test_a_word_file_of_broken_xml_is_refused_too(visit: Open, complaints: list[str]) -> None:
    page = visit()
    _choose(page, "essay.docx", _docx("<w:t>"))
    expect(page.get_by_role("alert")).to_contain_text("This file cannot be read")
    # Chromium's own report of the broken XML is styled in a way that the policy forbids.
    assert all("inline style" in complaint for complaint in complaints)
    complaints.clear()


def test_the_two_views_are_two_addresses_of_one_page(visit: Open) -> None:
    page = visit()
    page.get_by_label("The essay", exact=True).fill(ESSAY)
    page.get_by_role("link", name="A class").click()
    expect(page.get_by_role("button", name="Open a table")).to_be_visible()
    expect(page.locator("#essay")).to_be_hidden()
    expect(page.get_by_role("link", name="A class")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_label("The essay", exact=True)).to_have_value(ESSAY)
    expect(page.locator("#class")).to_be_hidden()


@pytest.mark.parametrize("place", ["#text", "footer"])
def test_a_dropped_file_is_read_and_never_opened_instead_of_the_page(
    visit: Open, place: str
) -> None:
    page = visit()
    data = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['Dropped text.'], 'essay.txt')); return data; }"
    )
    event = {"dataTransfer": data}
    drop = "node => node.dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true}))"
    assert page.locator(place).evaluate(drop) is False  # the browser does nothing of its own
    page.locator(place).dispatch_event("drop", event)
    text = "Dropped text." if place == "#text" else ""
    expect(page.get_by_label("The essay", exact=True)).to_have_value(text)
