"""From the graph's numbers to the raters' scale, fitted on essays kept out of training."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import beta
from sklearn.linear_model import Ridge

from essay_scorer.errors import FileError
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.model.calibration import Band, Calibration, Scale, UncertaintyTable

Column = npt.NDArray[np.float64]
Bands = tuple[Band, ...]

CONDITIONAL = 0.5  # how far the bands follow each score's own errors, from 0 to 1
FEWEST = 30  # essays that a score's own errors are measured on; its neighbours lend theirs
STEPS = 100  # steps that doubt is tabled in
RIDGE = 1000.0  # the penalty on the writing features' weights in doubt
CONFIDENCE = 0.9  # the share of calibrations that keep the promise


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Raw scores and the human ones."""

    raw: Column
    human: Column
    figures: npt.NDArray[np.float32]  # the writing features, a row an essay


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """The graph's numbers for essays that were kept out of training, and their human scores."""

    numbers: Column
    human: Column
    figures: npt.NDArray[np.float32]  # the writing features, a row an essay

    def scored(self, scale: Scale) -> Scored:
        """Return raw scores, brought to these essays' own mean and spread."""
        slope, intercept = fit_line(self.numbers, self.human)
        raw = np.clip(intercept + slope * self.numbers, scale.min, scale.max)
        return Scored(raw=raw, human=self.human, figures=self.figures)


def fit_line(numbers: Column, human: Column) -> tuple[float, float]:
    """Return slope and intercept that give the numbers the human scores' mean and spread.

    A regression shrinks towards the mean, which costs agreement at the scale's ends;
    matching the variance gives it back.
    """
    if numbers.std() == 0:
        raise FileError("The model gives every essay the same number; it has learned nothing.")
    slope = float(human.std() / numbers.std())
    return slope, float(human.mean() - slope * numbers.mean())


def conformal_quantile(errors: Column, coverage: float) -> float:
    """Return the size that new errors stay within, as often as was promised or more.

    Split conformal prediction takes the ⌈(n + 1) × coverage⌉-th smallest of n errors (Lei
    et al. 2018, *Distribution-free predictive inference for regression*), which keeps the
    promise on average over calibrations.  A school has one: the rank is raised until the
    promise is kept in ``CONFIDENCE`` of all calibrations (Vovk 2013, *Conditional validity
    of inductive conformal predictors*), where there are essays enough for that.
    """
    size = len(errors)
    least = math.ceil((size + 1) * coverage)
    if least > size:
        raise FileError(f"{size} essays are too few for {coverage:.0%} coverage.")
    ranks = np.arange(least, size + 1)
    kept = beta.sf(coverage, ranks, size + 1 - ranks) >= CONFIDENCE
    rank = ranks[kept][0] if kept.any() else least
    return float(np.sort(errors)[rank - 1])


def conformal_bands(dev: Scored, shape: Scored, *, scale: Scale, coverage: float) -> Bands:
    """Return, for each whole score, the raw scores at which it is still believable.

    A rater who gave score k is missed where the raw score lies too far from k, on either
    side.  One distance for all scores covers the rare ones too seldom, since a model is
    drawn to the middle; a distance for each alone, from few essays, is wide.  Each side
    of each score is therefore shaped half-way between the two, and all are then stretched
    by one factor, the conformal quantile of the errors on ``dev`` in units of their sides.
    """
    error = shape.raw - shape.human
    everywhere = float(np.quantile(np.abs(error), coverage))
    sides = {
        score: _sides(error[_lenders(shape.human, score)], everywhere, coverage)
        for score in range(scale.min, scale.max + 1)
    }
    below, above = (np.array([sides[int(score)][at] for score in dev.human]) for at in (0, 1))
    error = dev.raw - dev.human
    factor = conformal_quantile(np.where(error < 0, -error / below, error / above), coverage)
    return tuple(
        Band(low=score - factor * low, high=score + factor * high)
        for score, (low, high) in sides.items()
    )


def _lenders(human: Column, score: int) -> npt.NDArray[np.bool_]:
    """Return which essays say how far a score is missed: its own, or with the nearest ones."""
    distance = np.abs(human - score)
    reach = np.sort(distance)[min(FEWEST, len(human)) - 1]
    return np.asarray(distance <= reach)


def _sides(error: Column, everywhere: float, coverage: float) -> tuple[float, float]:
    """Return how far below and above its score a band reaches."""
    tail = (1 - coverage) / 2
    own = -np.quantile(error, tail), np.quantile(error, 1 - tail)
    below, above = (
        CONDITIONAL * max(float(side), 0.0) + (1 - CONDITIONAL) * everywhere for side in own
    )
    return max(below, 1e-3), max(above, 1e-3)


def fit_doubt(scored: Scored, *, scale: Scale) -> UncertaintyTable:
    """Return how doubtful scores are, in ranks among these essays.

    What an essay costs in QWK is its expected squared error, less its share in the
    disagreement that chance would give: QWK is one minus the ratio of their sums.  The
    errors are smoothed over raw scores by a Gaussian kernel; what is left of them is
    looked for in the writing features by ridge regression.
    """
    raw, human = scored.raw, scored.human
    value = np.floor(raw + 0.5)
    loss = 1 - qwk(human.astype(int), value.astype(int), scale)
    width = 0.03 * (scale.max - scale.min)

    def error(at: Column) -> Column:
        near = np.exp(-0.5 * np.square((at[:, np.newaxis] - raw) / width)) + 1e-9
        near /= near.sum(axis=1, keepdims=True)
        mean = near @ human
        squares = near @ np.square(human) - np.square(mean)
        return np.asarray(squares + np.square(np.floor(at + 0.5) - mean))

    steps = np.linspace(scale.min, scale.max, STEPS, endpoint=False)
    middle = steps + (scale.max - scale.min) / STEPS / 2
    chance = loss * (np.square(middle - human.mean()) + human.var())
    spread = np.maximum(scored.figures.std(axis=0), 1e-6)
    left = np.square(value - human) - error(raw)
    weights = Ridge(alpha=RIDGE).fit(scored.figures / spread, left).coef_ / spread
    table = UncertaintyTable(
        raw=tuple(steps.round(4).tolist()),
        cost=tuple((error(middle) - chance).round(5).tolist()),
        weights=tuple(weights.astype(float).round(6).tolist()),
        ranks=(0.0,),
    )
    costs = [table.cost_of(at, row) for at, row in zip(raw.tolist(), scored.figures, strict=True)]
    ranks = np.quantile(costs, np.linspace(0, 1, STEPS + 1))
    return replace(table, ranks=tuple(ranks.round(5).tolist()))


def calibrate(
    dev: HeldOut, *, scale: Scale, coverage: float, more: Sequence[HeldOut] = ()
) -> tuple[Calibration, UncertaintyTable]:
    """Fit line, bands and doubt.

    Args:
        dev: the essays that were kept out of all training; they decide the line, and how
            wide the bands are.
        scale: the raters' scale.
        coverage: the share of human scores that the intervals shall hold.
        more: essays that were kept out in turn, of folds; they steady the bands' shape,
            and doubt.
    """
    slope, intercept = fit_line(dev.numbers, dev.human)
    parts = [part.scored(scale) for part in (dev, *more)]
    all_ = Scored(
        raw=np.concatenate([part.raw for part in parts]),
        human=np.concatenate([part.human for part in parts]),
        figures=np.concatenate([part.figures for part in parts]),
    )
    bands = conformal_bands(parts[0], all_, scale=scale, coverage=coverage)
    line = Calibration(slope=slope, intercept=intercept, coverage=coverage, bands=bands)
    return line, fit_doubt(all_, scale=scale)
