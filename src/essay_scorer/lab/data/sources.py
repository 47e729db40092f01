"""Further sources: files of essays that are only trained on, aligned to the main file's scale.

``training_essays`` returns a table with the columns ``text``, ``prompt_id``, ``scale_min`` and
``scale_max`` of ``lab.data.essays``, and

    score   the aligned score, in points of the main file's scale
    weight  of the essay in training; 1 for essays of the main file
    source  the number of the file; 0 is the main one

No model reads the source or the prompt ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.lab.data.essays import Essays, ReadOptions, read_essays, relative_scores
from essay_scorer.lab.data.splits import text_key
from essay_scorer.lab.input_recipes import SourceRecipe
from essay_scorer.model.manifest import FurtherData

PROMPT_MARK = "\x1f"  # between a further file's number and its prompt IDs; in no ID of a main file

_COLUMNS = ["text", "score", "prompt_id", "scale_min", "scale_max", "weight", "source"]


@dataclass(frozen=True, kw_only=True)
class ScoreMoments:
    """The mean of scores, and ``spread``, their standard deviation."""

    mean: float
    spread: float


@dataclass(frozen=True, kw_only=True)
class FurtherSource:
    """The training essays of a further file.

    Attributes:
        recipe: how they are used.
        table: as ``lab.data.essays`` describes it, with scores on the file's own scale.
        copies: how many more there were, whose texts the main file has too.
    """

    recipe: SourceRecipe
    table: pd.DataFrame
    copies: int

    @classmethod
    def select(cls, table: pd.DataFrame, recipe: SourceRecipe, main: pd.DataFrame) -> Self:
        """Select the training essays of a file.

        Copies of the main file's essays are left out: its dev and test essays must not be
        trained on.

        Args:
            table: the essays of the file, of all splits.
            recipe: how they are used.
            main: the essays of the main file, of all splits.

        Raises:
            FileError: no essays with different scores are left.
        """
        train = table[table["split"] == "train"]
        is_copy = train["text"].map(text_key).isin(set(main["text"].map(text_key)))
        selected = train[~is_copy].reset_index(drop=True)
        if selected["score"].nunique() < 2:
            raise FileError(
                f"{recipe.file} has no training essays with different scores that the main file "
                "lacks; nothing to learn from it."
            )
        return cls(recipe=recipe, table=selected, copies=int(is_copy.sum()))

    @property
    def record(self) -> FurtherData:
        """What a bundle states about these essays."""
        return FurtherData(
            credit=self.recipe.credit or self.recipe.file,
            essays=len(self.table),
            weight=self.recipe.weight,
        )

    def target(self, main: pd.DataFrame) -> ScoreMoments:
        """Return the mean and spread of the aligned scores: the recipe's, or the main file's.

        Args:
            main: the training essays of the main file.

        Raises:
            FileError: there is none.
        """
        if main.empty:
            raise FileError("The main file has no essay of split train; give more essays.")
        mean, spread = self.recipe.mean, self.recipe.spread
        return ScoreMoments(
            mean=float(main["score"].mean()) if mean is None else mean,
            spread=float(main["score"].std(ddof=0)) if spread is None else spread,
        )

    def aligned(self, main: pd.DataFrame, *, number: int) -> pd.DataFrame:
        """Return the essays as ``training_essays`` does.

        Args:
            main: the training essays of the main file.
            number: of this file.
        """
        target, shares = self.target(main), relative_scores(self.table)
        low, high = main[["scale_min", "scale_max"]].iloc[0]
        return self.table.assign(
            score=target.mean + target.spread * (shares - shares.mean()) / shares.std(),
            prompt_id=f"{number}{PROMPT_MARK}" + self.table["prompt_id"].astype(str),
            scale_min=low,
            scale_max=high,
            weight=float(self.recipe.weight),
            source=number,
        )


def read_source(path: Path, recipe: SourceRecipe) -> Essays:
    """Read a further file of scored essays.

    Raises:
        FileError: the file cannot be read, has no text or score, or no usable row.
    """
    options = ReadOptions(
        named=recipe.columns, scale=recipe.scale, fractions=True, only_training=True
    )
    return read_essays(path, options)


def training_essays(main: pd.DataFrame, further: Sequence[FurtherSource] = ()) -> pd.DataFrame:
    """Return the training essays of all files, those of the main one first.

    Linear equating (Kolen & Brennan 2014, *Test equating, scaling, and linking*) aligns the
    scores of a further file: it gives them the mean and spread of its target.

    Args:
        main: the training essays of the main file, all on one scale.
        further: the further sources, in any order.
    """
    parts = [source.aligned(main, number=number) for number, source in enumerate(further, 1)]
    tables = [main.assign(weight=1.0, source=0), *parts]
    return pd.concat([table[_COLUMNS] for table in tables], ignore_index=True)
