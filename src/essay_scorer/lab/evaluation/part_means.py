"""What the measures of a report are computed from: means over parts of the essays."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from essay_scorer.lab.evaluation.bootstrap import Floats, Mask, Means, resampled_means
from essay_scorer.lab.evaluation.metrics import agreement_columns
from essay_scorer.model.scale import Scale

ANY_FLAG = "any"


@dataclass(frozen=True, kw_only=True, eq=False)
class PartMeans:
    """Scored essays, and the means of what each adds to the measures.

    Attributes:
        scored: the table of ``scored_essays.with_scores``.
        columns: what each essay adds, by name.
        everyone: the means over all essays; see ``bootstrap.resampled_means``.
        flags: ``any``, and the flags that an essay has, the most frequent first.
    """

    scored: pd.DataFrame
    columns: Means
    everyone: Means
    flags: tuple[str, ...]

    @classmethod
    def of(cls, scored: pd.DataFrame, scale: Scale) -> Self:
        """Return the means of scored essays."""
        human, machine, raw = (scored[name].to_numpy() for name in ("score", "machine", "raw"))
        counts = Counter(flag for flags in scored["flags"] for flag in flags)
        flags = (ANY_FLAG, *(name for name, _ in counts.most_common()))
        columns = {
            **agreement_columns(human, machine, raw, scale),
            **{name: _floats(scored[name]) for name in ("covered", "interval_scores", "review")},
            "human": _floats(scored["score"]),
            "raw": _floats(scored["raw"]),
        }
        with_flags = columns | {f"flag {name}": _has_flag(scored, name) for name in flags}
        (everyone,) = resampled_means(with_flags, [np.ones(len(scored), bool)])
        return cls(scored=scored, columns=columns, everyone=everyone, flags=flags)

    def means(self, masks: Iterable[Mask]) -> Iterator[Means]:
        """Yield the means over the essays of each mask, (essays,)."""
        return resampled_means(self.columns, list(masks))


def _floats(column: pd.Series) -> Floats:
    return np.asarray(column, float)


def _has_flag(scored: pd.DataFrame, name: str) -> Floats:
    found = scored["flags"].map(lambda flags: bool(flags) if name == ANY_FLAG else name in flags)
    return _floats(found)
