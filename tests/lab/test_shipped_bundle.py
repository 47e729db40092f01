"""The shipped bundle: measured again on the essays that its model card is about."""

from pathlib import Path

import pytest

from essay_scorer import Scorer
from essay_scorer.lab.data.essays import read_essays
from essay_scorer.lab.evaluation.evaluate import evaluate
from essay_scorer.lab.length_baseline import length_ridge


def test_its_agreement_is_what_its_manifest_states(asap2: Path, scorer: Scorer) -> None:
    essays = read_essays(asap2).usable()
    report = evaluate(scorer, essays[essays["split"] == "test"])
    measured, recorded = report.manifest_metrics(), scorer.manifest.metrics["test"]
    assert measured["essays"] == recorded["essays"]
    for name in ("qwk", "pearson", "exact", "adjacent", "coverage"):
        # Processors round differently: one essay in a thousand may get another score.
        assert measured[name] == pytest.approx(recorded[name], abs=0.005), name


def test_it_is_much_better_than_counting_words(asap2: Path, scorer: Scorer) -> None:
    metrics = scorer.manifest.metrics
    essays = read_essays(asap2).usable()
    test = essays["split"] == "test"
    measured = length_ridge(essays[~test], essays[test], scorer.manifest.scale)
    assert measured is not None
    assert measured.pearson is not None
    assert measured.qwk == pytest.approx(metrics["length_ridge_qwk"], abs=0.001)
    assert metrics["test"]["qwk"] >= metrics["length_ridge_qwk"] + 0.05
    assert metrics["test"]["pearson"] >= measured.pearson + 0.05


def test_its_model_card_states_the_metrics_of_its_manifest(scorer: Scorer) -> None:
    card, metrics = scorer.model_card(), scorer.manifest.metrics["test"]
    assert f"| QWK | **{metrics['qwk']:.3f}** |" in card
    assert f"on {metrics['essays']} essays" in card
    assert f"**License of the weights: {scorer.manifest.license}.**" in card
