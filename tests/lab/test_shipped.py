"""The shipped bundle, measured again on the essays that its card speaks of."""

from pathlib import Path

import pytest

from essay_scorer import Scorer
from essay_scorer.lab.evaluation.length_baseline import length_ridge_qwk
from essay_scorer.lab.data.essays import read_essays
from essay_scorer.lab.evaluation.evaluate import evaluate


def test_its_agreement_is_what_its_manifest_says(asap2: Path, scorer: Scorer) -> None:
    essays = read_essays(asap2).usable()
    report = evaluate(scorer, essays[essays["split"] == "test"])
    measured = {"essays": report["essays"], **report["overall"]}
    promised = scorer.manifest.metrics["test"]
    assert measured["essays"] == promised["essays"]
    for name in ("qwk", "pearson", "exact", "adjacent", "coverage"):
        # Another processor rounds differently: an essay in a thousand may cross a half.
        assert measured[name] == pytest.approx(promised[name], abs=0.005), name


def test_it_is_worth_more_than_counting_words(asap2: Path, scorer: Scorer) -> None:
    metrics = scorer.manifest.metrics
    measured = length_ridge_qwk(read_essays(asap2).usable(), scorer.manifest.scale)
    assert measured == pytest.approx(metrics["length_ridge_qwk"], abs=0.001)
    assert metrics["test"]["qwk"] >= measured + 0.05
