"""The command line: data on standard output, everything else on standard error.

Exit status: 0 done, 1 it could not be done (one line says why and what to do),
2 the command itself is wrong, 3 done, but for rows that have an error, 4 the essays drift.
"""

import argparse
import codecs
import errno
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from essay_scorer.errors import FileError, ScorerError
from essay_scorer.extras import require

if TYPE_CHECKING:
    import pandas as pd

    from essay_scorer.explain.attribution import Explanation
    from essay_scorer.lab.data.essays import Essays
    from essay_scorer.lab.pipeline import About
    from essay_scorer.model.manifest import Manifest
    from essay_scorer.monitoring.drift import Drift

ROWS_FAILED, DRIFTS = 3, 4  # exit statuses

_LARGEST_TEXT = 4 * 1024 * 1024  # bytes; the longest essays have a few thousand
_ARCHIVE = b"PK\x03\x04"  # of which .docx and .xlsx files are

_ROLES = ("text", "score", "prompt", "rater1", "rater2")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int | None = options.run(options)
        sys.stdout.flush()
    except ScorerError as error:
        print(f"essay-scorer: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader went away; keep the interpreter from failing on its last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("essay-scorer: interrupted", file=sys.stderr)
        return 130
    except MemoryError:
        print("essay-scorer: There is too little memory; give this process more.", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("essay-scorer: The disk is full; make room and run this again.", file=sys.stderr)
        return 1
    return status or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="essay-scorer", description="Score essays with a BERT model, on this machine."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_score(commands)
    _add_batch(commands)
    _add_submit(commands)
    _add_fetch(commands)
    _add_serve(commands)
    _add_key(commands)
    _add_bundle(commands)
    _add_data(commands)
    _add_train(commands)
    _add_export(commands)
    _add_evaluate(commands)
    _add_cost(commands)
    _add_drift(commands)
    return parser


def _add_score(commands: Any) -> None:
    command = commands.add_parser("score", help="score one essay")
    command.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="a text file; - is standard input"
    )
    command.add_argument("--json", action="store_true", help="print the answer as JSON")
    command.add_argument(
        "--prompt", type=Path, metavar="FILE", help="the assignment's text, to compare it with"
    )
    command.add_argument("--explain", action="store_true", help="say what each sentence adds")
    _add_bundle_option(command)
    command.set_defaults(run=_score)


def _add_batch(commands: Any) -> None:
    command = commands.add_parser("batch", help="score a file of essays, on every core")
    command.add_argument(
        "source", metavar="IN", help="CSV, TSV, JSON Lines or Parquet; - is a pipe"
    )
    command.add_argument("out", metavar="OUT", help="the same; its rows are in the order of IN's")
    command.add_argument("--workers", type=_count, metavar="N", help="one for each core by default")
    _add_reading_options(command)
    _add_bundle_option(command)
    command.set_defaults(run=_batch)


def _add_submit(commands: Any) -> None:
    command = commands.add_parser("submit", help="score a file of essays in AWS")
    command.add_argument("source", metavar="IN", help="as batch reads it")
    command.add_argument("place", metavar="s3://BUCKET/PREFIX", help="in the deployment's bucket")
    command.add_argument("--stack", default="essay-scorer", help="the deployment's name")
    _add_reading_options(command)
    command.set_defaults(run=_submit)


def _add_fetch(commands: Any) -> None:
    command = commands.add_parser("fetch", help="bring back what submit sent to be scored")
    command.add_argument("execution", metavar="EXECUTION", help="what submit printed")
    command.add_argument("out", metavar="OUT", help="as batch writes it")
    _add_format_options(command)
    command.set_defaults(run=_fetch)


def _add_format_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=("csv", "tsv", "jsonl", "parquet"),
        help="of a pipe, or of a file whose name does not say",
    )
    command.add_argument(
        "--prefix", default="", help="before the names of what is added to the columns"
    )


def _add_reading_options(command: argparse.ArgumentParser) -> None:
    _add_format_options(command)
    command.add_argument("--encoding", type=_encoding, default="utf-8", help="of a text file")
    columns = command.add_argument_group("columns, where the file's own names do not say")
    columns.add_argument("--id", metavar="COLUMN", help="what a person calls a row by")
    columns.add_argument("--text", metavar="COLUMN", help="the essay")
    columns.add_argument("--prompt", metavar="COLUMN", help="the text of its assignment")


def _add_serve(commands: Any) -> None:
    command = commands.add_parser("serve", help="answer HTTP requests on this machine")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=_port, default=8000, help="0 takes a free one")
    command.add_argument(
        "--key-hash", action="append", default=[], metavar="HASH", help="score for its key alone"
    )
    command.add_argument(
        "--log", action="store_true", help="a line of JSON for each request, without its text"
    )
    _add_bundle_option(command)
    command.set_defaults(run=_serve)


def _add_key(commands: Any) -> None:
    command = commands.add_parser("key", help="make a key for a server, and its hash")
    command.set_defaults(run=_make_key)


def _add_bundle(commands: Any) -> None:
    group = commands.add_parser("bundle", help="look into a bundle")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    for name, run, purpose in (
        ("show", _show_bundle, "print what a bundle says of itself"),
        ("verify", _verify_bundle, "check every byte against the manifest"),
    ):
        command = actions.add_parser(name, help=purpose)
        command.add_argument("bundle", nargs="?", type=Path, metavar="DIR")
        command.set_defaults(run=run)


def _add_data(commands: Any) -> None:
    group = commands.add_parser("data", help="look at a file of scored essays")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser("check", help="report what the file holds and what is wrong")
    command.add_argument("data", type=Path, metavar="FILE")
    command.add_argument("--json", action="store_true", help="print the report as JSON")
    _add_column_options(command)
    command.set_defaults(run=_check_data)


def _add_train(commands: Any) -> None:
    command = commands.add_parser("train", help="make a scorer from scored essays")
    command.add_argument("--recipe", default="default", help="a recipe's name or its file")
    _add_model_options(command)
    _add_data_options(command)
    command.set_defaults(run=_train)


def _add_export(commands: Any) -> None:
    command = commands.add_parser(
        "export", help="compile your own tokenizer, encoder and head to a bundle"
    )
    command.add_argument("--tokenizer", type=Path, required=True, metavar="DIR")
    command.add_argument("--encoder", type=Path, required=True, metavar="DIR")
    command.add_argument("--head", type=Path, required=True, metavar="FILE.h5")
    command.add_argument("--recipe", default="default", help="says how texts are cleaned and cut")
    command.add_argument(
        "--scale", type=_scale, required=True, metavar="MIN-MAX", help="what the head gives"
    )
    _add_model_options(command)
    command.set_defaults(run=_export)


def _add_model_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--name", default="my-essay-scorer", help="the model's name")
    command.add_argument("--version", default="1.0.0", help="the model's version")
    command.add_argument("--licence", default="all rights reserved", help="the weights' licence")
    command.add_argument("--credit", default="our own essays", help="whose essays they are")


def _add_evaluate(commands: Any) -> None:
    command = commands.add_parser("evaluate", help="measure a bundle against human scores")
    command.add_argument("--split", default="test", choices=("train", "dev", "test", "all"))
    command.add_argument("--out", type=Path, metavar="DIR", help="write report.html there")
    command.add_argument(
        "--attacks",
        type=int,
        default=0,
        metavar="N",
        help="also attack this many essays in every known way (a minute for every ten)",
    )
    command.add_argument("--json", action="store_true", help="print every measure as JSON")
    _add_data_options(command)
    _add_bundle_option(command)
    command.set_defaults(run=_evaluate)


def _add_cost(commands: Any) -> None:
    command = commands.add_parser("cost", help="price a month in AWS Lambda, by measured times")
    command.add_argument("--per-day", type=float, required=True, metavar="N", help="essays a day")
    command.add_argument("--memory", type=int, default=3008, metavar="MB", help="of the function")
    command.add_argument("--json", action="store_true", help="print every part as JSON")
    command.set_defaults(run=_cost)


def _add_drift(commands: Any) -> None:
    command = commands.add_parser("drift", help="compare a day's log with the usual scores")
    command.add_argument(
        "logs", nargs="*", default=["-"], metavar="LOG", help="a server's or a function's log"
    )
    command.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="of the log, in UTC")
    command.add_argument(
        "--usual", metavar="LOG", help="a log of usual days, instead of what measured the bundle"
    )
    command.add_argument("--json", action="store_true", help="print everything compared as JSON")
    _add_bundle_option(command)
    command.set_defaults(run=_drift)


def _add_data_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--assignments", type=Path, metavar="FILE.json", help="each prompt's text, by its name"
    )
    command.add_argument("--data", type=Path, required=True, metavar="FILE")
    command.add_argument(
        "--skip-bad-rows", action="store_true", help="leave out the rows that cannot be used"
    )
    _add_column_options(command)


def _add_column_options(command: argparse.ArgumentParser) -> None:
    columns = command.add_argument_group("columns, where the file's own names do not say")
    for role in _ROLES:
        columns.add_argument(f"--{role}", metavar="COLUMN")
    columns.add_argument(
        "--group", action="append", default=[], metavar="COLUMN", help="may be given several times"
    )
    columns.add_argument("--scale", type=_scale, metavar="MIN-MAX", help="the scores' scale")
    columns.add_argument("--format", choices=("csv", "tsv", "jsonl", "parquet"))


def _add_bundle_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--bundle",
        type=Path,
        metavar="DIR",
        help="the model's folder; the shipped one if not given",
    )


def _scale(text: str) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    if not (dash and low.isdecimal() and high.isdecimal() and int(low) < int(high)):
        raise argparse.ArgumentTypeError(f"{text} is not a scale; give one like 1-6")
    return int(low), int(high)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{count} is too few; give at least 1")
    return count


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; give one like 2026-11-25") from None


def _encoding(text: str) -> str:
    try:
        return codecs.lookup(text).name
    except LookupError:
        raise argparse.ArgumentTypeError(
            f"{text} is no encoding; give one like windows-1252"
        ) from None


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port; give one from 0 to 65535")
    return port


def _read_text(name: str) -> str:
    try:
        data = _first_bytes(name, _LARGEST_TEXT + 1)
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error
    if len(data) > _LARGEST_TEXT:
        raise FileError(f"{name} is over {_LARGEST_TEXT // 1024**2} MiB; is it one essay?")
    if data.startswith(_ARCHIVE):
        raise FileError(f"{name} is an archive, as every .docx file is; save it as a text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{name} is not a text in UTF-8; save it as one.") from error


def _first_bytes(name: str, count: int) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(count)
    with Path(name).open("rb") as file:
        return file.read(count)


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _score(options: argparse.Namespace) -> None:
    from essay_scorer.scorer import Scorer

    text = _read_text(options.file)
    prompt = _read_text(str(options.prompt)) if options.prompt else None
    score = Scorer.load(options.bundle).score(text, prompt=prompt, explain=options.explain)
    if options.json:
        _print_json(score.to_dict())
        return
    interval = score.interval
    print(
        f"{score.value} on the scale {score.scale.min}-{score.scale.max} (raw {score.raw:.2f}; "
        f"{interval.coverage:.0%} of human scores lie in {interval.low}-{interval.high})"
    )
    if score.review:
        doubt = f"{score.doubt:.0%} of essays get a surer score"
        print(f"a person should read this one: {', '.join(score.flags) or doubt}")
    if score.explanation is not None:
        _print_explanation(score.explanation)


def _print_explanation(explanation: "Explanation") -> None:
    print("\npoints  what each sentence adds")
    for sentence in explanation.sentences:
        print(f"{sentence.contribution:+6.2f}  {sentence.text}")
    print("\nmeasure             here    usual for this score")
    for one in explanation.observations:
        print(f"{one.code.replace('_', ' '):<17} {one.value:>6.1f}    {one.low:.1f}-{one.high:.1f}")


def _batch(options: argparse.Namespace) -> int:
    from essay_scorer.batch.run import Job, score_file

    summary = score_file(
        Job(
            source=options.source,
            out=options.out,
            kind=options.format,
            encoding=options.encoding,
            columns=_roles(options),
            prefix=options.prefix,
            bundle=options.bundle,
            workers=options.workers,
        )
    )
    print(summary.describe(), file=sys.stderr)
    return ROWS_FAILED if summary.failed else 0


def _roles(options: argparse.Namespace) -> dict[str, str]:
    return {role: column for role in ("id", "text", "prompt") if (column := vars(options)[role])}


def _submit(options: argparse.Namespace) -> None:
    require("aws", "boto3")
    import boto3

    from essay_scorer.aws import submit as cloud

    execution = cloud.submit(
        cloud.Upload(
            source=options.source,
            place=cloud.Place.parse(options.place),
            stack=options.stack,
            kind=options.format,
            encoding=options.encoding,
            columns=_roles(options),
        ),
        boto3.client,
    )
    print(execution, flush=True)
    status = cloud.follow(execution, boto3.client)
    print(
        f"{status.lower()}; bring the scores with: essay-scorer fetch {execution} OUT",
        file=sys.stderr,
    )


def _fetch(options: argparse.Namespace) -> int:
    require("aws", "boto3")
    import boto3

    from essay_scorer.aws import submit as cloud

    fetched = cloud.fetch(
        options.execution, options.out, boto3.client, kind=options.format, prefix=options.prefix
    )
    print(fetched.describe(), file=sys.stderr)
    return ROWS_FAILED if fetched.summary.failed else 0


def _serve(options: argparse.Namespace) -> None:
    require("serve", "waitress")
    from essay_scorer.scorer import Scorer
    from essay_scorer.serving.keys import KeyHash
    from essay_scorer.serving.server import LocalServer

    keys = [KeyHash.parse(one) for one in options.key_hash]
    scorer = Scorer.load(options.bundle)
    log = _write_line if options.log else lambda _line: None
    server = LocalServer(scorer, host=options.host, port=options.port, keys=keys, log=log)
    print(f"listening on {server.address}", file=sys.stderr)
    server.run()


def _write_line(line: str) -> None:
    """Write a line of the log; where that fails, the request is answered all the same."""
    try:
        os.write(sys.stdout.fileno(), line.encode())
    except OSError as error:
        print(f"a line of the log is lost: {error.strerror}", file=sys.stderr)


def _make_key(_options: argparse.Namespace) -> None:
    from essay_scorer.serving.keys import KeyHash, generate_key

    key = generate_key()
    print(f"key   {key}\nhash  {KeyHash.of(key)}")
    print("The key is for those who call; the server needs the hash alone.", file=sys.stderr)


def _show_bundle(options: argparse.Namespace) -> None:
    from essay_scorer.model.bundle import default_bundle
    from essay_scorer.model.manifest import Manifest

    _print_json(Manifest.read(options.bundle or default_bundle()).to_table())


def _verify_bundle(options: argparse.Namespace) -> None:
    from essay_scorer.model.bundle import default_bundle, verify_bundle

    model = verify_bundle(options.bundle or default_bundle()).model
    print(f"{model.name} {model.version}: every file is as it was shipped")


def _read_essays(options: argparse.Namespace) -> "Essays":
    from essay_scorer.lab.data.essays import Columns, read_essays
    from essay_scorer.machine import memory_limit, share_of_memory

    named = {role: column for role in _ROLES if (column := getattr(options, role))}
    columns = Columns(named=named, groups=options.group, scale=options.scale, kind=options.format)
    with memory_limit(str(options.data), share_of_memory(0.5)):
        return read_essays(options.data, columns)


def _usable(essays: "Essays", options: argparse.Namespace) -> "pd.DataFrame":
    if options.skip_bad_rows and essays.problems:
        print(f"left out {len(essays.problems)} rows that cannot be used", file=sys.stderr)
    return essays.usable(skip_bad_rows=options.skip_bad_rows)


def _check_data(options: argparse.Namespace) -> None:
    from essay_scorer.lab.data.inspection import describe, inspect

    report = inspect(_read_essays(options))
    if options.json:
        _print_json(report)
    else:
        print(describe(report))


def _about(options: argparse.Namespace) -> "About":
    from essay_scorer.lab.pipeline import About
    from essay_scorer.model.manifest import Model

    model = Model(name=options.name, version=options.version)
    return About(model=model, licence=options.licence, credit=options.credit)


def _train(options: argparse.Namespace) -> None:
    from essay_scorer.lab.pipeline import make_scorer

    make_scorer(
        recipe=options.recipe,
        essays=_usable(_read_essays(options), options),
        out=options.out,
        about=_about(options),
        assignments=_assignments(options),
    )


def _assignments(options: argparse.Namespace) -> dict[str, str]:
    from essay_scorer.lab.calibration.thresholds import read_assignments

    return read_assignments(options.assignments) if options.assignments else {}


def _export(options: argparse.Namespace) -> None:
    from essay_scorer.lab import pipeline
    from essay_scorer.lab.export.artifacts import Artefacts
    from essay_scorer.lab.recipe import Recipe
    from essay_scorer.lab.wordnet import word_cleaner
    from essay_scorer.model.calibration import Scale

    recipe = Recipe.load(options.recipe)
    cleaner = word_cleaner(recipe.cleaning)
    low, high = options.scale
    pipeline.export_artefacts(
        lambda: Artefacts.read(
            tokenizer=options.tokenizer,
            encoder=options.encoder,
            head=options.head,
            windows=recipe.tokenizer,
            cleaner=cleaner,
        ),
        options.out,
        manifest=pipeline.unmeasured_manifest(
            recipe.name,
            Scale(min=low, max=high),
            _about(options),
        ),
        texts=pipeline.proof_texts(),
    )


def _cost(options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from essay_scorer.aws import costs

    times = costs.Times.read()
    found = costs.months(per_day=options.per_day, memory=options.memory, times=times)
    if options.json:
        months = [asdict(month) | {"total": month.total} for month in found]
        _print_json({"prices": costs.prices()["date"], "times": asdict(times), "months": months})
        return
    print(
        f"thirty days of {options.per_day:,.0f} essays, {options.memory} MB, US dollars, "
        f"prices of {costs.prices()['date']}"
    )
    for month in found:
        print(
            f"{month.mode:<12} {month.architecture:<7}{month.total:>10.2f}   "
            f"requests {month.requests:.2f}, running {month.running:.2f}, "
            f"starting {month.starting:.2f}, standing {month.standing:.2f}"
        )
    print(
        f"measured: first score {times.first * 1000:.0f} ms, warm {times.warm * 1000:.0f} ms; "
        f"{costs.cold_starts(options.per_day):,.0f} essays a day meet a fresh environment"
    )


def _drift(options: argparse.Namespace) -> int:
    from essay_scorer.model.bundle import default_bundle
    from essay_scorer.model.manifest import Manifest
    from essay_scorer.monitoring.drift import DRIFT_SAID, Drift, ScoreCounts, lines_of_day

    manifest = Manifest.read(options.bundle or default_bundle())
    lines = [line for log in options.logs for line in _logged(log, manifest)]
    if options.day:
        lines = list(lines_of_day(lines, options.day))
    if not lines:
        model = f"{manifest.model.name} {manifest.model.version}"
        raise FileError(f"{', '.join(options.logs)} has no score of {model} to compare.")
    usual = (
        ScoreCounts.logged(_logged(options.usual, manifest))
        if options.usual
        else ScoreCounts.measured(manifest.metrics)
    )
    if not usual.essays:
        raise FileError(f"{options.usual} has no score of this model to compare with.")
    drift = Drift.between(usual, ScoreCounts.logged(lines))
    if options.json:
        _print_json(drift.to_dict())
    else:
        _print_drift(drift)
    return DRIFTS if drift.verdict == DRIFT_SAID else 0


def _logged(name: str, manifest: "Manifest") -> "Iterator[Mapping[str, Any]]":
    """Yield the lines of a log about essays that this very model has scored."""
    from essay_scorer.machine import memory_limit
    from essay_scorer.monitoring.drift import parse_log

    with memory_limit(name):
        text = _first_bytes(name, -1).decode("utf-8", "replace")
        for line in parse_log(text):
            if (line.get("model"), line.get("version")) == (
                manifest.model.name,
                manifest.model.version,
            ):
                yield line


def _print_drift(drift: "Drift") -> None:
    print(f"essays    usual {drift.usual.essays:,}   here {drift.here.essays:,}")
    for title, what in (("score", "scores"), ("flag", "flags")):
        print(f"\n{title:<20}{'usual':>8}{'here':>9}")
        for name, share in drift.shares(what).items():
            print(f"{name:<20}{share['usual']:>8.1%}{share['here']:>9.1%}")
    print()
    for name, shift in (("scores", drift.scores), ("flagged", drift.flagged)):
        print(
            f"{name:<9} index {shift.index:.3f}; by chance up to {shift.chance:.3f}: "
            f"{shift.verdict.replace('_', ' ')}"
        )


def _evaluate(options: argparse.Namespace) -> None:
    from essay_scorer.lab.evaluation.evaluate import evaluate, summarise
    from essay_scorer.lab.evaluation.html_report import write_report
    from essay_scorer.lab.evaluation.robustness import measure_trust
    from essay_scorer.scorer import Scorer

    read = _read_essays(options)
    essays = _usable(read, options)
    if options.split != "all":
        essays = essays[essays["split"] == options.split]
    scorer, assignments = Scorer.load(options.bundle), _assignments(options)
    report = evaluate(scorer, essays, groups=read.layout.groups)
    if options.attacks:
        report |= measure_trust(scorer, essays, sample=options.attacks, assignments=assignments)
    if options.out is not None:
        print(f"wrote {write_report(report, options.out)}", file=sys.stderr)
    if options.json:
        _print_json(report)
    else:
        print(summarise(report))


if __name__ == "__main__":
    sys.exit(main())
