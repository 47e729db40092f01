"""``essay-scorer adapt``: learn a teacher's assignment and scale from marked essays."""

import argparse
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from essay_scorer.cli import options as shared
from essay_scorer.errors import FileError
from essay_scorer.tables.formats import FORMATS

if TYPE_CHECKING:
    from essay_scorer.adapt.profile import Profile

_ROLES = ("id", "text", "score")
_DEFAULT_OUT = Path("profile.json")


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the command to the parser."""
    command = shared.add_command(
        commands, "adapt", "learn your assignment and your scale from essays that you marked"
    )
    command.add_argument(
        "source", metavar="MARKED", help="CSV, TSV, JSON Lines or Parquet, some rows with a mark"
    )
    command.add_argument(
        "--scale",
        help="of the marks: 0-20, 0-10:0.5 (in halves), percent or A,B,C,D,F (the best first); "
        "default: as the marks show it",
    )
    command.add_argument(
        "--out", type=Path, default=_DEFAULT_OUT, metavar="FILE", help="default: profile.json"
    )
    shared.add_overwrite_option(command)
    command.add_argument(
        "--first",
        type=shared.count,
        metavar="N",
        help="only print which N essays to mark first; no marks are needed",
    )
    shared.add_json_option(command)
    command.add_argument("--format", choices=FORMATS, help="of a file without a known suffix")
    shared.add_encoding_option(command)
    columns = command.add_argument_group("columns, if their names are not the usual ones")
    columns.add_argument("--id", metavar="COLUMN", help="identifies a row in messages")
    columns.add_argument("--text", metavar="COLUMN", help="the essay")
    columns.add_argument("--mark", dest="score", metavar="COLUMN", help="your mark")
    shared.add_bundle_option(command)
    command.set_defaults(run=_adapt)


@dataclass(kw_only=True)
class _Essays:
    """The rows of a file that have a text."""

    texts: list[str] = field(default_factory=list)
    marks: list[object] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    without_text: int = 0


def _adapt(options: argparse.Namespace) -> None:
    from essay_scorer.cli.adaptation_text import describe_report
    from essay_scorer.scorer import Scorer
    from essay_scorer.tables.atomic import refuse_to_replace

    if options.first is None and not options.overwrite:
        refuse_to_replace(str(options.out))
    essays = _read(options)
    scorer = Scorer.load(options.bundle)
    if options.first is not None:
        for row in scorer.suggest_first(essays.texts, options.first):
            print(essays.names[row])
        return
    profile = scorer.adapt(essays.texts, essays.marks, scale=options.scale, names=essays.names)
    profile.save(options.out)
    if options.json:
        shared.print_json(profile.report.to_dict())
    else:
        print(describe_report(profile.report, profile.scale))
    print(_describe_file(profile, options), file=sys.stderr)


def _describe_file(profile: "Profile", options: argparse.Namespace) -> str:
    guessed = "" if options.scale else " (as the marks show it; --scale names another)"
    return f"wrote {options.out}, on the scale {profile.scale}{guessed}"


def _read(options: argparse.Namespace) -> _Essays:
    from essay_scorer.tables.columns import EssayColumns, choose_column, require_column
    from essay_scorer.tables.formats import format_of
    from essay_scorer.tables.header import Table
    from essay_scorer.tables.readers import open_source

    format_, named = (
        format_of(options.source, options.format),
        shared.named_columns(options, *_ROLES),
    )
    essays = _Essays()
    with closing(open_source(options.source, format_, encoding=options.encoding)) as source:
        table = Table.of(source, fixed=False)
        columns = EssayColumns.choose(table.names, named, where=options.source)
        choose = choose_column if options.first is not None else require_column
        mark = choose("score", table.names, named.get("score"), options.source)
        chosen = f"columns  {columns.describe_choice()}" + (f", mark: {mark}" if mark else "")
        print(chosen, *(f"note     {note}" for note in source.notes), sep="\n", file=sys.stderr)
        for row in table.rows:
            if row.error is not None:
                raise FileError(f"{options.source}, line {row.line} cannot be read: {row.error}.")
            text = row.fields.get(columns.text)
            if not isinstance(text, str) or not any(map(str.isalpha, text)):
                essays.without_text += 1
                continue
            essays.texts.append(text)
            essays.marks.append(row.fields.get(mark) if mark else None)
            essays.names.append(columns.describe(row))
    if essays.without_text:
        print(f"left out {essays.without_text} rows without a text", file=sys.stderr)
    return essays
