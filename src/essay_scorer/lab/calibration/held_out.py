"""Essays kept out of training: what calibration is fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from essay_scorer.lab.calibration.linear import Column, fit_line
from essay_scorer.model.scale import Scale

FeatureTable = npt.NDArray[np.float32]  # writing features, (essays, features)


@dataclass(frozen=True, kw_only=True)
class HeldOutScores:
    """Essays with raw scores on the raters' scale.

    Attributes:
        raw: raw scores, (essays,).
        human: human scores, (essays,).
        features: writing features, (essays, features).
    """

    raw: Column
    human: Column
    features: FeatureTable

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Return the essays of all parts."""
        return cls(
            raw=np.concatenate([part.raw for part in parts]),
            human=np.concatenate([part.human for part in parts]),
            features=np.concatenate([part.features for part in parts]),
        )


@dataclass(frozen=True, kw_only=True)
class HeldOutPredictions:
    """Essays with predictions of a model that was not trained on them.

    Attributes:
        predictions: (essays,).
        human: human scores, (essays,).
        features: writing features, (essays, features).
    """

    predictions: Column
    human: Column
    features: FeatureTable

    def scored(self, scale: Scale, *, line: tuple[float, float] | None = None) -> HeldOutScores:
        """Return the essays with raw scores.

        Args:
            scale: the raters' scale.
            line: slope and intercept from predictions to raw scores; by default, those that
                are fitted to these essays.
        """
        slope, intercept = line or fit_line(self.predictions, self.human)
        raw = np.clip(intercept + slope * self.predictions, scale.min, scale.max)
        return HeldOutScores(raw=raw, human=self.human, features=self.features)
