"""The similarity of an essay and its prompt."""

from pathlib import Path

import numpy as np
import pytest

from essay_scorer.checks.similarity import PromptSimilarity
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader

SCHOOL = "Should students wear a uniform at school? Explain your opinion."
SEA = "Describe how whales and other animals live in the deep sea."
ESSAY = (
    "School uniforms make mornings easier, and students stop comparing their clothes. I think "
    "that every school should try uniforms for a year, and ask its students afterwards."
)


@pytest.fixture(scope="module")
def reader(shipped: Path) -> Reader:
    return Reader(shipped, threads=1)


def _similarities(reader: Reader, similarity: PromptSimilarity) -> tuple[float, float]:
    reading = reader.read(ESSAY)
    return similarity.of(reading, SCHOOL), similarity.of(reading, SEA)


def test_topics_are_compared_if_the_bundle_has_them(
    reader: Reader, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, topics = Manifest.read(shipped), np.load(shipped / "topics.npy")
    similarity = PromptSimilarity(reader, hidden_size=manifest.hidden_size, topics=topics)
    own, other = _similarities(reader, similarity)
    assert other < manifest.thresholds.similarity < own
    # The encoder does not have to read the prompt.
    reading = reader.read(ESSAY)
    monkeypatch.setattr(reader, "read", lambda _: pytest.fail("the prompt was read"))
    assert similarity.of(reading, SCHOOL.upper()) == pytest.approx(own)


def test_otherwise_the_last_layer_is(reader: Reader, shipped: Path) -> None:
    hidden_size = Manifest.read(shipped).hidden_size
    similarity = PromptSimilarity(reader, hidden_size=hidden_size)
    own, other = _similarities(reader, similarity)
    vectors = [reader.read(text).layer_means[-hidden_size:] for text in (ESSAY, SCHOOL)]
    expected = np.dot(*vectors) / np.prod([np.linalg.norm(vector) for vector in vectors])
    assert own == pytest.approx(expected)
    assert other < own
