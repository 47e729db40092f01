"""What the essays that measured a bundle were like: what the alarms compare a day with."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .image import build_args
from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Usual:
    """The mean of the machine's scores, and how far from it they usually are."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, settings: Settings, root: Path) -> Self | None:
        """Return what the bundle that is deployed says; nothing where nobody measured it."""
        arguments = build_args(settings, root)
        if "BUNDLE" not in arguments:
            return None
        path = root / arguments["BUNDLE"] / "bundle.json"
        try:
            metrics = json.loads(path.read_bytes())["metrics"]
            parts = metrics["test"]["coverage_by"]["machine score"]
            counts = {int(score): int(part["essays"]) for score, part in parts.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return cls._from_counts(counts)

    @classmethod
    def _from_counts(cls, counts: dict[int, int]) -> Self | None:
        essays = sum(counts.values())
        if not essays:
            return None
        mean = sum(score * count for score, count in counts.items()) / essays
        square = sum((score - mean) ** 2 * count for score, count in counts.items()) / essays
        return cls(mean=round(mean, 4), deviation=round(math.sqrt(square), 4)) if square else None
