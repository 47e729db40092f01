"""Options that name files of scored essays, and reading these files."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from essay_scorer.cli import options as shared
from essay_scorer.tables.formats import FORMATS

if TYPE_CHECKING:
    import pandas as pd

    from essay_scorer.lab.data.essays import Essays
    from essay_scorer.lab.input_recipes import SourceRecipe
    from essay_scorer.model.scale import Scale

_ROLES = {
    "text": "the essay",
    "score": "the human score",
    "prompt_id": "the label of the assignment",
    "rater1": "the first rater's score",
    "rater2": "the second rater's score",
}


def add_data_options(command: argparse.ArgumentParser) -> None:
    """Add the options of a command that reads one file of scored essays."""
    command.add_argument(
        "--prompts", type=Path, metavar="FILE.json", help="each prompt's text, by prompt ID"
    )
    command.add_argument(
        "--data", type=Path, required=True, metavar="FILE", help="essays with human scores"
    )
    command.add_argument("--skip-bad-rows", action="store_true", help="leave out unusable rows")
    add_column_options(command)


def add_column_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say what the columns of a file are."""
    columns = command.add_argument_group("columns, if their names are not the usual ones")
    for role, purpose in _ROLES.items():
        columns.add_argument(f"--{role.replace('_', '-')}", metavar="COLUMN", help=purpose)
    columns.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a group of writers, for fairness; may be repeated",
    )
    columns.add_argument("--scale", type=shared.scale, metavar="MIN-MAX", help="of the scores")
    columns.add_argument("--format", choices=FORMATS, help="of the file")


def read_essays(
    options: argparse.Namespace,
    sources: Sequence["SourceRecipe"] = (),
    *,
    fractions: bool = False,
    marks: "Scale | None" = None,
) -> "Essays":
    """Read the file of ``--data``.

    Args:
        options: of the command line.
        sources: the recipe's.
        fractions: whether scores need not be whole numbers.
        marks: the scale of the scores if they are written as teachers write marks.

    Raises:
        FileError: it cannot be read, or has no usable row.
    """
    from essay_scorer.lab.data.essays import ReadOptions, read_essays
    from essay_scorer.lab.input_recipes import find_source

    recipe = find_source(sources, options.data, "main")
    read_options = ReadOptions(
        named={**recipe.columns, **shared.named_columns(options, *_ROLES)},
        groups=options.group,
        scale=options.scale or recipe.scale,
        fractions=fractions,
        marks=marks,
        format=options.format,
    )
    with _memory_limit(options.data):
        return read_essays(options.data, read_options)


def read_further_file(
    path: Path, sources: Sequence["SourceRecipe"]
) -> tuple["Essays", "SourceRecipe"]:
    """Read a file of ``--also``, and return how the recipe uses it.

    Raises:
        FileError: it cannot be read, or has no usable row.
    """
    from essay_scorer.lab.data.sources import read_source
    from essay_scorer.lab.input_recipes import find_source

    recipe = find_source(sources, path, "prompts")
    with _memory_limit(path):
        return read_source(path, recipe), recipe


def _memory_limit(path: Path) -> AbstractContextManager[None]:
    from essay_scorer.machine import memory_limit, share_of_memory

    return memory_limit(str(path), share_of_memory(0.5))


def print_choice(essays: "Essays") -> None:
    """Print which columns of a file were taken, and what of it was skipped."""
    print(f"{essays.path}: columns {essays.layout.describe_choice()}")
    for note in essays.notes:
        print(f"{essays.path}: {note}")


def usable_rows(essays: "Essays", options: argparse.Namespace) -> "pd.DataFrame":
    """Return the usable rows of a file.

    Raises:
        FileError: there are others, and ``--skip-bad-rows`` was not given.
    """
    if options.skip_bad_rows and essays.problems:
        print(f"left out {len(essays.problems)} unusable rows of {essays.path}", file=sys.stderr)
    return essays.usable(skip_bad_rows=options.skip_bad_rows)


def read_prompt_texts(options: argparse.Namespace) -> dict[str, str]:
    """Return the prompts of ``--prompts``; none if it was not given.

    Raises:
        FileError: the file cannot be read.
    """
    from essay_scorer.lab.data.prompts import read_prompts

    return read_prompts(options.prompts) if options.prompts else {}
