"""``essay-scorer data``, ``train`` and ``export``: make bundles."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from essay_scorer.cli import options as shared
from essay_scorer.cli import scored_files
from essay_scorer.tables.atomic import check_overwrite

if TYPE_CHECKING:
    from essay_scorer.lab.about import About


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the commands to the parser."""
    _add_data(commands)
    _add_train(commands)
    _add_export(commands)


def _add_data(commands: "shared.Subparsers") -> None:
    group = shared.add_command(commands, "data", "inspect a file of scored essays")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    command = shared.add_command(
        actions, "check", "report what the file contains, and its bad rows"
    )
    command.add_argument("data", type=Path, metavar="FILE", help="essays with human scores")
    _add_further_options(command)
    shared.add_json_option(command)
    scored_files.add_column_options(command)
    command.set_defaults(run=_check_data)


def _add_train(commands: "shared.Subparsers") -> None:
    command = shared.add_command(commands, "train", "train a scorer on scored essays")
    _add_model_options(command)
    scored_files.add_data_options(command)
    _add_further_options(command)
    command.set_defaults(run=_train)


def _add_export(commands: "shared.Subparsers") -> None:
    command = shared.add_command(
        commands, "export", "convert a tokenizer, an encoder and a Keras head to a bundle"
    )
    for name, metavar, purpose in (
        ("--tokenizer", "DIR", "the tokenizer, as transformers saved it"),
        ("--encoder", "DIR", "the BERT encoder, as transformers saved it"),
        ("--head", "FILE.h5", "the Keras model that scores the encoder's vector"),
    ):
        command.add_argument(name, type=Path, required=True, metavar=metavar, help=purpose)
    command.add_argument(
        "--recipe", default="default", help="defines how texts are cleaned and tokenized"
    )
    command.add_argument(
        "--scale", type=shared.scale, required=True, metavar="MIN-MAX", help="of the head's output"
    )
    _add_model_options(command)
    command.set_defaults(run=_export)


def _add_model_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where bundle/ is written"
    )
    shared.add_overwrite_option(command)
    command.add_argument("--name", default="my-essay-scorer", help="the model's name")
    command.add_argument("--version", default="1.0.0", help="the model's version")
    command.add_argument("--license", default="all rights reserved", help="of the weights")
    command.add_argument(
        "--credit", default="our own essays", help="the training data and its authors"
    )


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


def _check_data(options: argparse.Namespace) -> None:
    from essay_scorer.lab.data.inspection import inspect_essays, inspect_further
    from essay_scorer.lab.data.shortages import find_shortages
    from essay_scorer.lab.data.sources import FurtherSource
    from essay_scorer.lab.recipe import Recipe

    recipe = Recipe.load(options.recipe)
    main = scored_files.read_essays(options, recipe.sources)
    report = inspect_essays(main, shortages=find_shortages(main.table, recipe))
    further = []
    for path in options.also:
        read, source_recipe = scored_files.read_further_file(path, recipe.sources)
        source = FurtherSource.select(read.table, source_recipe, main.table)
        further.append(inspect_further(read, source, main.table))
    if options.json:
        shared.print_json({**report.to_dict(), "further": [each.to_dict() for each in further]})
    else:
        print("\n\n".join([report.describe(), *(each.describe() for each in further)]))


def _train(options: argparse.Namespace) -> None:
    check_overwrite(options.out / "bundle", overwrite=options.overwrite)
    from essay_scorer.lab.data.shortages import refuse_shortages
    from essay_scorer.lab.data.sources import FurtherSource
    from essay_scorer.lab.recipe import Recipe

    recipe = Recipe.load(options.recipe)
    read = scored_files.read_essays(options, recipe.sources)
    essays = scored_files.usable_rows(read, options)
    refuse_shortages(essays, recipe)
    scored_files.print_choice(read)
    further = []
    for path in options.also:
        read, source_recipe = scored_files.read_further_file(path, recipe.sources)
        scored_files.print_choice(read)
        further.append(
            FurtherSource.select(scored_files.usable_rows(read, options), source_recipe, essays)
        )
    from essay_scorer.lab.pipeline import make_scorer  # torch takes seconds to import

    make_scorer(
        recipe=options.recipe,
        essays=essays,
        out=options.out,
        about=_about(options),
        further=further,
        prompts=scored_files.read_prompt_texts(options),
    )


def _export(options: argparse.Namespace) -> None:
    check_overwrite(options.out / "bundle", overwrite=options.overwrite)
    from essay_scorer.lab.user_artifacts import export_user_artifacts
    from essay_scorer.model.scale import Scale

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


def _about(options: argparse.Namespace) -> "About":
    from essay_scorer.lab.about import About
    from essay_scorer.model.manifest import Model

    model = Model(name=options.name, version=options.version)
    return About(model=model, license=options.license, credit=options.credit)
