"""A regression as weights of an essay's standardized vector, and its form in a file."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from essay_scorer.adapt.class_space import Column, Matrix, Vector
from essay_scorer.adapt.essay_vector import decode_floats, encode_floats

_LARGEST = 32767  # of an int16


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearModel:
    """Predicted mark = intercept + weights · standardized vector.

    Attributes:
        intercept: in points.
        weights: in points per deviation, (values,).
    """

    intercept: float
    weights: Vector

    def predict(self, standardized: Matrix) -> Column:
        """Return predicted marks in points, (essays,)."""
        return self.intercept + standardized @ self.weights

    def to_dict(self) -> dict[str, Any]:
        """Return the model as JSON, its weights as float32."""
        return {"intercept": self.intercept, "weights": encode_floats(self.weights)}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        return cls(intercept=finite(table["intercept"]), weights=decode_floats(table["weights"]))

    def to_short_dict(self) -> dict[str, Any]:
        """Return the model as JSON, its weights as int16: enough for an interval."""
        unit = float(np.abs(self.weights).max()) / _LARGEST or 1.0
        values = np.rint(self.weights / unit).astype("<i2")
        encoded = base64.b64encode(values.tobytes()).decode()
        return {"intercept": self.intercept, "unit": unit, "weights": encoded}

    @classmethod
    def from_short_dict(cls, table: Mapping[str, Any]) -> Self:
        """Read what ``to_short_dict`` returned.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        try:
            values = np.frombuffer(base64.b64decode(table["weights"], validate=True), "<i2")
        except binascii.Error as error:
            raise ValueError(str(error)) from error
        unit = finite(table["unit"])
        return cls(intercept=finite(table["intercept"]), weights=values.astype(np.float64) * unit)


def finite(value: object) -> float:
    """Return a number of a file.

    Raises:
        ValueError: it is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise ValueError(value)
    return float(value)
