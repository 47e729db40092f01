"""Essays with human scores, read from a file into a checked table.

``read_essays`` returns a table with one row for each essay and the columns

    line                  the line of the file on which the row begins, from 1
    text                  the essay, as it is in the file
    score                 a number on the scale of the prompt; whole, unless fractions are allowed
    prompt_id             the label of the assignment; "" where the file has none
    scale_min, scale_max  the lowest and the highest possible score
    scale_step            between neighboring scores: 1, or less if many scores are fractions
    split                 "train", "dev" or "test"
    rater1, rater2        the raters' scores, only where the file has them
    GROUP                 one column for each group of the layout
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from essay_scorer.adapt.marks import Mark
from essay_scorer.errors import FileError, InvalidMarks
from essay_scorer.lab.data.layouts import Layout, recognize_layout
from essay_scorer.lab.data.loading import LoadedRows, RowProblem, load_rows
from essay_scorer.lab.data.splits import assign_splits
from essay_scorer.lab.data.validation import find_bad_rows, is_multiple
from essay_scorer.model.scale import Scale

STEPS = (0.5, 0.25, 0.2, 0.1)  # that scores may have besides 1
MIN_FRACTIONS = 0.1  # share of the scores; with fewer, they are typing errors
MAX_SCORE = 1e6  # and the lowest is its negative; what is beyond is no score
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
MAX_NAMED_PROBLEMS = 3  # in an error message


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What the user says about a file.

    Attributes:
        named: columns by role (text, score, prompt_id, rater1, rater2).
        groups: columns that divide the writers into groups.
        scale: the lowest and the highest possible score of all prompts.
        fractions: whether scores need not be whole numbers.
        marks: the scale of scores that are written as teachers write marks, such as 14/20 or B+.
        format: one of ``tables.formats.FORMATS``, where the suffix does not name it.
        only_training: whether the essays are only trained on: where the file has no splits, all
            its essays are of the split ``train``.
    """

    named: Mapping[str, str] = field(default_factory=dict)
    groups: Sequence[str] = ()
    scale: tuple[float, float] | None = None
    fractions: bool = False
    marks: Scale | None = None
    format: str | None = None
    only_training: bool = False


@dataclass(frozen=True, kw_only=True)
class Essays:
    """The essays of a file.

    Attributes:
        path: the file.
        layout: its columns.
        table: the usable essays; see the module's docstring.
        problems: the rows that are not among them, in the order of the file.
        encodings: non-ASCII lines by encoding.
        splits_from: what decides the splits: "the file" or "the texts", or "its use" where all
            essays are trained on.
        notes: what of the file was skipped, for people.
    """

    path: Path
    layout: Layout
    table: pd.DataFrame
    problems: Sequence[RowProblem]
    encodings: Mapping[str, int]
    splits_from: str
    notes: Sequence[str] = ()

    def usable(self, *, skip_bad_rows: bool = False) -> pd.DataFrame:
        """Return the table.

        Args:
            skip_bad_rows: whether rows with problems may be left out.

        Raises:
            FileError: there are rows with problems; the message names the first ones.
        """
        if self.problems and not skip_bad_rows:
            named = "; ".join(map(str, self.problems[:MAX_NAMED_PROBLEMS]))
            rest = len(self.problems) - MAX_NAMED_PROBLEMS
            more = f" and {rest} more" if rest > 0 else ""
            raise FileError(f"{self.path}: {named}{more}. Fix them, or add --skip-bad-rows.")
        return self.table


def read_essays(path: Path, options: ReadOptions | None = None) -> Essays:
    """Read a file of scored essays.

    Raises:
        FileError: the file cannot be read, has no text or score, or no usable row.
    """
    options = options or ReadOptions()
    rows = load_rows(path, format=options.format)
    layout = recognize_layout(
        list(rows.table.columns), options.named, options.groups, where=str(path)
    )
    table = _with_scale(_select(rows, layout, options.marks), rows, layout, options.scale)
    step = find_step(table["score"])
    bad = find_bad_rows(table, fractions=options.fractions, step=step)
    found = [RowProblem(line=int(table["line"][row]), reason=reason) for row, reason in bad.items()]
    problems = sorted([*rows.problems, *found], key=lambda problem: problem.line)
    good = table.drop(index=list(bad)).reset_index(drop=True)
    if good.empty:
        raise FileError(f"{path} has no usable row; the first: {problems[0]}.")
    is_whole = step == 1 and not options.fractions
    scored = (_with_whole_scores(good) if is_whole else good).assign(scale_step=step)
    table, splits_from = _with_splits(scored, only_training=options.only_training)
    return Essays(
        path=path,
        layout=layout,
        table=table,
        problems=problems,
        encodings=rows.encodings,
        splits_from=splits_from,
        notes=rows.notes,
    )


def relative_scores(essays: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the human scores as shares of the range of each essay's scale, (essays,)."""
    low, high = essays["scale_min"], essays["scale_max"]
    return ((essays["score"] - low) / (high - low)).to_numpy(float)


def _select(rows: LoadedRows, layout: Layout, marks: Scale | None) -> pd.DataFrame:
    """Return the columns of a layout under their own names, with numbers as floats."""
    source = rows.table
    table = pd.DataFrame({"line": rows.lines, "text": source[layout.text]})
    scores = source[layout.score]
    table["score"] = _numbers(scores if marks is None else _positions(scores, marks))
    table["prompt_id"] = _labels(source[layout.prompt_id]) if layout.prompt_id else ""
    if layout.split:
        table["split"] = source[layout.split]
    for rater, column in (("rater1", layout.rater1), ("rater2", layout.rater2)):
        if column:
            table[rater] = _numbers(source[column])
    for group in layout.groups:
        table[group] = _labels(source[group])
    return table


def _with_scale(
    table: pd.DataFrame, rows: LoadedRows, layout: Layout, given: tuple[float, float] | None
) -> pd.DataFrame:
    """Add the scale: the user's, else the file's, the published one, or the range of scores."""
    low: Any
    high: Any
    if given is not None:
        low, high = given
    elif layout.scale_min and layout.scale_max:
        low, high = (_numbers(rows.table[name]) for name in (layout.scale_min, layout.scale_max))
    elif layout.scales:
        scales = table["prompt_id"].map(layout.scales)
        low, high = scales.str[0], scales.str[1]
    else:
        low, high = table["score"].min(), table["score"].max()
    return table.assign(scale_min=low, scale_max=high)


def _numbers(column: pd.Series) -> pd.Series:
    """Return a column as floats, also with decimal commas; other values and huge ones are NaN."""
    if not pd.api.types.is_numeric_dtype(column):
        column = column.map(_with_decimal_point)
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    return numbers.where(numbers.abs() <= MAX_SCORE)


def _positions(column: pd.Series, scale: Scale) -> pd.Series:
    """Return marks as numbers of their scale; those that it does not have stay as they are."""
    return column.map(lambda value: _position(value, scale))


def _position(value: object, scale: Scale) -> object:
    try:
        mark = Mark.parse(value, essay="")
        return value if mark is None else mark.position(scale, essay="")
    except InvalidMarks:
        return value


def _with_decimal_point(value: object) -> object:
    if isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value):
        return value.replace(",", ".")
    return value


def find_step(scores: pd.Series) -> float:
    """Return the step of a scale of scores: half points are a step, a single fraction is not."""
    known = scores.dropna()
    fractions = known[known % 1 != 0]
    if len(fractions) < MIN_FRACTIONS * len(known) or fractions.empty:
        return 1
    return next((step for step in STEPS if is_multiple(fractions, step).all()), 1)


def _labels(column: pd.Series) -> pd.Series:
    """Return a column as strings; a missing value is empty."""
    return column.where(column.notna(), "").astype(str)


def _with_whole_scores(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({"score": int, "scale_min": int, "scale_max": int})


def _with_splits(table: pd.DataFrame, *, only_training: bool) -> tuple[pd.DataFrame, str]:
    """Return a table with splits, and what decided them."""
    if "split" in table.columns:
        return table, "the file"
    if only_training:
        return table.assign(split="train"), "its use"
    return table.assign(split=assign_splits(table)), "the texts"
