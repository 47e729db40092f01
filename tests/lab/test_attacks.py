"""Attacks on the shipped scorer, with the project's own essays and, where there, real ones."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import Scorer
from essay_scorer.lab.evaluation.attacks import (
    ATTACKS,
    FAIR,
    GIBBERISH,
    REPETITION,
    Attack,
    Material,
    Words,
    apply,
)
from essay_scorer.lab.data.essays import read_essays
from essay_scorer.lab.evaluation.robustness import measure_attacks, off_topic_rates

Example = Callable[[str], str]

CHANGES: dict[str, Attack] = {**ATTACKS, **FAIR}

# What fails is said here and in docs/trust.md, not left out: these raise scores, unflagged.
KNOWN_TO_FAIL = {"off_topic_at_end", "off_topic_inside", "quotations", "false_facts"}


@pytest.fixture(scope="module")
def material(scorer: Scorer, example: Example) -> Material:
    words = Words.of(scorer.vocabulary, half=1)
    return Material(words=words, others=[example("strong")], patterns="measure")


def test_the_words_of_training_and_measurement_are_different(scorer: Scorer) -> None:
    learned, measured = (
        {word for kind in Words.of(scorer.vocabulary, half=half).by_kind.values() for word in kind}
        for half in (0, 1)
    )
    assert len(learned) > 500
    assert not learned & measured


@pytest.mark.parametrize("name", GIBBERISH)
@pytest.mark.parametrize("essay", ["weak", "middling", "strong"])
def test_gibberish_is_called_so(
    name: str, essay: str, scorer: Scorer, example: Example, material: Material
) -> None:
    text = apply(GIBBERISH[name], example(essay), seed="test", material=material)
    assert "gibberish" in scorer.score(text).flags


@pytest.mark.parametrize("name", REPETITION)
@pytest.mark.parametrize("essay", ["weak", "middling", "strong"])
def test_a_text_said_twice_is_called_repetitive(
    name: str, essay: str, scorer: Scorer, example: Example, material: Material
) -> None:
    text = apply(REPETITION[name], example(essay), seed="test", material=material)
    assert "repetitive" in scorer.score(text).flags


@pytest.mark.parametrize("name", FAIR)
@pytest.mark.parametrize("essay", ["weak", "middling", "strong"])
def test_a_fair_change_moves_the_score_by_less_than_half_a_point(
    name: str, essay: str, scorer: Scorer, example: Example, material: Material
) -> None:
    before = scorer.score(example(essay))
    after = scorer.score(apply(FAIR[name], example(essay), seed="test", material=material))
    assert abs(after.raw - before.raw) < 0.5
    assert after.flags == before.flags


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_seed_gives_the_same_text(name: str, example: Example, material: Material) -> None:
    first, again = (
        apply(CHANGES[name], example("middling"), seed="one", material=material) for _ in range(2)
    )
    assert first == again


def test_a_copied_assignment_is_seen(scorer: Scorer, example: Example) -> None:
    assignment = example("middling")
    assert "copied_prompt" in scorer.score(assignment, prompt=assignment).flags
    assert "copied_prompt" not in scorer.score(example("weak"), prompt=assignment).flags


def test_attacks_on_genuine_essays_are_held_off(asap2: Path, root: Path, scorer: Scorer) -> None:
    """Forty essays; what is known to fail must still fail, or the documents are out of date."""
    essays = read_essays(asap2).usable()
    test = essays[essays["split"] == "test"]
    outcomes = {one.name: one for one in measure_attacks(scorer, test, sample=40)}
    assert {name for name, outcome in outcomes.items() if not outcome.held} == KNOWN_TO_FAIL


def test_essays_on_another_assignment_are_off_topic(
    asap2: Path, root: Path, scorer: Scorer
) -> None:
    essays = read_essays(asap2).usable()
    test = essays[essays["split"] == "test"].sample(60, random_state=1)
    assignments = json.loads((root / "examples" / "assignments.json").read_text())
    rates = off_topic_rates(scorer, test, assignments)
    assert rates["own"] <= 0.05
    assert rates["other"] >= 0.8


def test_off_topic_is_not_said_without_an_assignment(scorer: Scorer, example: Example) -> None:
    assert "off_topic" not in scorer.score(example("strong")).flags
    other = "Describe the water cycle and the role that the sun plays in evaporation and rain."
    assert "off_topic" in scorer.score(example("strong"), prompt=other).flags


def test_a_table_of_one_prompt_can_be_attacked_too(scorer: Scorer, example: Example) -> None:
    rows = [(example(name), "only") for name in ("weak", "middling")]
    essays = pd.DataFrame(rows, columns=["text", "prompt"])
    assert {one.essays for one in measure_attacks(scorer, essays, sample=5)} == {2}
