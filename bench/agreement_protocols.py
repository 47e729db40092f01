"""The protocols of ``bench.agreement``: which essays train a scorer, and which are evaluated."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

COLUMNS = ["text", "score", "prompt_id", "scale_min", "scale_max"]
ASAP2_SCALE = {"scale_min": 1, "scale_max": 6}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scorer to make and evaluate.

    Attributes:
        fold: its name.
        prompt_id: of the essays in the split ``test``.
        essays: with a column ``split``; the index is that of the whole file.
    """

    fold: str
    prompt_id: str
    essays: pd.DataFrame


def read_asap(path: Path) -> pd.DataFrame:
    """Read ASAP from a Parquet file; each essay has the scale of its prompt."""
    names = {"essay_set": "prompt_id", "score_min": "scale_min", "score_max": "scale_max"}
    essays = pd.read_parquet(path).rename(columns=names).astype({"prompt_id": str})
    return essays[["essay_id", *COLUMNS]]


def read_asap2(path: Path) -> pd.DataFrame:
    """Read ASAP 2.0, with its own splits, from a Parquet file."""
    essays = pd.read_parquet(path).rename(columns={"prompt": "prompt_id"})
    return essays.assign(**ASAP2_SCALE).astype({"prompt_id": str})[["split", *COLUMNS]]


def asap_runs(essays: pd.DataFrame, folds: Path) -> Iterator[Run]:
    """Yield the forty runs of the protocol.

    Args:
        essays: as ``read_asap`` returns them.
        folds: a folder with ``fold_*/{train,dev,test}_ids.txt``.
    """
    for folder in sorted(folds.glob("fold_*")):
        split_of = {
            int(essay_id): split
            for split in ("train", "dev", "test")
            for essay_id in (folder / f"{split}_ids.txt").read_text().split()
        }
        assigned = essays.assign(split=essays["essay_id"].map(split_of))
        for prompt_id, part in assigned.groupby("prompt_id"):
            in_fold = part.dropna(subset="split")
            yield Run(fold=folder.name, prompt_id=str(prompt_id), essays=in_fold)


def unseen_runs(essays: pd.DataFrame) -> Iterator[Run]:
    """Yield one run for each prompt, whose essays are the test essays."""
    used = essays[essays["split"] != "test"]
    for prompt_id in sorted(used["prompt_id"].unique()):
        left_out = used["prompt_id"] == prompt_id
        splits = used["split"].mask(left_out, "test")
        yield Run(fold="all", prompt_id=prompt_id, essays=used.assign(split=splits))
