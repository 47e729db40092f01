"""Summarize a file of essays before training: ``essay-scorer data check``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from essay_scorer.lab.data.essays import Essays
from essay_scorer.lab.data.sources import FurtherSource, ScoreMoments
from essay_scorer.lab.data.splits import text_key
from essay_scorer.text.words import count_words

MAX_SCORES = 20  # different ones that are listed; with more, they are listed rounded

_MIN_NAME_WIDTH = 12  # of a prompt's ID in the report


@dataclass(frozen=True, kw_only=True)
class WordCounts:
    """Words of an essay over all essays."""

    min: int
    median: int
    max: int


@dataclass(frozen=True, kw_only=True)
class PromptSummary:
    """The essays of one prompt.

    Attributes:
        essays: how many there are.
        scale: the lowest and the highest possible score.
        scores: how many essays have each score.
    """

    essays: int
    scale: tuple[float, float]
    scores: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """Texts that are there more than once.

    Attributes:
        texts: how many such texts there are.
        across_splits: how many of them are in several splits, which inflates the measures.
        with_different_scores: how many of them have several scores.
        lines: the lines of each.
    """

    texts: int
    across_splits: int
    with_different_scores: int
    lines: Sequence[Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class DataReport:
    """The summary of a file.

    Attributes:
        file: its name.
        layout: the name of its layout.
        encodings: non-ASCII lines by encoding.
        rows: rows in the file.
        usable: rows without problems.
        problems: the other rows, a sentence each.
        words: the essays' lengths.
        prompts: the essays of each prompt, by its ID.
        splits: essays by split.
        splits_from: what decides the splits, as in ``Essays``.
        duplicates: texts that are there more than once.
        columns: which column holds what.
        notes: what of the file was skipped.
        shortages: what is too little to train on.
        step: between neighboring scores of the scale.
    """

    file: str
    layout: str
    encodings: Mapping[str, int]
    rows: int
    usable: int
    problems: Sequence[str]
    words: WordCounts
    prompts: Mapping[str, PromptSummary]
    splits: Mapping[str, int]
    splits_from: str
    duplicates: Duplicates
    columns: str
    notes: Sequence[str]
    shortages: Sequence[str]
    step: float

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        return asdict(self)

    def describe(self) -> str:
        """Return the report as text."""
        names = {prompt_id: prompt_id or "(none)" for prompt_id in self.prompts}
        width = max(_MIN_NAME_WIDTH, *map(len, names.values()))
        lines = [*self._overview(), "", f"{'prompt':<{width}}  essays  scale   scores"]
        for prompt_id, prompt in self.prompts.items():
            low, high = prompt.scale
            scores = " ".join(f"{score}:{count}" for score, count in prompt.scores.items())
            name = f"{names[prompt_id]:<{width}}"
            lines.append(f"{name}{prompt.essays:>8}  {f'{low:g}-{high:g}':<7} {scores}")
        lines += ["", *self.problems] if self.problems else []
        lines += ["", *self.shortages] if self.shortages else []
        return "\n".join(lines)

    def _overview(self) -> list[str]:
        splits = ", ".join(f"{name} {count}" for name, count in self.splits.items())
        words, copies = self.words, self.duplicates
        return [
            f"{self.file}: {self.layout}",
            f"columns      {self.columns}",
            *(f"note         {note}" for note in self.notes),
            f"rows         {self.rows}, {self.usable} of them usable",
            *([f"step         {self.step:g} between scores"] if self.step != 1 else []),
            f"words        {words.min} to {words.max}, median {words.median}",
            f"splits       {splits} (from {self.splits_from})",
            f"duplicates   {copies.texts} texts, {copies.across_splits} of them across splits, "
            f"{copies.with_different_scores} with different scores",
            *(f"             lines {', '.join(map(str, group))}" for group in copies.lines),
        ]


@dataclass(frozen=True, kw_only=True)
class FurtherReport:
    """The summary of a further file, and how its essays are used.

    Attributes:
        file: the summary.
        trained_on: essays that are trained on.
        copies: training essays that are left out, because the main file has them too.
        weight: of an essay in training.
        own: of the scores that are trained on, before alignment.
        aligned: the same after it.
    """

    file: DataReport
    trained_on: int
    copies: int
    weight: float
    own: ScoreMoments
    aligned: ScoreMoments

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        return asdict(self)

    def describe(self) -> str:
        """Return the report as text."""
        own, aligned = self.own, self.aligned
        return "\n".join(
            [
                self.file.describe(),
                "",
                f"trained on   {self.trained_on} essays of weight {self.weight:g}; "
                f"{self.copies} copies of the main file's are left out",
                f"scores       mean {own.mean:.2f}, spread {own.spread:.2f}, aligned to "
                f"mean {aligned.mean:.2f}, spread {aligned.spread:.2f}",
            ]
        )


def inspect_further(read: Essays, source: FurtherSource, main: pd.DataFrame) -> FurtherReport:
    """Return the summary of a further file.

    Args:
        read: the file.
        source: its training essays.
        main: the essays of the main file.
    """
    scores = source.table["score"]
    return FurtherReport(
        file=inspect_essays(read),
        trained_on=len(source.table),
        copies=source.copies,
        weight=source.recipe.weight,
        own=ScoreMoments(mean=float(scores.mean()), spread=float(scores.std(ddof=0))),
        aligned=source.target(main[main["split"] == "train"]),
    )


def inspect_essays(essays: Essays, *, shortages: Sequence[str] = ()) -> DataReport:
    """Return the summary of a file.

    Args:
        essays: the file.
        shortages: what is too little to train on, a sentence each.
    """
    table = essays.table
    words = table["text"].map(count_words)
    return DataReport(
        file=str(essays.path),
        layout=essays.layout.name,
        encodings=dict(essays.encodings),
        rows=len(table) + len(essays.problems),
        usable=len(table),
        problems=list(map(str, essays.problems)),
        words=WordCounts(min=int(words.min()), median=int(words.median()), max=int(words.max())),
        prompts={str(name): _prompt(part) for name, part in table.groupby("prompt_id")},
        splits={str(name): len(part) for name, part in table.groupby("split")},
        splits_from=essays.splits_from,
        duplicates=_duplicates(table),
        columns=essays.layout.describe_choice(),
        notes=list(essays.notes),
        shortages=list(shortages),
        step=float(table["scale_step"].iloc[0]),
    )


def _prompt(part: pd.DataFrame) -> PromptSummary:
    return PromptSummary(
        essays=len(part),
        scale=(part["scale_min"].min().item(), part["scale_max"].max().item()),
        scores={f"{score:g}": len(rows) for score, rows in part.groupby(_listed(part["score"]))},
    )


def _listed(scores: pd.Series) -> pd.Series:
    """Return scores, or whole scores if there are too many different ones to list."""
    return scores if scores.nunique() <= MAX_SCORES else scores.round()


def _duplicates(table: pd.DataFrame) -> Duplicates:
    keys = table["text"].map(text_key)
    copies = table.assign(key=keys)[keys.duplicated(keep=False)]
    groups = [part for _, part in copies.groupby("key")]
    return Duplicates(
        texts=len(groups),
        across_splits=sum(part["split"].nunique() > 1 for part in groups),
        with_different_scores=sum(part["score"].nunique() > 1 for part in groups),
        lines=[part["line"].tolist() for part in groups],
    )
