"""What adaptation knows of an essay: one vector, in units that are typical of an assignment.

The vector has the shipped score, the writing features, a sketch of the n-grams and the layer
means, in the order of ``adapt.class_space``. It is rounded once, so that every client computes
with the same numbers.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from essay_scorer.adapt.class_space import FEATURES, LAYER_MEANS, Vector
from essay_scorer.errors import BundleInvalid
from essay_scorer.text.features import FEATURE_NAMES

FORMAT = 1
MAX_LAYER_MEANS = 1600  # values: so that a vector stays below 8 KB in JSON
MAX_VECTOR_CHARACTERS = 4 * -(-2 * (LAYER_MEANS.start + MAX_LAYER_MEANS) // 3)  # in base64
_UNITS = 256  # of an int16 in one typical deviation
_SKETCH_UNITS = 16.0  # a sketch has unit length, so its values are small
_KNOWN = 1 + len(FEATURE_NAMES)  # values before the sketch


@dataclass(frozen=True, kw_only=True)
class BundleId:
    """Which bundle read the essays.

    Attributes:
        name: of the model.
        version: of the model.
        sha256: of the hashes of the files that determine an essay's vector.
    """

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class EssayVector:
    """What a client needs to adapt: the response to ``"features": true``.

    Attributes:
        format: of the values.
        bundle: that read the essay; vectors of other bundles cannot be compared.
        familiarity: of the essay's prompt, from 0 to 1.
        raw: the shipped score before it is clipped to the scale and rounded.
        values: little-endian int16 in base64, in 1/256 of typical deviations.
        prior: weights of the writing features, little-endian float32 in base64; the same for
            every essay of a bundle.
    """

    format: int
    bundle: BundleId
    familiarity: float
    raw: float
    values: str
    prior: str

    def numbers(self) -> Vector:
        """Return the vector, (values,)."""
        return np.frombuffer(base64.b64decode(self.values), "<i2").astype(np.float64) / _UNITS

    def to_dict(self) -> dict[str, Any]:
        """Return the vector as JSON on the wire."""
        return {**vars(self), "bundle": dict(vars(self.bundle))}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            KeyError, TypeError: it is something else.
        """
        return cls(**{**table, "bundle": BundleId(**table["bundle"])})


@dataclass(frozen=True, kw_only=True, eq=False)
class TypicalEssays:
    """What a bundle knows of essays on one assignment, from many assignments.

    Attributes:
        means: of raw score, writing features and layer means, (values without the sketch,).
        deviations: within an assignment, of the same shape.
        prior: weights of standardized writing features, which order the essays of any
            assignment, (features,).
    """

    means: Vector
    deviations: Vector
    prior: Vector

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``adaptation.npy``: a row of means, one of deviations, one of prior weights.

        Raises:
            BundleInvalid: it is something else.
        """
        try:
            table = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise BundleInvalid(f"{path} is not an array; copy the bundle again.") from error
        shape_fits = table.ndim == 2 and table.shape[0] == 3 and table.shape[1] > _KNOWN
        if not shape_fits or table.dtype != np.float32 or not np.isfinite(table).all():
            raise BundleInvalid(f"{path} does not describe typical essays; copy the bundle again.")
        means, deviations, prior = table.astype(np.float64)
        if (deviations <= 0).any() or table.shape[1] - _KNOWN > MAX_LAYER_MEANS:
            raise BundleInvalid(f"{path} does not describe typical essays; copy the bundle again.")
        return cls(means=means, deviations=deviations, prior=prior[FEATURES])

    @property
    def layer_means(self) -> int:
        """How many layer means a vector has: the last ones of a reading."""
        return len(self.means) - _KNOWN

    def vector(
        self,
        *,
        raw: float,
        features: npt.NDArray[np.floating[Any]],
        sketch: Vector,
        layer_means: npt.NDArray[np.floating[Any]],
    ) -> Vector:
        """Return an essay's vector, rounded, (values,).

        Args:
            raw: the shipped score, not clipped.
            features: writing features, (features,).
            sketch: of token n-grams, then of character n-grams.
            layer_means: of all layers, (layers × hidden size,).
        """
        known = np.concatenate([[raw], features, layer_means[-self.layer_means :]])
        standardized = (known - self.means) / self.deviations
        vector = np.empty(len(known) + len(sketch))
        vector[:_KNOWN] = standardized[:_KNOWN]
        vector[_KNOWN : LAYER_MEANS.start] = sketch * _SKETCH_UNITS
        vector[LAYER_MEANS] = standardized[_KNOWN:]
        return np.clip(np.rint(vector * _UNITS), -32767, 32767) / _UNITS


def encode_values(vector: Vector) -> str:
    """Return the base64 of a rounded vector."""
    return base64.b64encode(np.rint(vector * _UNITS).astype("<i2").tobytes()).decode()


def encode_floats(values: npt.NDArray[np.floating[Any]]) -> str:
    """Return numbers as base64 of little-endian float32."""
    return base64.b64encode(np.asarray(values, "<f4").tobytes()).decode()


def decode_floats(text: str) -> Vector:
    """Return the numbers in base64 of little-endian float32.

    Raises:
        ValueError: it is not that, or a number is not finite.
    """
    try:
        values = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float64)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not np.isfinite(values).all():
        raise ValueError
    return values
