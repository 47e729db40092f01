"""Training the detector of off-topic parts: it must work on prompts that it never saw."""

import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from essay_scorer.checks.off_topic_part import PartDetector
from essay_scorer.lab.calibration.fit_off_topic_part import FittedPartDetector, fit_off_topic_part
from essay_scorer.lab.calibration.foreign_passages import insert_foreign_passage
from essay_scorer.lab.detector_recipes import OffTopicPartRecipe
from essay_scorer.model.files import TOKENIZER
from essay_scorer.text.tokenizer import WindowTokenizer

RECIPE = OffTopicPartRecipe(seed=7, essays_per_prompt=12, dimensions=16, false_positives=0.02)
PROMPTS = 14
WORDS_PER_TOPIC = 40


@pytest.fixture(scope="module")
def tokenizer(shipped: Path) -> WindowTokenizer:
    return WindowTokenizer(shipped / TOKENIZER)


@pytest.fixture(scope="module")
def topics(tokenizer: WindowTokenizer) -> list[list[str]]:
    """Words of as many made-up topics as there are prompts."""
    words = [word for word in tokenizer.vocabulary() if word.isalpha() and len(word) > 5]
    random.Random(3).shuffle(words)
    return [words[number::PROMPTS][:WORDS_PER_TOPIC] for number in range(PROMPTS)]


@pytest.fixture(scope="module")
def embeddings(tokenizer: WindowTokenizer, topics: list[list[str]]) -> npt.NDArray[np.float32]:
    """Words of one topic are near each other."""
    rng = np.random.default_rng(5)
    place = {token: number for number, token in enumerate(tokenizer.vocabulary())}
    table = rng.normal(size=(len(place), 24))
    for words in topics:
        table[[place[word] for word in words]] += rng.normal(size=24) * 2
    return table.astype(np.float32)


def _essay(words: list[str], rng: random.Random) -> str:
    """Return an essay of five paragraphs, half of it words that belong to no topic."""

    def sentence() -> str:
        return " ".join(rng.choice(("the", "and", "of", rng.choice(words))) for _ in range(12))

    return "\n\n".join(" ".join(sentence() + "." for _ in range(5)) for _ in range(5))


@pytest.fixture(scope="module")
def essays(topics: list[list[str]]) -> pd.DataFrame:
    rng = random.Random(11)
    rows = [(_essay(topics[number % 10], rng), number % 10) for number in range(120)]
    return pd.DataFrame(rows, columns=["text", "prompt_id"])


@pytest.fixture(scope="module")
def fitted(
    essays: pd.DataFrame, tokenizer: WindowTokenizer, embeddings: npt.NDArray[np.float32]
) -> FittedPartDetector:
    found = fit_off_topic_part(RECIPE, essays, tokenizer, embeddings)
    assert found is not None
    return found


def test_foreign_passages_are_found_in_essays_on_new_prompts(
    fitted: FittedPartDetector, topics: list[list[str]], tokenizer: WindowTokenizer
) -> None:
    detector, rng = PartDetector(fitted.table, fitted.regression), random.Random(13)
    genuine, changed, inside = list[bool](), list[bool](), list[float]()
    for number in range(60):
        host, donor = (_essay(topics[10 + (number + step) % 4], rng) for step in (0, 1))
        example = insert_foreign_passage(host, donor, rng)
        before, after = (
            detector.find(text, tokenizer.tokenize(text)) for text in (host, example.clean)
        )
        assert before is not None
        assert after is not None
        genuine.append(before.probability > fitted.threshold)
        changed.append(after.probability > fitted.threshold)
        found, foreign = after.passage, example.passage
        common = min(found.end, foreign.end) - max(found.start, foreign.start)
        inside.append(common / (found.end - found.start))
    assert np.mean(genuine) <= 0.1
    assert np.mean(changed) >= 0.8
    assert np.median(inside) > 0.8


def test_essays_on_one_prompt_teach_nothing(
    essays: pd.DataFrame, tokenizer: WindowTokenizer, embeddings: npt.NDArray[np.float32]
) -> None:
    alike = essays.assign(prompt_id=1)
    assert fit_off_topic_part(RECIPE, alike, tokenizer, embeddings) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_foreign_passage_is_where_it_is_said_to_be(seed: int) -> None:
    host = "One two three. Four five six.\n\nSeven eight nine. Ten eleven twelve."
    donor = "Alpha beta gamma delta. " * 20
    changed = insert_foreign_passage(host, donor.strip(), random.Random(seed))
    passage = changed.clean[changed.passage.start : changed.passage.end]
    assert set(passage.replace(".", "").split()) == {"Alpha", "beta", "gamma", "delta"}
    assert changed.clean.replace(passage, "").split() == host.split()
