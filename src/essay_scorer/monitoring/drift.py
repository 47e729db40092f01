"""Drift: whether a day's scores and flags are distributed like those of a baseline.

The request log has every score and every flag, so drift needs no essay. Two distributions are
compared by the population stability index, PSI = Σ (p − q) · ln(p / q) (Lewis 1994; Siddiqi
2006): below 0.1 is no drift, from 0.25 on the model is out of its domain. With few essays PSI is
large by chance: without drift it follows χ² · (1/n + 1/m) (Yurdakul 2018), and PSI below the
99th percentile of that, its critical value, is not reported.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from essay_scorer.contract import FLAG_METRIC_PREFIX, FLAGGED_METRIC, SCORE_METRIC
from essay_scorer.errors import FileError

MODERATE_PSI, DRIFT_PSI = 0.10, 0.25
Verdict = Literal["no_drift", "moderate", "drift"]
NO_DRIFT: Verdict = "no_drift"
MODERATE: Verdict = "moderate"
DRIFT: Verdict = "drift"
_Z_99 = 2.3263  # 99th percentile of the standard normal distribution


@dataclass(kw_only=True)
class ScoreCounts:
    """How many essays got which score and which flags.

    Attributes:
        scores: essays by score.
        flagged: essays with any flag.
        flags: essays by flag.
    """

    scores: Counter[int] = field(default_factory=Counter)
    flagged: int = 0
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def essays(self) -> int:
        """The number of essays."""
        return self.scores.total()

    @classmethod
    def from_metrics(cls, metrics: Mapping[str, Any]) -> Self:
        """Return the counts on the held-out essays that a bundle was measured on.

        Args:
            metrics: of the bundle's manifest.

        Raises:
            FileError: the bundle was not measured.
        """
        try:
            test = metrics["test"]
            by_score = test["coverage_by"]["machine score"]
            scores = Counter({int(score): int(part["essays"]) for score, part in by_score.items()})
            shares = {name: float(share) for name, share in test["flags"].items()}
            flagged = round(shares.pop("any") * scores.total())
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FileError(
                "The bundle was not measured on essays, so it has no baseline; "
                "name the log of ordinary days with --baseline."
            ) from error
        flags = Counter({name: round(share * scores.total()) for name, share in shares.items()})
        return cls(scores=scores, flagged=flagged, flags=flags)

    @classmethod
    def from_log(cls, lines: Iterable[Mapping[str, Any]]) -> Self:
        """Return the counts in the lines of a request log."""
        counts = cls()
        for line in lines:
            counts.scores.update(line[SCORE_METRIC])
            counts.flagged += line[FLAGGED_METRIC]
            counts.flags.update(
                {
                    name.removeprefix(FLAG_METRIC_PREFIX): number
                    for name, number in line.items()
                    if name.startswith(FLAG_METRIC_PREFIX)
                }
            )
        return counts


@dataclass(frozen=True, kw_only=True)
class DistributionShift:
    """How far one distribution is from the baseline's.

    Attributes:
        psi: the population stability index.
        critical_value: the 99th percentile of PSI without drift.
    """

    psi: float
    critical_value: float

    @classmethod
    def between(cls, baseline: Iterable[int], current: Iterable[int]) -> Self:
        """Compare two histograms over the same bins."""
        pairs = list(zip(baseline, current, strict=True))
        # Half an essay more in every bin, so that an empty one does not make PSI infinite.
        m, n = (sum(row) + len(pairs) / 2 for row in zip(*pairs, strict=True))
        shares = [((before + 0.5) / m, (now + 0.5) / n) for before, now in pairs]
        psi = sum((p - q) * math.log(p / q) for q, p in shares)
        return cls(psi=psi, critical_value=_chi_squared_99(len(pairs) - 1) * (1 / m + 1 / n))

    @property
    def verdict(self) -> Verdict:
        """Whether this is drift."""
        if self.psi < max(MODERATE_PSI, self.critical_value):
            return NO_DRIFT
        return MODERATE if self.psi < DRIFT_PSI else DRIFT

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON."""
        return {
            "psi": round(self.psi, 4),
            "critical_value": round(self.critical_value, 4),
            "verdict": self.verdict,
        }


def _chi_squared_99(degrees: int) -> float:
    """Return the 99th percentile of χ² (Wilson & Hilferty 1931)."""
    part = 2 / (9 * degrees)
    return degrees * (1 - part + _Z_99 * math.sqrt(part)) ** 3


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Current scores and flags compared with a baseline.

    Attributes:
        baseline: counts of ordinary essays.
        current: counts of the essays in question.
        scores: the shift of the scores.
        flagged: the shift of the share of flagged essays.
    """

    baseline: ScoreCounts
    current: ScoreCounts
    scores: DistributionShift
    flagged: DistributionShift

    @classmethod
    def between(cls, baseline: ScoreCounts, current: ScoreCounts) -> Self:
        """Compare current counts with a baseline's."""
        bins = sorted(baseline.scores.keys() | current.scores.keys())
        return cls(
            baseline=baseline,
            current=current,
            scores=DistributionShift.between(
                [baseline.scores[score] for score in bins],
                [current.scores[score] for score in bins],
            ),
            flagged=DistributionShift.between(
                *(
                    (counts.flagged, counts.essays - counts.flagged)
                    for counts in (baseline, current)
                )
            ),
        )

    @property
    def verdict(self) -> Verdict:
        """The worse of the two verdicts."""
        verdicts = {self.scores.verdict, self.flagged.verdict}
        return next(one for one in (DRIFT, MODERATE, NO_DRIFT) if one in verdicts)

    def to_dict(self) -> dict[str, Any]:
        """Return everything that was compared as JSON."""
        return {
            "verdict": self.verdict,
            "essays": {"baseline": self.baseline.essays, "current": self.current.essays},
            "scores": {**self.scores.to_dict(), "shares": self.score_shares()},
            "flagged": {**self.flagged.to_dict(), "shares": self.flag_shares()},
        }

    def score_shares(self) -> dict[str, dict[str, float]]:
        """Return the share of the essays with each score, in the baseline and currently."""
        return self._shares(dict(self.baseline.scores), dict(self.current.scores))

    def flag_shares(self) -> dict[str, dict[str, float]]:
        """Return the share of the essays with any flag and with each, likewise."""
        any_flag = self._shares({"any": self.baseline.flagged}, {"any": self.current.flagged})
        return any_flag | self._shares(dict(self.baseline.flags), dict(self.current.flags))

    def _shares(
        self, baseline: Mapping[Any, int], current: Mapping[Any, int]
    ) -> dict[str, dict[str, float]]:
        return {
            str(name): {
                "baseline": round(baseline.get(name, 0) / self.baseline.essays, 4),
                "current": round(current.get(name, 0) / self.current.essays, 4),
            }
            for name in sorted(baseline.keys() | current.keys())
        }
