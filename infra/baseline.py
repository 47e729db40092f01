"""The distribution of a bundle's scores, with which the alarms compare each day."""

import json
import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from essay_scorer.errors import FileError
from essay_scorer.monitoring.drift import ScoreCounts


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Mean and standard deviation of the scores on a bundle's test set."""

    mean: float
    standard_deviation: float

    @classmethod
    def of_image(cls, arguments: Mapping[str, str], root: Path) -> Self | None:
        """Return the baseline of an image's bundle.

        Args:
            arguments: what ``build_args`` returned.
            root: the folder that the image is built from.

        Returns:
            None if the image is built from artifacts, or its bundle has no baseline.
        """
        return cls.read(root / arguments["BUNDLE"]) if "BUNDLE" in arguments else None

    @classmethod
    def read(cls, bundle: Path) -> Self | None:
        """Return the baseline that a bundle's manifest contains.

        Args:
            bundle: the bundle's folder.

        Returns:
            None if the bundle was not evaluated, or if all its scores are the same.
        """
        try:
            metrics = json.loads((bundle / "bundle.json").read_bytes())["metrics"]
            counts = ScoreCounts.from_metrics(metrics)
        except (OSError, ValueError, KeyError, TypeError, FileError):
            return None
        return cls._from_counts(counts.scores)

    @classmethod
    def _from_counts(cls, counts: Mapping[int, int]) -> Self | None:
        if not sum(counts.values()):
            return None
        essays = list(counts.values())
        mean = statistics.fmean(counts, weights=essays)
        variance = statistics.fmean([(score - mean) ** 2 for score in counts], weights=essays)
        if not variance:
            return None
        return cls(mean=round(mean, 4), standard_deviation=round(math.sqrt(variance), 4))
