"""``essay-scorer data``, ``train``, ``export`` and ``evaluate``: make and measure bundles."""

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

    from essay_scorer.lab.about import About
    from essay_scorer.lab.data.essays import Essays
    from essay_scorer.lab.input_recipes import SourceRecipe

_ROLES = ("text", "score", "prompt_id", "rater1", "rater2")


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the commands to the parser."""
    _add_data(commands)
    _add_train(commands)
    _add_export(commands)
    _add_evaluate(commands)


def _add_data(commands: "shared.Subparsers") -> None:
    group = commands.add_parser("data", help="inspect a file of scored essays")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser("check", help="report what the file contains, and its bad rows")
    command.add_argument("data", type=Path, metavar="FILE")
    _add_further_options(command)
    shared.add_json_option(command)
    _add_column_options(command)
    command.set_defaults(run=_check_data)


def _add_train(commands: "shared.Subparsers") -> None:
    command = commands.add_parser("train", help="train a scorer on scored essays")
    _add_model_options(command)
    _add_data_options(command)
    _add_further_options(command)
    command.set_defaults(run=_train)


def _add_export(commands: "shared.Subparsers") -> None:
    command = commands.add_parser(
        "export", help="convert a tokenizer, an encoder and a Keras head to a bundle"
    )
    command.add_argument("--tokenizer", type=Path, required=True, metavar="DIR")
    command.add_argument("--encoder", type=Path, required=True, metavar="DIR")
    command.add_argument("--head", type=Path, required=True, metavar="FILE.h5")
    command.add_argument(
        "--recipe", default="default", help="defines how texts are cleaned and tokenized"
    )
    command.add_argument(
        "--scale", type=shared.scale, required=True, metavar="MIN-MAX", help="of the head's output"
    )
    _add_model_options(command)
    command.set_defaults(run=_export)


def _add_evaluate(commands: "shared.Subparsers") -> None:
    command = commands.add_parser("evaluate", help="measure a bundle against human scores")
    command.add_argument("--split", default="test", choices=("train", "dev", "test", "all"))
    command.add_argument("--out", type=Path, metavar="DIR", help="write report.html there")
    command.add_argument(
        "--attacks",
        type=int,
        default=0,
        metavar="N",
        help="also attack N essays in every known way (about a minute for every ten)",
    )
    shared.add_json_option(command)
    _add_data_options(command)
    shared.add_bundle_option(command)
    command.set_defaults(run=_evaluate)


def _add_model_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--name", default="my-essay-scorer", help="the model's name")
    command.add_argument("--version", default="1.0.0", help="the model's version")
    command.add_argument("--license", default="all rights reserved", help="of the weights")
    command.add_argument(
        "--credit", default="our own essays", help="the training data and its authors"
    )


def _add_data_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--prompts", type=Path, metavar="FILE.json", help="each prompt's text, by prompt ID"
    )
    command.add_argument("--data", type=Path, required=True, metavar="FILE")
    command.add_argument("--skip-bad-rows", action="store_true", help="leave out unusable rows")
    _add_column_options(command)


def _add_further_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--recipe", default="default", help="a recipe's name or TOML file")
    command.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="essays on further prompts, which are only trained on; their scores are aligned to "
        "those of the other file. The recipe names their columns, scale and weight in [[data]], "
        "if they are not the usual ones. May be repeated",
    )


def _add_column_options(command: argparse.ArgumentParser) -> None:
    columns = command.add_argument_group("columns, if their names are not the usual ones")
    for role in _ROLES:
        columns.add_argument(f"--{role.replace('_', '-')}", metavar="COLUMN")
    columns.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a group of writers, for fairness; may be repeated",
    )
    columns.add_argument("--scale", type=shared.scale, metavar="MIN-MAX", help="of the scores")
    columns.add_argument("--format", choices=FORMATS, help="of the file")


def _check_data(options: argparse.Namespace) -> None:
    from essay_scorer.lab.data.inspection import inspect_essays, inspect_further
    from essay_scorer.lab.data.sources import FurtherSource
    from essay_scorer.lab.recipe import Recipe

    sources = Recipe.load(options.recipe).sources
    main = _read_essays(options, sources)
    report, further = inspect_essays(main), []
    for path in options.also:
        read, recipe = _read_further(path, sources)
        source = FurtherSource.select(read.table, recipe, main.table)
        further.append(inspect_further(read, source, main.table))
    if options.json:
        shared.print_json({**report.to_dict(), "further": [each.to_dict() for each in further]})
    else:
        print("\n\n".join([report.describe(), *(each.describe() for each in further)]))


def _train(options: argparse.Namespace) -> None:
    from essay_scorer.lab.data.sources import FurtherSource
    from essay_scorer.lab.pipeline import make_scorer
    from essay_scorer.lab.recipe import Recipe

    sources = Recipe.load(options.recipe).sources
    essays = _usable(_read_essays(options, sources), options)
    further = []
    for path in options.also:
        read, recipe = _read_further(path, sources)
        further.append(FurtherSource.select(_usable(read, options), recipe, essays))
    make_scorer(
        recipe=options.recipe,
        essays=essays,
        out=options.out,
        about=_about(options),
        further=further,
        prompts=_prompts(options),
    )


def _export(options: argparse.Namespace) -> None:
    from essay_scorer.lab.user_artifacts import export_user_artifacts
    from essay_scorer.model.calibration import Scale

    low, high = options.scale
    export_user_artifacts(
        tokenizer=options.tokenizer,
        encoder=options.encoder,
        head=options.head,
        recipe=options.recipe,
        scale=Scale(min=low, max=high),
        about=_about(options),
        out=options.out,
    )


def _evaluate(options: argparse.Namespace) -> None:
    from dataclasses import replace

    from essay_scorer.lab.evaluation.evaluate import evaluate
    from essay_scorer.lab.evaluation.html_report import write_report
    from essay_scorer.lab.evaluation.robustness import measure_robustness
    from essay_scorer.lab.evaluation.text_report import summarize
    from essay_scorer.scorer import Scorer

    read = _read_essays(options)
    essays = _usable(read, options)
    if options.split != "all":
        essays = essays[essays["split"] == options.split]
    scorer, prompts = Scorer.load(options.bundle), _prompts(options)
    report = evaluate(scorer, essays, groups=read.layout.groups)
    if options.attacks:
        robustness = measure_robustness(scorer, essays, sample=options.attacks, prompts=prompts)
        report = replace(report, robustness=robustness)
    if options.out is not None:
        print(f"wrote {write_report(report, options.out)}", file=sys.stderr)
    if options.json:
        shared.print_json(report.to_dict())
    else:
        print(summarize(report))


def _read_essays(options: argparse.Namespace, sources: Sequence["SourceRecipe"] = ()) -> "Essays":
    from essay_scorer.lab.data.essays import ReadOptions, read_essays
    from essay_scorer.lab.input_recipes import find_source

    recipe = find_source(sources, options.data, "main")
    read_options = ReadOptions(
        named={**recipe.columns, **shared.named_columns(options, *_ROLES)},
        groups=options.group,
        scale=options.scale or recipe.scale,
        format=options.format,
    )
    with _memory_limit(options.data):
        return read_essays(options.data, read_options)


def _read_further(path: Path, sources: Sequence["SourceRecipe"]) -> tuple["Essays", "SourceRecipe"]:
    from essay_scorer.lab.data.sources import read_source
    from essay_scorer.lab.input_recipes import find_source

    recipe = find_source(sources, path, "prompts")
    with _memory_limit(path):
        return read_source(path, recipe), recipe


def _memory_limit(path: Path) -> AbstractContextManager[None]:
    from essay_scorer.machine import memory_limit, share_of_memory

    return memory_limit(str(path), share_of_memory(0.5))


def _usable(essays: "Essays", options: argparse.Namespace) -> "pd.DataFrame":
    if options.skip_bad_rows and essays.problems:
        print(f"left out {len(essays.problems)} unusable rows of {essays.path}", file=sys.stderr)
    return essays.usable(skip_bad_rows=options.skip_bad_rows)


def _about(options: argparse.Namespace) -> "About":
    from essay_scorer.lab.about import About
    from essay_scorer.model.manifest import Model

    model = Model(name=options.name, version=options.version)
    return About(model=model, license=options.license, credit=options.credit)


def _prompts(options: argparse.Namespace) -> dict[str, str]:
    from essay_scorer.lab.data.prompts import read_prompts

    return read_prompts(options.prompts) if options.prompts else {}
