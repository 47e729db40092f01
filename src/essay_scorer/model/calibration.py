"""From the graph's prediction to a score with an interval on the raters' scale.

A line maps the mean and the spread of the predictions to those of the human scores; the result
is clipped to the scale and rounded. Bands, measured on held-out essays, define the prediction
interval. All numbers come from the bundle's manifest.
"""

from dataclasses import dataclass

from essay_scorer.model.scale import Scale

MIN_FAMILIARITY = 0.5  # of a prompt that counts as known


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A prediction interval: the human score lies in it with probability ``coverage``.

    Attributes:
        low: its lowest score.
        high: its highest score.
        coverage: from 0 to 1.
    """

    low: float
    high: float
    coverage: float


@dataclass(frozen=True, kw_only=True)
class Band:
    """The raw scores, from ``low`` to ``high``, whose interval contains a certain score."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Maps predictions to the scale: ``raw = intercept + slope × prediction``.

    Attributes:
        slope: score points per unit of the prediction.
        intercept: score points.
        coverage: the probability that an interval contains the human score, 0 to 1.
        bands: one for each score of the scale, in order.
        new_prompt_bands: the same for essays on new prompts; none if the scorer cannot tell.
    """

    slope: float
    intercept: float
    coverage: float
    bands: tuple[Band, ...]
    new_prompt_bands: tuple[Band, ...] = ()

    def raw_score(self, prediction: float, scale: Scale) -> float:
        """Return the unrounded score, clipped to the scale."""
        raw = self.intercept + self.slope * prediction
        return min(max(raw, float(scale.min)), float(scale.max))

    def interval(self, raw: float, scale: Scale, *, familiarity: float = 1.0) -> Interval:
        """Return the prediction interval, which always contains the nearest score.

        Args:
            raw: the raw score.
            scale: the raters' scale.
            familiarity: of the essay's prompt, from 0 to 1.
        """
        is_new = familiarity < MIN_FAMILIARITY
        bands = self.new_prompt_bands if is_new and self.new_prompt_bands else self.bands
        scores = [
            score
            for score, band in zip(scale.scores, bands, strict=True)
            if band.low <= raw <= band.high
        ]
        scores.append(scale.nearest(raw))
        return Interval(low=min(scores), high=max(scores), coverage=self.coverage)


@dataclass(frozen=True, kw_only=True)
class UncertaintyTable:
    """The expected cost of a score, as ``checks.uncertainty`` computes it.

    Attributes:
        raw_edges: lower edges of bins of raw scores, ascending.
        costs: the expected cost in each bin, of the same length.
        feature_weights: what each writing feature adds to the cost, (features,).
        quantiles: evenly spaced quantiles of the costs of ordinary essays, ascending.
    """

    raw_edges: tuple[float, ...]
    costs: tuple[float, ...]
    feature_weights: tuple[float, ...]
    quantiles: tuple[float, ...]
