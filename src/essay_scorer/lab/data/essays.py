"""Essays with human scores, from a file to a checked table.

``read_essays`` gives a table with one row an essay and the columns

    line        the row's first line in the file, from 1
    text        as it stands in the file
    score       whole number on the prompt's scale
    prompt      the assignment's name ("" where the file has none)
    scale_min, scale_max
    split       "train", "dev" or "test"
    rater1, rater2, and one column for each group: only where the file has them
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from essay_scorer.errors import FileError, TextError
from essay_scorer.lab.data.files import Problem, Rows, read_rows
from essay_scorer.lab.data.layouts import Layout, recognise
from essay_scorer.text.normalize import normalize

SPLITS = ("train", "dev", "test")
SHARES = (0.8, 0.1, 0.1)
SHOWN = 3  # problems named in one sentence


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the user says of a file that speaks for itself too little."""

    named: Mapping[str, str] = field(default_factory=dict)
    groups: Sequence[str] = ()
    scale: tuple[int, int] | None = None
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Essays:
    """A file's essays, and what was wrong with the rows that are not among them."""

    path: Path
    layout: Layout
    table: pd.DataFrame
    problems: Sequence[Problem]
    encodings: Mapping[str, int]
    own_splits: bool  # the file's own, not made here

    def usable(self, *, skip_bad_rows: bool = False) -> pd.DataFrame:
        """Return the table.

        Raises:
            FileError: there are bad rows and nobody said to leave them out; the message
                names the first.
        """
        if self.problems and not skip_bad_rows:
            named = "; ".join(str(problem) for problem in self.problems[:SHOWN])
            more = f" and {len(self.problems) - SHOWN} more" if len(self.problems) > SHOWN else ""
            raise FileError(
                f"{self.path}: {named}{more}. Mend them, or leave them out with --skip-bad-rows."
            )
        return self.table


def read_essays(path: Path, columns: Columns | None = None) -> Essays:
    """Read a file of scored essays.

    Raises:
        FileError: the file cannot be read, has no text or score, or no usable row.
    """
    columns = columns or Columns()
    rows = read_rows(path, kind=columns.kind)
    layout = recognise(list(rows.table.columns), dict(columns.named), columns.groups)
    table = _with_scale(_canonical(rows, layout), rows, layout, columns.scale)
    bad = _check(table, splits=bool(layout.split))
    found = [Problem(line=int(table["line"][row]), what=what) for row, what in bad.items()]
    problems = sorted([*rows.problems, *found], key=lambda problem: problem.line)
    good = table.drop(index=list(bad)).reset_index(drop=True)
    if good.empty:
        raise FileError(f"{path} has no usable row; the first: {problems[0]}.")
    good = good.astype({"score": int, "scale_min": int, "scale_max": int})
    if not layout.split:
        good["split"] = assign_splits(good)
    return Essays(
        path=path,
        layout=layout,
        table=good,
        problems=problems,
        encodings=rows.encodings,
        own_splits=bool(layout.split),
    )


def _canonical(rows: Rows, layout: Layout) -> pd.DataFrame:
    source = rows.table
    table = pd.DataFrame({"line": rows.lines, "text": source[layout.text]})
    table["score"] = pd.to_numeric(source[layout.score], errors="coerce").astype(float)
    table["prompt"] = source[layout.prompt].astype(str) if layout.prompt else ""
    if layout.split:
        table["split"] = source[layout.split]
    for rater in ("rater1", "rater2"):
        if column := getattr(layout, rater):
            table[rater] = pd.to_numeric(source[column], errors="coerce").astype(float)
    for group in layout.groups:
        table[group] = source[group].astype("string").fillna("")
    return table


def _with_scale(
    table: pd.DataFrame, rows: Rows, layout: Layout, given: tuple[int, int] | None
) -> pd.DataFrame:
    """Add each row's scale: the user's, the file's, the published one, or what was seen."""
    limits: tuple[Any, Any]
    if given is None and layout.scale_min and layout.scale_max:
        low, high = (rows.table[name] for name in (layout.scale_min, layout.scale_max))
        limits = pd.to_numeric(low, errors="coerce"), pd.to_numeric(high, errors="coerce")
    elif given is None and layout.scales:
        known = table["prompt"].map(layout.scales)
        limits = known.str[0], known.str[1]
    else:
        limits = given or (table["score"].min(), table["score"].max())
    return table.assign(scale_min=limits[0], scale_max=limits[1])


_ABSENT = {
    "text": "it has no text",
    "score": "its score is not a number",
    "split": "its split is not train, dev or test",
}


def _schema(*, splits: bool) -> pa.DataFrameSchema:
    whole = pa.Check(lambda score: score % 1 == 0, error="its score is not a whole number")
    columns = {
        "text": pa.Column(
            object, pa.Check(_has_words, element_wise=True, error="its text holds no word")
        ),
        "score": pa.Column(float, whole),
    }
    if splits:
        named = pa.Check.isin(SPLITS, error=_ABSENT["split"])
        columns["split"] = pa.Column(object, named)
    inside = pa.Check(
        lambda table: (
            table["score"].isna() | table["score"].between(table["scale_min"], table["scale_max"])
        ),
        error="its score is outside its prompt's scale",
    )
    return pa.DataFrameSchema(columns, checks=inside, coerce=True)


def _has_words(text: object) -> bool:
    try:
        normalize(text)
    except TextError:
        return False
    return True


def _check(table: pd.DataFrame, *, splits: bool) -> dict[int, str]:
    """Return what is wrong with each bad row, the first finding of each."""
    try:
        _schema(splits=splits).validate(table, lazy=True)
    except pa.errors.SchemaErrors as found:
        wrong: dict[int, str] = {}
        for failure in found.failure_cases.itertuples():
            what = _ABSENT[failure.column] if failure.check == "not_nullable" else failure.check
            wrong.setdefault(int(failure.index), what)
        return wrong
    return {}


def text_key(text: str) -> str:
    """Return what two copies of an essay share, however their white space differs."""
    return hashlib.sha256(normalize(text).encode()).hexdigest()


def assign_splits(table: pd.DataFrame) -> pd.Series:
    """Part essays into 80 % train, 10 % dev, 10 % test, the same way every time.

    Scores are spread evenly, and copies of a text stay together: an essay's place
    depends on its text alone.
    """
    keys = table["text"].map(text_key)
    firsts = table.assign(key=keys).sort_values(["key", "score"]).drop_duplicates("key")
    order = firsts.groupby("score").cumcount()
    size = firsts.groupby("score")["key"].transform("size")
    cuts = np.cumsum(SHARES[:-1])
    place = np.searchsorted(cuts, (order + 0.5) / size, side="right")
    split_of = dict(zip(firsts["key"], np.array(SPLITS)[place], strict=True))
    return keys.map(split_of)
