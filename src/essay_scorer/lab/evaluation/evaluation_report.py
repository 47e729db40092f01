"""The report of an evaluation, as typed records and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from essay_scorer.lab.evaluation.criteria import Criterion
from essay_scorer.lab.evaluation.group_fairness import GroupFairness
from essay_scorer.lab.evaluation.length_dependence import LengthDependence
from essay_scorer.lab.evaluation.metrics import Agreement, Intervals, RaterAgreement
from essay_scorer.lab.evaluation.provenance import Provenance
from essay_scorer.lab.evaluation.report_json import collect, criteria_rows, plain
from essay_scorer.lab.evaluation.robustness import Robustness
from essay_scorer.lab.evaluation.sample import Sample
from essay_scorer.model.manifest import Model
from essay_scorer.model.scale import Scale

# The columns of scores that intervals are grouped by, by their titles in the report.
SCORE_COLUMNS = {"human score": "score", "machine score": "machine"}


@dataclass(frozen=True, kw_only=True)
class OverallAgreement(Agreement):
    """Agreement on all essays, with what else a score states.

    Attributes:
        coverage: share of essays whose prediction interval contains the human score.
        interval_scores: mean number of whole scores in an interval.
        review: share of essays that a person should review.
    """

    coverage: float
    interval_scores: float
    review: float


@dataclass(frozen=True, kw_only=True)
class IntervalCoverage:
    """Prediction intervals of some essays.

    Attributes:
        essays: their number.
        coverage: share of intervals that contain the human score.
        scores: mean number of whole scores in an interval.
        intervals: confidence intervals of both, by name, where there is one.
    """

    essays: int
    coverage: float
    scores: float
    intervals: Intervals = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReviewPoint:
    """A point of the review curve.

    Attributes:
        share: of essays that a person reviews, the most uncertain ones.
        rest: the agreement on the other essays.
    """

    share: float
    rest: Agreement


@dataclass(frozen=True, kw_only=True)
class CalibrationPoint:
    """A tenth of the essays, by raw score.

    Attributes:
        essays: their number.
        raw: their mean raw score.
        human: their mean human score.
        intervals: confidence intervals of both, by name, where there is one.
    """

    essays: int
    raw: float
    human: float
    intervals: Intervals = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EvaluationReport:
    """Everything that an evaluation measured.

    Attributes:
        model: the bundle's.
        essays: their number.
        scale: of the scores: the profile's, if there is one, else the bundle's.
        overall: the agreement on all essays.
        by_prompt: by prompt ID.
        by_group: by the name of a column, then by its value; small groups are merged.
        fairness: for the same groups.
        length: how far length explains the agreement.
        human: the agreement of two human raters, if the essays have two scores.
        confusion: how often each human score (row) got each machine score (column).
        calibration: tenths of the essays, by raw score.
        coverage: by what the essays are grouped by, then by group; scores have their labels.
        review: the review curve.
        flags: share of essays with each flag, and with ``any`` flag.
        flag_intervals: confidence intervals of these shares.
        criteria: those of Williamson, Xi & Breyer (2012).
        robustness: if it was measured.
        sample: which essays of a file were measured, if they are of one.
        provenance: what the report was made from, if it is known.
    """

    model: Model
    essays: int
    scale: Scale
    overall: OverallAgreement
    by_prompt: Mapping[str, Agreement]
    by_group: Mapping[str, Mapping[str, Agreement]]
    fairness: Mapping[str, Mapping[str, GroupFairness]]
    length: LengthDependence
    human: RaterAgreement | None
    confusion: Sequence[Sequence[int]]
    calibration: Sequence[CalibrationPoint]
    coverage: Mapping[str, Mapping[str, IntervalCoverage]]
    review: Sequence[ReviewPoint]
    flags: Mapping[str, float]
    flag_intervals: Intervals
    criteria: Sequence[Criterion]
    robustness: Robustness | None = None
    sample: Sample | None = None
    provenance: Provenance | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON.

        ``intervals`` and ``unmeasured`` have the structure of the report: the confidence intervals
        of its figures, and why figures are null.
        """
        table = plain(self)
        del table["flag_intervals"]
        intervals = {**collect(self, "intervals"), "flags": plain(self.flag_intervals)}
        parts = {
            "criteria": criteria_rows(self.criteria),
            "review": self._review_curve(),
            "intervals": intervals,
            "unmeasured": collect(self, "unmeasured"),
        }
        return {**(table.pop("robustness") or {}), **table, **parts}

    def manifest_metrics(self) -> dict[str, Any]:
        """Return the part of the report that a bundle's manifest records, as JSON.

        Scores that are not whole are recorded as steps above the lowest.
        """
        return {
            **plain(self.overall),
            "length": plain(replace(self.length, ridge=None)),
            "qwk_by_prompt": {name: part.qwk for name, part in self.by_prompt.items()},
            "coverage_by": {
                title: {self._step(title, name): plain(row) for name, row in rows.items()}
                for title, rows in self.coverage.items()
            },
            "review_curve": self._review_curve(),
            "flags": dict(self.flags),
        }

    def _review_curve(self) -> list[dict[str, float]]:
        return [{"share": point.share, **plain(point.rest)} for point in self.review]

    def _step(self, title: str, name: str) -> str:
        if self.scale.step == 1 or title not in SCORE_COLUMNS:
            return name
        return str(self.scale.position(float(name)))
