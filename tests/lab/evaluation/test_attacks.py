"""Attacks on the shipped scorer, with this project's essays and, if available, real ones."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import Scorer
from essay_scorer.lab.data.essays import read_essays
from essay_scorer.lab.evaluation.attacks import ATTACKS, GIBBERISH_ATTACKS, REPETITION_ATTACKS
from essay_scorer.lab.evaluation.benign_changes import BENIGN_CHANGES
from essay_scorer.lab.evaluation.robustness import measure_attacks, off_topic_rates
from essay_scorer.lab.evaluation.text_changes import Material, RareWords, TextChange, apply_change

Example = Callable[[str], str]

CHANGES: dict[str, TextChange] = {**ATTACKS, **BENIGN_CHANGES}

# Known weaknesses, which docs/trust.md lists, too: they raise scores, and nothing is flagged.
KNOWN_WEAKNESSES = {"off_topic_inside", "quotations", "false_facts"}


@pytest.fixture(scope="module")
def material(scorer: Scorer, example: Example) -> Material:
    return Material.of(scorer.vocabulary, purpose="measurement", other_essays=[example("strong")])


def test_training_and_measurement_use_different_words(scorer: Scorer) -> None:
    training, measurement = (
        {word for part in words.by_part_of_speech.values() for word in part}
        for words in (
            RareWords.of(scorer.vocabulary, purpose="training"),
            RareWords.of(scorer.vocabulary, purpose="measurement"),
        )
    )
    assert len(training) > 500
    assert not training & measurement


@pytest.mark.parametrize("name", GIBBERISH_ATTACKS)
@pytest.mark.parametrize("essay", ["weak", "middling", "strong"])
def test_gibberish_is_flagged(
    name: str, essay: str, scorer: Scorer, example: Example, material: Material
) -> None:
    text = apply_change(GIBBERISH_ATTACKS[name], example(essay), seed="test", material=material)
    assert "gibberish" in scorer.score(text).flags


@pytest.mark.parametrize("name", REPETITION_ATTACKS)
@pytest.mark.parametrize("essay", ["weak", "middling", "strong"])
def test_a_repeated_text_is_flagged(
    name: str, essay: str, scorer: Scorer, example: Example, material: Material
) -> None:
    text = apply_change(REPETITION_ATTACKS[name], example(essay), seed="test", material=material)
    assert "repetitive" in scorer.score(text).flags


@pytest.mark.parametrize("name", BENIGN_CHANGES)
@pytest.mark.parametrize("essay", ["weak", "middling", "strong"])
def test_a_benign_change_moves_the_score_by_less_than_half_a_point(
    name: str, essay: str, scorer: Scorer, example: Example, material: Material
) -> None:
    before = scorer.score(example(essay))
    changed = apply_change(BENIGN_CHANGES[name], example(essay), seed="test", material=material)
    after = scorer.score(changed)
    assert abs(after.raw - before.raw) < 0.5
    assert after.flags == before.flags


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_seed_gives_the_same_text(name: str, example: Example, material: Material) -> None:
    first, again = (
        apply_change(CHANGES[name], example("middling"), seed="one", material=material)
        for _ in range(2)
    )
    assert first == again


def test_a_copied_prompt_is_flagged(scorer: Scorer, example: Example) -> None:
    prompt = example("middling")
    assert "copied_prompt" in scorer.score(prompt, prompt=prompt).flags
    assert "copied_prompt" not in scorer.score(example("weak"), prompt=prompt).flags


def test_the_scorer_withstands_attacks_on_genuine_essays(
    asap2: Path, root: Path, scorer: Scorer
) -> None:
    """Forty essays. Known weaknesses must still fail, or the documentation is out of date."""
    essays = read_essays(asap2).usable()
    test = essays[essays["split"] == "test"]
    results = {one.name: one for one in measure_attacks(scorer, test, sample=40)}
    assert {name for name, result in results.items() if not result.passed} == KNOWN_WEAKNESSES


def test_essays_on_another_prompt_are_flagged_as_off_topic(
    asap2: Path, root: Path, scorer: Scorer
) -> None:
    essays = read_essays(asap2).usable()
    test = essays[essays["split"] == "test"].sample(60, random_state=1)
    prompts = json.loads((root / "examples" / "prompts.json").read_text())
    rates = off_topic_rates(scorer, test, prompts)
    assert rates.own <= 0.05
    assert rates.other >= 0.8


def test_off_topic_needs_a_prompt(scorer: Scorer, example: Example) -> None:
    assert "off_topic" not in scorer.score(example("strong")).flags
    other = "Describe the water cycle and the role that the sun plays in evaporation and rain."
    assert "off_topic" in scorer.score(example("strong"), prompt=other).flags


def test_essays_on_a_single_prompt_can_be_attacked(scorer: Scorer, example: Example) -> None:
    rows = [(example(name), "only") for name in ("weak", "middling")]
    essays = pd.DataFrame(rows, columns=["text", "prompt_id"])
    assert {one.essays for one in measure_attacks(scorer, essays, sample=5)} == {2}
