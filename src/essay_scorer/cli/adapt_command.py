"""``essay-scorer adapt``: learn a teacher's assignment and scale from marked essays."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from essay_scorer.cli import options as shared
from essay_scorer.errors import FileError
from essay_scorer.tables.formats import FORMATS

if TYPE_CHECKING:
    from essay_scorer.adapt.profile import Profile
    from essay_scorer.tables.columns import EssayColumns
    from essay_scorer.tables.header import Table
    from essay_scorer.tables.roster import Roster

_ROLES = ("id", "text", "score")
_DEFAULT_OUT = Path("profile.json")


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the command to the parser."""
    command = shared.add_command(
        commands, "adapt", "learn your assignment and your scale from essays that you marked"
    )
    command.add_argument(
        "source",
        metavar="MARKED",
        help="CSV, TSV, Excel (.xlsx), JSON Lines or Parquet, some rows with a mark; or a folder "
        "or ZIP file of documents, with --marks",
    )
    command.add_argument(
        "--marks",
        metavar="FILE",
        help="a list of the marks of a folder's documents, such as a gradebook (CSV or Excel), by "
        "file, identifier or name",
    )
    shared.add_heading_option(command)
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
    from essay_scorer.tables.atomic import check_overwrite

    if options.first is None:
        check_overwrite(options.out, overwrite=options.overwrite)
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
    from essay_scorer.machine import memory_limit
    from essay_scorer.tables.columns import EssayColumns
    from essay_scorer.tables.header import Table
    from essay_scorer.tables.input_format import input_format
    from essay_scorer.tables.paper_headings import HeadingFilter
    from essay_scorer.tables.readers import open_source

    format_ = input_format(options.source, options.format)
    named = shared.named_columns(options, *_ROLES)
    with (
        memory_limit(options.source),
        closing(open_source(options.source, format_, encoding=options.encoding)) as source,
    ):
        table = Table.of(source, fixed=False)
        columns = EssayColumns.choose(table.names, named, where=options.source)
        marks = _Marks.of(options, table.names, named)
        print(f"columns  {columns.describe_choice()}{marks.describe()}", file=sys.stderr)
        headings = HeadingFilter(columns.text) if options.without_heading else None
        table = headings.table(table) if headings else table
        essays = _collect(options, table, columns, marks)
        for note in (*source.notes, *(headings.notes() if headings else ())):
            print(f"note     {note}", file=sys.stderr)
    return essays


def _collect(
    options: argparse.Namespace, table: "Table", columns: "EssayColumns", marks: "_Marks"
) -> _Essays:
    essays, unreadable = _Essays(), []
    for row in table.rows:
        if row.error is not None and row.detail and "file" in row.fields:  # one document of many
            unreadable.append(f"{row.fields['file']} {row.detail}")
            continue
        if row.error is not None:
            raise FileError(f"{options.source}, line {row.line} cannot be read: {row.error}.")
        text = row.fields.get(columns.text)
        if not row.is_essay:
            continue
        if not isinstance(text, str) or not any(map(str.isalpha, text)):
            essays.without_text += 1
            continue
        essays.texts.append(text)
        essays.marks.append(marks.of_row(row.fields))
        essays.names.append(columns.describe(row))
    for problem in unreadable:
        print(f"left out {problem}", file=sys.stderr)
    if essays.without_text:
        print(f"left out {essays.without_text} rows without a text", file=sys.stderr)
    return essays


@dataclass(frozen=True, kw_only=True)
class _Marks:
    """Where the marks are: in a column of the essays' table, or in a list of its own.

    Attributes:
        column: with the marks; None if none are needed.
        roster: finds a row of the list; None if the marks are in the essays' table.
        values: the marks of the list, in its order.
    """

    column: str | None
    roster: "Roster | None" = None
    values: Sequence[object] = ()

    @classmethod
    def of(
        cls, options: argparse.Namespace, names: Sequence[str], named: Mapping[str, str]
    ) -> "_Marks":
        from essay_scorer.tables.columns import choose_column, require_column

        if options.marks is not None:
            return cls._of_list(options, named.get("score"))
        choose = choose_column if options.first is not None else require_column
        return cls(column=choose("score", names, named.get("score"), options.source))

    @classmethod
    def _of_list(cls, options: argparse.Namespace, asked: str | None) -> "_Marks":
        from essay_scorer.tables.header import Table
        from essay_scorer.tables.input_format import input_format
        from essay_scorer.tables.readers import open_source
        from essay_scorer.tables.roster import Roster, grade_column

        format_ = input_format(options.marks, None)
        with closing(open_source(options.marks, format_, encoding=options.encoding)) as source:
            table = Table.of(source, fixed=False)
            column = grade_column(table.names, asked, options.marks, option="--mark")
            rows = [row.fields for row in table.rows if row.error is None and row.is_essay]
        return cls(column=column, roster=Roster(rows), values=[row.get(column) for row in rows])

    def describe(self) -> str:
        return f", mark: {self.column}" if self.column else ""

    def of_row(self, fields: Mapping[str, object]) -> object:
        if self.roster is None:
            return fields.get(self.column) if self.column else None
        place = self.roster.find(fields)
        return None if place is None else self.values[place]
