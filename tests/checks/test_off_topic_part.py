"""Finding a part that is about something else: where it is, and what it says of an essay."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from essay_scorer import Passage, Score, Scorer
from essay_scorer.checks.essay_inspector import Detectors
from essay_scorer.checks.off_topic_part import PartDetector
from essay_scorer.model.files import TOKENIZER
from essay_scorer.model.reader import Reader
from essay_scorer.model.thresholds import PartRegression
from essay_scorer.text.normalize import normalize
from essay_scorer.text.tokenizer import WindowTokenizer

LIBRARY = (
    "Our school library should stay open in summer. A student without books at home can read "
    "there. The library lends books to every student, and a good librarian knows which one a "
    "student may like. "
)
VOLCANO = (
    "A volcano is a mountain with a crater. Hot lava flows down its slopes after an eruption. "
    "Ash from the volcano falls on the fields, and the lava burns all that stands in its way. "
)
TOPICS = (
    ("school", "library", "student", "students", "books", "book", "read", "librarian"),
    ("volcano", "mountain", "crater", "lava", "eruption", "ash", "slopes", "burns"),
)
# Only the cosine counts: half is the probability at a cosine of one half.
REGRESSION = PartRegression(weights=(-10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), intercept=5.0)


@pytest.fixture(scope="module")
def tokenizer(shipped: Path) -> WindowTokenizer:
    return WindowTokenizer(shipped / TOKENIZER)


@pytest.fixture(scope="module")
def detector(tokenizer: WindowTokenizer) -> PartDetector:
    """A detector that knows two topics."""
    place = {token: number for number, token in enumerate(tokenizer.vocabulary())}
    table = np.zeros((len(place), 3), np.float16)
    for number, words in enumerate(TOPICS, 1):
        for word in words:
            table[place[word], [0, number]] = 1
    return PartDetector(table, REGRESSION)


ESSAYS = {
    "at the end": LIBRARY * 3 + "\n\n" + VOLCANO,
    "at the start": VOLCANO + "\n\n" + LIBRARY * 3,
    "inside, as a paragraph": LIBRARY * 2 + "\n\n" + VOLCANO + "\n\n" + LIBRARY,
    "inside, without a break": LIBRARY * 2 + VOLCANO + LIBRARY,
}


@pytest.mark.parametrize("text", ESSAYS.values(), ids=ESSAYS)
def test_the_part_about_something_else_is_found(
    detector: PartDetector, tokenizer: WindowTokenizer, text: str
) -> None:
    clean = normalize(text)
    found = detector.find(clean, tokenizer.tokenize(clean))
    assert found is not None
    assert found.probability > 0.9
    assert clean[found.passage.start : found.passage.end] == VOLCANO.strip()


def test_an_essay_about_one_thing_has_no_such_part(
    detector: PartDetector, tokenizer: WindowTokenizer
) -> None:
    clean = normalize(LIBRARY * 4)
    found = detector.find(clean, tokenizer.tokenize(clean))
    assert found is not None
    assert found.probability < 0.1


def test_what_the_prompt_asks_for_is_less_suspect(
    detector: PartDetector, tokenizer: WindowTokenizer
) -> None:
    clean = normalize(ESSAYS["at the end"])
    tokens = tokenizer.tokenize(clean)
    prompt = tokenizer.tokenize("Compare a library with a volcano: crater, lava, eruption, ash.")
    alone, with_prompt = (detector.find(clean, tokens, prompt=one) for one in (None, prompt))
    assert alone is not None
    assert with_prompt is not None
    assert with_prompt.probability < alone.probability


@pytest.mark.parametrize(
    "text", ["Yes.", LIBRARY.split(".", maxsplit=1)[0], "word " * 25, "?" * 5000 + "a"]
)
def test_a_text_without_parts_has_none(
    detector: PartDetector, tokenizer: WindowTokenizer, text: str
) -> None:
    clean = normalize(text)
    assert detector.find(clean, tokenizer.tokenize(clean)) is None


def test_a_long_text_is_searched_in_larger_units(
    detector: PartDetector, tokenizer: WindowTokenizer
) -> None:
    clean = normalize(LIBRARY * 300 + "\n\n" + VOLCANO * 100)
    found = detector.find(clean, tokenizer.tokenize(clean))
    assert found is not None
    assert found.probability > 0.9
    inside = clean[found.passage.start : found.passage.end]
    assert inside.count("volcano") > 180
    assert inside.count("library") < 20


@pytest.fixture(scope="module")
def part_scorer(scorer: Scorer, shipped: Path, detector: PartDetector) -> Scorer:
    """The shipped scorer with that detector."""
    limits = replace(scorer.manifest.thresholds, off_topic_part=0.9)
    manifest = replace(scorer.manifest, thresholds=limits)
    detectors = Detectors(off_topic_part=detector)
    return Scorer(manifest=manifest, reader=Reader(shipped), detectors=detectors)


def test_the_flag_comes_with_the_place_in_the_submitted_text(
    part_scorer: Scorer, scorer: Scorer
) -> None:
    text = (
        "\r\n🙂  " + LIBRARY.replace(" ", "  ") * 3 + "\r\n\t\r\n" + VOLCANO + "\r\n\r\n" + LIBRARY
    )
    score = part_scorer.score(text)
    assert "off_topic_part" in score.flags
    assert score.review
    assert score.off_topic_part is not None
    assert text[score.off_topic_part.start : score.off_topic_part.end] == VOLCANO.strip()
    assert Passage(**score.to_dict()["off_topic_part"]) == score.off_topic_part
    assert Score.from_dict(score.to_dict()).off_topic_part == score.off_topic_part
    assert score.raw == scorer.score(text).raw


@pytest.mark.parametrize("text", [LIBRARY * 4, "An essay."])
def test_without_the_flag_there_is_no_place(part_scorer: Scorer, text: str) -> None:
    score = part_scorer.score(text)
    assert "off_topic_part" not in score.flags
    assert score.off_topic_part is None
    assert "off_topic_part" not in score.to_dict()
