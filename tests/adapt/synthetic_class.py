"""A class of essays without texts: random vectors, and marks that depend on them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from essay_scorer.adapt.class_space import FEATURES, LAYER_MEANS, LENGTH
from essay_scorer.adapt.essay_vector import BundleId, EssayVector, encode_floats, encode_values
from essay_scorer.model.scale import Scale

BUNDLE = BundleId(name="model", version="1", sha256="0" * 64)
BUNDLE_SCALE = Scale(min=1, max=6)
VALUES = LAYER_MEANS.start + 96
PRIOR = np.zeros(FEATURES.stop - FEATURES.start)
PRIOR[LENGTH - FEATURES.start] = 1.0  # longer essays are expected to get higher marks


def make_class(essays: int, *, familiarity: float = 0.1, seed: int = 0) -> list[EssayVector]:
    """Return the vectors of a class."""
    generator = np.random.default_rng(seed)
    numbers = np.rint(generator.normal(size=(essays, VALUES)) * 256) / 256
    return [
        EssayVector(
            format=1,
            bundle=BUNDLE,
            familiarity=familiarity,
            raw=round(3.5 + float(row[0]), 4),
            values=encode_values(row),
            prior=encode_floats(PRIOR),
        )
        for row in numbers
    ]


def length_of(vectors: Sequence[EssayVector]) -> npt.NDArray[np.float64]:
    """Return the length of essays, in typical deviations."""
    return np.array([vector.numbers()[LENGTH] for vector in vectors])


def marks_of(vectors: Sequence[EssayVector], *, noise: float = 0.5, seed: int = 1) -> list[float]:
    """Return marks out of 20 that follow length and one layer mean, in halves."""
    numbers = np.array([vector.numbers() for vector in vectors])
    quality = numbers[:, LENGTH] + numbers[:, LAYER_MEANS.start]
    quality += np.random.default_rng(seed).normal(size=len(vectors)) * noise
    return [float(mark) for mark in np.clip(np.rint(2 * (11 + 2.5 * quality)) / 2, 0, 20)]


def of_another_bundle(vector: EssayVector) -> EssayVector:
    """Return a vector as another bundle would have made it."""
    return replace(vector, bundle=replace(BUNDLE, version="2"))
