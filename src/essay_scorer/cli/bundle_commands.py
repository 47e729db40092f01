"""``essay-scorer bundle``: inspect a model bundle."""

import argparse
from pathlib import Path

from essay_scorer.cli import options as shared


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the commands to the parser."""
    group = shared.add_command(commands, "bundle", "inspect a model bundle")
    actions = group.add_subparsers(required=True, metavar="ACTION")
    for name, run, purpose in (
        ("show", _show, "print the manifest"),
        ("verify", _verify, "check every byte against the manifest"),
    ):
        command = shared.add_command(actions, name, purpose)
        command.add_argument(
            "bundle", nargs="?", type=Path, metavar="DIR", help="default: the shipped bundle"
        )
        command.set_defaults(run=run)
    shared.add_profile_option(command)  # of verify, the last one


def _show(options: argparse.Namespace) -> None:
    from essay_scorer.model.bundle import default_bundle
    from essay_scorer.model.manifest import Manifest

    shared.print_json(Manifest.read(options.bundle or default_bundle()).to_table())


def _verify(options: argparse.Namespace) -> None:
    from essay_scorer.model.bundle import default_bundle, verify_bundle

    model = verify_bundle(options.bundle or default_bundle()).model
    if options.profile is not None:
        shared.load_scorer(options)
        print(f"{options.profile}: a profile of this bundle")
    print(f"{model.name} {model.version}: all files match the manifest")
