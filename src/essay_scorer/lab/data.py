"""Essays with human scores, from a file to a checked table."""

from pathlib import Path

import pandas as pd

from ..errors import FileError

COLUMNS = ("text", "score", "prompt", "split")
SPLITS = frozenset({"train", "dev", "test"})


def read_essays(path: Path) -> pd.DataFrame:
    """Read a Parquet or CSV file with the columns text, score, prompt and split.

    Returns a table of those columns, ``score`` as integers, one row an essay, in
    the file's order.
    """
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read as Parquet or CSV.") from error
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise FileError(
            f"{path} has no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}."
        )
    essays = table.loc[:, list(COLUMNS)].reset_index(drop=True)
    _check(essays, path)
    return essays.astype({"score": int})


def _check(essays: pd.DataFrame, path: Path) -> None:
    blank = essays["text"].isna() | ~essays["text"].astype(str).str.contains(r"\w", regex=True)
    if blank.any():
        raise FileError(f"{path}: row {_first(blank)} has no text.")
    scores = pd.to_numeric(essays["score"], errors="coerce")
    wrong = scores.isna() | (scores % 1 != 0)
    if wrong.any():
        raise FileError(f"{path}: the score in row {_first(wrong)} is not a whole number.")
    strange = ~essays["split"].isin(SPLITS)
    if strange.any():
        raise FileError(f"{path}: the split in row {_first(strange)} is not train, dev or test.")


def _first(wrong: "pd.Series[bool]") -> int:
    """Return the number of the first marked row, counted from 1."""
    return int(wrong.to_numpy().argmax()) + 1
