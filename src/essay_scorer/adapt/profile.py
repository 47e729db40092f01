"""A profile: a teacher's assignment and scale, learned from her marks."""

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from essay_scorer.adapt.adaptation_report import AdaptationReport
from essay_scorer.adapt.class_space import ClassSpace, Column, Matrix, Vector, group_weights
from essay_scorer.adapt.essay_vector import BundleId, decode_floats, encode_floats
from essay_scorer.adapt.linear_model import LinearModel, finite
from essay_scorer.adapt.mark_regression import Rows
from essay_scorer.adapt.mark_scale import checked
from essay_scorer.errors import FileError, InvalidMarks, InvalidProfile
from essay_scorer.model.calibration import Interval
from essay_scorer.model.scale import Scale
from essay_scorer.tables.atomic import atomic_file

FORMAT = 1
MAX_BYTES = 200 * 1024  # of a profile's file; a profile has at most half of that
COVERAGE = 0.9
MAX_NUMBERS = 4096  # of an essay's vector


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """What a profile suggests for one essay.

    Attributes:
        raw: the mark before rounding, in points, clipped to the scale.
        value: the nearest mark.
        interval: the prediction interval, in marks.
        strangeness: share of the class's essays that are more like the others, 0 to 1.
    """

    raw: float
    value: float
    interval: Interval
    strangeness: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """A teacher's assignment and scale. It holds weights, and no essay.

    Intervals are CV+ intervals (Barber, Candès, Ramdas & Tibshirani 2021, *Predictive inference
    with the jackknife+*, section 3): models of ``folds`` were learned without a part of the
    marks, ``errors`` are theirs on these marks.

    Attributes:
        bundle: that read the essays; another bundle's vectors mean something else.
        scale: of the marks.
        space: standardizes an essay's vector.
        model: predicts the mark.
        folds: each learned without the marks of one fold.
        errors: absolute errors on the marks left out, in points, (marks,).
        fold_of: the fold of each mark, (marks,).
        strangeness: quantiles of the class's essays, ascending.
        report: the proof.
    """

    bundle: BundleId
    scale: Scale
    space: ClassSpace
    model: LinearModel
    folds: tuple[LinearModel, ...]
    errors: Column
    fold_of: tuple[int, ...]
    strangeness: tuple[float, ...]
    report: AdaptationReport

    @property
    def coverage(self) -> float:
        """The probability that an interval contains the mark: 0.9, or less with few marks."""
        marks = len(self.errors)
        return min(COVERAGE, round(1 - 1 / (marks + 1), 2))

    def suggest(self, vector: Vector) -> Suggestion:
        """Return the suggestion for an essay.

        Args:
            vector: of the essay, (values,).
        """
        standardized = self.space.standardize(vector)
        raw = float(self.model.predict(standardized))
        value = self.scale.nearest(raw)
        return Suggestion(
            raw=min(max(raw, float(self.scale.min)), float(self.scale.max)),
            value=value,
            interval=self._interval(standardized, value),
            strangeness=self._strangeness(standardized),
        )

    def check_bundle(self, bundle: BundleId) -> None:
        """Check that this bundle's vectors are those of the profile.

        Raises:
            InvalidProfile: they are not.
        """
        if bundle != self.bundle:
            raise InvalidProfile(
                f"The profile was learned with {self.bundle.name} {self.bundle.version}, not with "
                f"{bundle.name} {bundle.version}; learn it again from the marks, or use that "
                "bundle."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as JSON of at most 100 KB."""
        return {
            "format": FORMAT,
            "bundle": dict(vars(self.bundle)),
            "scale": self.scale.to_dict(),
            "means": encode_floats(self.space.means),
            "deviations": encode_floats(self.space.deviations),
            "model": self.model.to_dict(),
            "folds": [fold.to_short_dict() for fold in self.folds],
            "errors": list(self.errors),
            "fold_of": list(self.fold_of),
            "strangeness": list(self.strangeness),
            "report": self.report.to_dict(),
        }

    @classmethod
    def from_dict(cls, table: object) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            InvalidProfile: it is something else.
        """
        if not isinstance(table, Mapping) or table.get("format") != FORMAT:
            raise InvalidProfile(
                f"This is not a profile of format {FORMAT}; learn one from marks with this version."
            )
        try:
            profile = cls._read(table)
            profile._check()
        except (
            *(KeyError, TypeError, ValueError, AttributeError, OverflowError, IndexError),
            InvalidMarks,
        ) as error:
            raise InvalidProfile(
                "The profile is incomplete or damaged; copy it again, or learn it again."
            ) from error
        return profile

    @classmethod
    def _read(cls, table: Mapping[str, Any]) -> Self:
        scale = Scale.from_dict(table["scale"])
        return cls(
            bundle=BundleId(**table["bundle"]),
            scale=checked(scale, "of the profile"),
            space=ClassSpace(
                means=decode_floats(table["means"]), deviations=decode_floats(table["deviations"])
            ),
            model=LinearModel.from_dict(table["model"]),
            folds=tuple(map(LinearModel.from_short_dict, table["folds"])),
            errors=np.array([finite(one) for one in table["errors"]]),
            fold_of=tuple(map(int, table["fold_of"])),
            strangeness=tuple(map(finite, table["strangeness"])),
            report=AdaptationReport.from_dict(table["report"]),
        )

    def _check(self) -> None:
        """Check that the parts fit together; raise ValueError if they do not."""
        values = len(self.space.means)
        widths = {len(model.weights) for model in (self.model, *self.folds)}
        fits = (
            0 < values <= MAX_NUMBERS
            and widths == {values}
            and len(self.space.deviations) == values
            and bool((self.space.deviations > 0).all())
            and len(self.errors) == len(self.fold_of) > 0
            and set(self.fold_of) <= set(range(len(self.folds)))
            and len(self.strangeness) > 0
            and all(
                isinstance(one, str) for one in (*self.scale.labels, *vars(self.bundle).values())
            )
        )
        if not fits:
            raise ValueError

    def save(self, path: str | Path) -> None:
        """Write the profile to a file, atomically.

        Raises:
            FileError: it cannot be written.
        """
        with atomic_file(str(path)) as file:
            file.write(json.dumps(self.to_dict(), ensure_ascii=False).encode() + b"\n")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a profile from a file.

        Raises:
            FileError: it cannot be read.
            InvalidProfile: it is not a profile.
        """
        try:
            with Path(path).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise FileError(f"{path} cannot be read: {error.strerror}.") from error
        if len(content) > MAX_BYTES:
            raise InvalidProfile(
                f"{path} is larger than {MAX_BYTES // 1024} KB, so it is not a profile; name the "
                "file that `essay-scorer adapt` wrote."
            )
        try:
            table = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InvalidProfile(f"{path} is not JSON; copy the profile again.") from error
        try:
            return cls.from_dict(table)
        except InvalidProfile as error:
            raise InvalidProfile(f"{path}: {error}") from error

    def _interval(self, standardized: Vector, value: float) -> Interval:
        predictions = self._fold_intercepts + self._fold_weights @ standardized
        low, high = cv_plus_interval(predictions[None, self._folds_of_marks], self.errors)
        inside = [value]
        for bound, direction in ((float(low[0]), 1), (float(high[0]), -1)):
            nearest = self.scale.nearest(bound)
            outside = (nearest - bound) * direction < -1e-9
            position = self.scale.position(nearest) + (direction if outside else 0)
            if 0 <= position < self.scale.levels:
                inside.append(self.scale.score_at(position))
        return Interval(low=min(inside), high=max(inside), coverage=self.coverage)

    @cached_property
    def _fold_weights(self) -> Matrix:
        return np.array([fold.weights for fold in self.folds])

    @cached_property
    def _fold_intercepts(self) -> Vector:
        return np.array([fold.intercept for fold in self.folds])

    @cached_property
    def _folds_of_marks(self) -> Rows:
        return np.array(self.fold_of, np.int64)

    def _strangeness(self, standardized: Vector) -> float:
        rank = bisect_left(self.strangeness, float(strangeness(standardized[None])[0]))
        return round(rank / len(self.strangeness), 3)


def strangeness(standardized: Matrix) -> Column:
    """Return how far essays are from the middle of their class, (essays,)."""
    return np.asarray(np.square(standardized * group_weights(standardized.shape[1])).sum(axis=1))


def cv_plus_interval(predictions: Matrix, errors: Vector) -> tuple[Column, Column]:
    """Return the lower and the upper end of CV+ intervals, in points, (essays,) each.

    Args:
        predictions: for each essay, of each mark's fold, (essays, marks).
        errors: of that fold's model on the mark, (marks,).
    """
    marks = len(errors)
    lowest = max(int(np.floor((1 - COVERAGE) * (marks + 1) + 1e-9)), 1) - 1
    highest = min(int(np.ceil(COVERAGE * (marks + 1) - 1e-9)), marks) - 1
    low = np.sort(predictions - errors, axis=1)[:, lowest]
    return low, np.sort(predictions + errors, axis=1)[:, highest]
