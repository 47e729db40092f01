"""``essay-scorer batch``, ``submit`` and ``fetch``: score files of essays, here or in AWS."""

import argparse
import sys
from pathlib import Path

from essay_scorer.cli import options as shared
from essay_scorer.extras import require
from essay_scorer.tables.formats import FORMATS

_ROLES = ("id", "text", "prompt")


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the commands to the parser."""
    _add_batch(commands)
    _add_submit(commands)
    _add_fetch(commands)


def _add_batch(commands: "shared.Subparsers") -> None:
    command = shared.add_command(
        commands, "batch", "score a class or a file of essays on all cores"
    )
    command.add_argument(
        "source",
        metavar="IN",
        help="a folder or ZIP file of documents, as Moodle, Canvas and Google Drive make them, or "
        "a list: CSV, TSV, Excel (.xlsx), JSON Lines or Parquet; - is standard input",
    )
    command.add_argument(
        "out",
        metavar="OUT",
        help="CSV, TSV, Excel (.xlsx), JSON Lines or Parquet, in the order of IN; - is standard "
        "output",
    )
    command.add_argument(
        "--into",
        type=Path,
        metavar="GRADEBOOK",
        help="a Canvas gradebook or Moodle grading worksheet (CSV), or a class list in an Excel "
        "workbook: also write a copy of it with the marks in, as GRADEBOOK-filled.csv or .xlsx",
    )
    command.add_argument(
        "--grade", metavar="COLUMN", help="of the gradebook, if the assignment is not clear"
    )
    shared.add_heading_option(command)
    command.add_argument(
        "--workers", type=shared.count, metavar="N", help="processes; default: one per core"
    )
    shared.add_overwrite_option(command)
    _add_input_options(command)
    shared.add_bundle_option(command)
    shared.add_profile_option(command)
    command.set_defaults(run=_batch)


def _add_submit(commands: "shared.Subparsers") -> None:
    command = shared.add_command(commands, "submit", "score a file of essays in AWS")
    command.add_argument("source", metavar="IN", help="as in batch")
    command.add_argument("place", metavar="s3://BUCKET/PREFIX", help="in the deployment's bucket")
    command.add_argument("--stack", default="essay-scorer", help="the deployment's name")
    _add_input_options(command)
    shared.add_profile_option(command)
    command.set_defaults(run=_submit)


def _add_fetch(commands: "shared.Subparsers") -> None:
    command = shared.add_command(commands, "fetch", "download the scores of a submitted file")
    command.add_argument("execution", metavar="EXECUTION", help="as submit printed it")
    command.add_argument("out", metavar="OUT", help="as in batch")
    shared.add_overwrite_option(command)
    _add_format_options(command)
    command.set_defaults(run=_fetch)


def _add_format_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=FORMATS,
        help="of standard input or output, or of a file without a known suffix",
    )
    command.add_argument("--prefix", default="", help="prefix for the added columns")


def _add_input_options(command: argparse.ArgumentParser) -> None:
    _add_format_options(command)
    shared.add_encoding_option(command)
    columns = command.add_argument_group("columns, if their names are not the usual ones")
    columns.add_argument("--id", metavar="COLUMN", help="identifies a row in messages")
    columns.add_argument("--text", metavar="COLUMN", help="the essay")
    columns.add_argument("--prompt", metavar="COLUMN", help="the assignment's text")


def _batch(options: argparse.Namespace) -> int:
    from essay_scorer.batch.run import Job, score_file

    summary = score_file(
        Job(
            source=options.source,
            out=options.out,
            format=options.format,
            encoding=options.encoding,
            columns=shared.named_columns(options, *_ROLES),
            prefix=options.prefix,
            bundle=options.bundle,
            workers=options.workers,
            profile=options.profile,
            overwrite=options.overwrite,
            without_heading=options.without_heading,
            gradebook=options.into,
            grade=options.grade,
        )
    )
    print(summary.describe(), file=sys.stderr)
    return shared.ROWS_FAILED if summary.failed else 0


def _submit(options: argparse.Namespace) -> None:
    require("aws", "boto3")
    import boto3

    from essay_scorer.aws.submit import S3Folder, Upload, follow, submit

    execution = submit(
        Upload(
            source=options.source,
            folder=S3Folder.parse(options.place),
            stack=options.stack,
            format=options.format,
            encoding=options.encoding,
            columns=shared.named_columns(options, *_ROLES),
            profile=shared.load_profile(options),
        ),
        boto3.client,
        say=lambda line: print(line, file=sys.stderr),
    )
    print(execution, flush=True)
    status = follow(execution, boto3.client)
    print(
        f"{status.lower()}; download the scores with: essay-scorer fetch {execution} OUT",
        file=sys.stderr,
    )


def _fetch(options: argparse.Namespace) -> int:
    require("aws", "boto3")
    import boto3

    from essay_scorer.aws.fetch import fetch
    from essay_scorer.tables.atomic import check_overwrite

    check_overwrite(options.out, overwrite=options.overwrite)
    fetched = fetch(
        options.execution, options.out, boto3.client, format=options.format, prefix=options.prefix
    )
    print(fetched.describe(), file=sys.stderr)
    return shared.ROWS_FAILED if fetched.summary.failed else 0
