"""``essay-scorer evaluate``: measure a bundle against human scores."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from essay_scorer.cli import options as shared
from essay_scorer.cli import scored_files
from essay_scorer.errors import FileError

if TYPE_CHECKING:
    from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
    from essay_scorer.lab.evaluation.other_scale import OtherScaleReport


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the command to the parser."""
    command = shared.add_command(commands, "evaluate", "measure a bundle against human scores")
    command.add_argument(
        "--split",
        action="append",
        choices=("train", "dev", "test", "all"),
        help="the essays to score; may be repeated; default: test",
    )
    command.add_argument(
        "--other-scale",
        action="store_true",
        help="the human scores are on another scale than the bundle's, and need not be whole",
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="write report.html there")
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
    from essay_scorer.lab.evaluation.html_report import write_report
    from essay_scorer.lab.evaluation.markdown_tables import markdown_tables
    from essay_scorer.lab.evaluation.text_report import summarize

    _check_evaluate_options(options)
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

    from essay_scorer.lab.data.splits import SPLITS
    from essay_scorer.lab.evaluation.evaluate import evaluate
    from essay_scorer.lab.evaluation.other_scale import compare_with_other_scale
    from essay_scorer.lab.evaluation.robustness import measure_robustness
    from essay_scorer.lab.length_baseline import add_length_ridge

    scorer = shared.load_scorer(options)
    fractions = options.other_scale or scorer.scale.step != 1
    read = scored_files.read_essays(options, fractions=fractions)
    essays, splits = scored_files.usable_rows(read, options), options.split or ["test"]
    splits = list(SPLITS) if "all" in splits else splits
    evaluated = essays[essays["split"].isin(splits)]
    groups = read.layout.groups
    if options.other_scale:
        compared = compare_with_other_scale(scorer, evaluated, groups=groups)
        return add_length_ridge(compared, essays, splits, scale=None)
    report = evaluate(scorer, evaluated, groups=groups)
    report = add_length_ridge(report, essays, splits, scale=scorer.scale)
    if options.attacks:
        prompts = scored_files.read_prompt_texts(options)
        robustness = measure_robustness(scorer, evaluated, sample=options.attacks, prompts=prompts)
        report = replace(report, robustness=robustness)
    return report


def _record(report: "EvaluationReport | OtherScaleReport", options: argparse.Namespace) -> None:
    from essay_scorer.lab.record_fairness import record_fairness
    from essay_scorer.model.bundle import shipped_bundle

    record_fairness(options.bundle or shipped_bundle(), report, options.record)
