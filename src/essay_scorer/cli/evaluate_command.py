"""``essay-scorer evaluate``: measure a bundle against human scores."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from essay_scorer.cli import options as shared
from essay_scorer.cli import scored_files
from essay_scorer.cli.command_text import command_line
from essay_scorer.errors import FileError
from essay_scorer.tables.atomic import check_overwrite

if TYPE_CHECKING:
    import pandas as pd

    from essay_scorer.lab.data.essays import Essays
    from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
    from essay_scorer.lab.evaluation.other_scale import OtherScaleReport
    from essay_scorer.lab.evaluation.provenance import Provenance
    from essay_scorer.scorer import Scorer

_OTHER_MARKS = (
    "If the scores are letters or marks like 14/20, learn their scale with `essay-scorer adapt` "
    "and add --profile; --other-scale needs numbers."
)


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the command to the parser."""
    command = shared.add_command(commands, "evaluate", "measure a bundle against human scores")
    command.add_argument(
        "--split",
        action="append",
        choices=("train", "dev", "test", "all"),
        help="the essays to score; may be repeated; default: test, or all of a file without splits",
    )
    command.add_argument(
        "--other-scale",
        action="store_true",
        help="the human scores are on another scale than the bundle's, and need not be whole",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="write report.html there")
    shared.add_overwrite_option(command)
    command.add_argument(
        "--attacks",
        type=int,
        default=0,
        metavar="N",
        help="also attack N essays in every known way (about a minute for every ten)",
    )
    command.add_argument(
        "--record",
        metavar="SOURCE",
        help="write the agreement by group into the bundle; SOURCE says which essays these are",
    )
    shared.add_json_option(command)
    command.add_argument(
        "--markdown", action="store_true", help="print the tables of docs/trust.md instead"
    )
    scored_files.add_data_options(command)
    shared.add_bundle_option(command)
    shared.add_profile_option(command)
    command.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> None:
    from essay_scorer.lab.evaluation.html_report import FILE_NAME, write_report
    from essay_scorer.lab.evaluation.markdown_tables import markdown_tables
    from essay_scorer.lab.evaluation.text_report import summarize

    _check_evaluate_options(options)
    if options.out is not None:
        check_overwrite(options.out / FILE_NAME, overwrite=options.overwrite)
    report = _measure(options)
    if options.out is not None:
        print(f"wrote {write_report(report, options.out)}", file=sys.stderr)
    if options.record:
        _record(report, options)
    if options.json:
        shared.print_json(report.to_dict())
    else:
        print(markdown_tables(report) if options.markdown else summarize(report))


def _check_evaluate_options(options: argparse.Namespace) -> None:
    if options.other_scale and options.attacks:
        raise FileError("--attacks does not need human scores; leave out --other-scale.")
    if options.record and not options.group:
        raise FileError("--record needs at least one --group.")
    if options.profile and (options.record or options.other_scale):
        raise FileError("--profile goes with neither --record nor --other-scale.")


def _measure(options: argparse.Namespace) -> "EvaluationReport | OtherScaleReport":
    from dataclasses import replace

    from essay_scorer.lab.evaluation.evaluate import evaluate
    from essay_scorer.lab.evaluation.other_scale import compare_with_other_scale
    from essay_scorer.lab.evaluation.sample import Sample
    from essay_scorer.lab.length_baseline import add_length_ridge

    scorer = shared.load_scorer(options)
    read = _read(options, scorer)
    essays = scored_files.usable_rows(read, options)
    sample = Sample.of(read, options.split)
    provenance = _provenance(options, read, scorer, rows=sample.rows)
    splits = sample.measured_splits
    evaluated, groups = essays[essays["split"].isin(splits)], read.layout.groups
    report: EvaluationReport | OtherScaleReport
    if options.other_scale:
        report = compare_with_other_scale(scorer, evaluated, groups=groups)
        report = add_length_ridge(report, essays, splits, scale=None)
    else:
        report = evaluate(scorer, evaluated, groups=groups)
        report = add_length_ridge(report, essays, splits, scale=scorer.scale)
        report = _attack(report, scorer, evaluated, options) if options.attacks else report
    return replace(report, sample=sample, provenance=provenance)


def _read(options: argparse.Namespace, scorer: "Scorer") -> "Essays":
    from essay_scorer.lab.data.validation import NOT_A_NUMBER

    fractions = options.other_scale or scorer.scale.step != 1
    marks = scorer.scale if options.profile else None
    try:
        return scored_files.read_essays(options, fractions=fractions, marks=marks)
    except FileError as error:
        if options.profile or NOT_A_NUMBER not in str(error):
            raise
        raise FileError(f"{error} {_OTHER_MARKS}") from error


def _attack(
    report: "EvaluationReport",
    scorer: "Scorer",
    essays: "pd.DataFrame",
    options: argparse.Namespace,
) -> "EvaluationReport":
    from dataclasses import replace

    from essay_scorer.lab.evaluation.robustness import measure_robustness

    prompts = scored_files.read_prompt_texts(options)
    robustness = measure_robustness(scorer, essays, sample=options.attacks, prompts=prompts)
    return replace(report, robustness=robustness)


def _provenance(
    options: argparse.Namespace, essays: "Essays", scorer: "Scorer", *, rows: int
) -> "Provenance":
    from essay_scorer.lab.evaluation.provenance import find_provenance

    return find_provenance(
        data=options.data,
        rows=rows,
        layout=essays.layout,
        model=scorer.manifest.model,
        bundle=options.bundle,
        profile=options.profile,
        command=command_line("evaluate", options),
    )


def _record(report: "EvaluationReport | OtherScaleReport", options: argparse.Namespace) -> None:
    from essay_scorer.lab.record_fairness import record_fairness
    from essay_scorer.model.bundle import shipped_bundle

    record_fairness(options.bundle or shipped_bundle(), report, options.record)
