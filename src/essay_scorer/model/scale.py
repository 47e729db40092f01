"""The scale of scores or marks: whole scores, any decimal step, or letters."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_DIGITS = 6  # that a mark keeps, so that 0.1 + 0.2 is 0.3


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The scores from ``min`` to ``max`` that a rater can give.

    Attributes:
        min: the lowest score; 0 if the scale has labels.
        max: the highest score; the position of the best label.
        step: between neighboring scores.
        labels: names of the scores, from the lowest, such as F, D, C, B, A.
    """

    min: float
    max: float
    step: float = 1
    labels: tuple[str, ...] = ()

    @classmethod
    def of_range(cls, low: float, high: float, step: float = 1) -> Self:
        """Return the scale from ``low`` to ``high``; whole scores are integers."""
        scale = cls(min=low, max=high, step=step)
        return cls(min=scale.score_at(0), max=scale.score_at(scale.levels - 1), step=step)

    @classmethod
    def of_labels(cls, labels: tuple[str, ...]) -> Self:
        """Return the scale of these labels, from the lowest."""
        return cls(min=0, max=len(labels) - 1, labels=labels)

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            KeyError, TypeError: it is something else.
        """
        return cls(**{**table, "labels": tuple(table.get("labels", ()))})

    def to_dict(self) -> dict[str, Any]:
        """Return the scale as JSON; a step of 1 and missing labels are left out."""
        table: dict[str, Any] = {"min": self.min, "max": self.max}
        if self.step != 1:
            table["step"] = self.step
        if self.labels:
            table["labels"] = list(self.labels)
        return table

    @property
    def levels(self) -> int:
        """How many different scores the scale has."""
        return round((self.max - self.min) / self.step) + 1

    @property
    def scores(self) -> tuple[float, ...]:
        """All scores of the scale, in order."""
        return tuple(self.score_at(position) for position in range(self.levels))

    def has_same_points(self, other: "Scale") -> bool:
        """Say whether another scale has the same points, in steps of any size."""
        return (self.min, self.max) == (other.min, other.max) and not self.labels + other.labels

    def nearest(self, value: float) -> float:
        """Return the score that is nearest to a number; between two, the higher."""
        position = math.floor((value - self.min) / self.step + 0.5)
        return self.score_at(min(max(position, 0), self.levels - 1))

    def score_at(self, position: int) -> float:
        """Return the score at a position, from 0; an integer if it is whole."""
        score = round(self.min + position * self.step, _DIGITS)
        return int(score) if float(score).is_integer() else score

    def position(self, score: float) -> int:
        """Return the position of a score that is on the scale, from 0."""
        return round((score - self.min) / self.step)

    def contains(self, value: float) -> bool:
        """Say whether a number is one of the scores."""
        return (
            self.min - 1e-9 <= value <= self.max + 1e-9
            and abs(self.score_at(self.position(value)) - value) < 1e-6
        )

    def label(self, score: float) -> str:
        """Return a score as people write it: its label, or the number."""
        return self.labels[self.position(score)] if self.labels else f"{score:g}"

    def __str__(self) -> str:
        if self.labels:
            return f"{self.labels[0]} to {self.labels[-1]}"
        by = f" in steps of {self.step:g}" if self.step != 1 else ""
        return f"{self.min:g} to {self.max:g}{by}"
