"""The regression from marks: leave-one-out, the prior, and the spread."""

import numpy as np
import pytest

from essay_scorer.adapt.mark_regression import (
    CONSTANT,
    PENALTIES_IN_POINTS,
    MarkRegression,
    Prior,
)


def _kernel(essays: int, seed: int = 0) -> np.ndarray:
    points = np.random.default_rng(seed).normal(size=(essays, 8)) / np.sqrt(8)
    return np.asarray(points @ points.T)


def test_left_out_predictions_are_those_of_a_fit_without_the_mark() -> None:
    kernel, essays = _kernel(12), np.arange(12)
    marks = np.random.default_rng(1).integers(1, 7, 12).astype(float)
    prior = Prior(values=np.full((1, 12), 3.5), weights=np.ones(1), in_points=True)
    for penalty in PENALTIES_IN_POINTS:
        inverse = np.linalg.inv(kernel + CONSTANT + penalty * np.eye(12))
        closed = marks - (inverse @ (marks - 3.5)) / np.diag(inverse)
        for left in essays:
            used = essays[essays != left]
            dual = np.linalg.solve(
                (kernel + CONSTANT)[np.ix_(used, used)] + penalty * np.eye(11), marks[used] - 3.5
            )
            predicted = 3.5 + (kernel + CONSTANT)[left, used] @ dual
            assert closed[left] == pytest.approx(predicted)
    regression = MarkRegression.fit(kernel, prior, essays, marks)
    assert np.abs(regression.left_out - marks).mean() < np.abs(marks - 3.5).mean() + 0.5


def test_with_few_marks_the_order_of_the_prior_decides() -> None:
    kernel, prior = _kernel(60), np.random.default_rng(2).normal(size=60)
    marked = np.arange(5)
    marks = 10 + 3 * prior[:5]
    regression = MarkRegression.fit(
        kernel[:, :5], Prior(values=prior[None], weights=np.ones(1)), marked, marks
    )
    predicted = regression.predict(kernel[:, :5], prior[None])
    assert np.corrcoef(predicted, prior)[0, 1] > 0.95


def test_predictions_have_the_spread_of_the_marks() -> None:
    generator = np.random.default_rng(3)
    points = generator.normal(size=(300, 8)) / np.sqrt(8)
    quality = points[:, 0] * np.sqrt(8)
    marks = 50 + 10 * (quality + generator.normal(size=300))
    kernel = points @ points[:100].T
    prior = Prior(values=generator.normal(size=(1, 300)), weights=np.ones(1))
    regression = MarkRegression.fit(kernel, prior, np.arange(100), marks[:100])
    predicted = regression.predict(kernel, prior.values)
    assert 0.8 < predicted[100:].std() / marks.std() < 1.2


def test_a_known_assignment_on_the_scorers_scale_keeps_its_scores() -> None:
    kernel, scores = _kernel(40), np.linspace(1, 6, 40)
    prior = Prior(values=scores[None], weights=np.ones(1), in_points=True)
    regression = MarkRegression.fit(kernel[:, :8], prior, np.arange(8) * 5, scores[::5])
    assert regression.predict(kernel[:, :8], scores[None]) == pytest.approx(scores, abs=1e-6)


def test_of_two_expectations_the_marks_choose() -> None:
    generator = np.random.default_rng(4)
    right, wrong = generator.normal(size=(2, 60))
    prior = Prior(values=np.array([wrong, right]), weights=np.array([1.0, 0.5]))
    marks = 10 + 3 * right[:30] + generator.normal(size=30)
    regression = MarkRegression.fit(_kernel(60)[:, :30], prior, np.arange(30), marks)
    assert regression.prior_slopes[1] > 20 * regression.prior_slopes[0]
