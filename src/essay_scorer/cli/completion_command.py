"""``essay-scorer completion``: print a script that completes commands and options in a shell."""

import argparse
from collections.abc import Callable

from essay_scorer.cli import options as shared
from essay_scorer.extras import require

SHELLS = ("bash", "zsh", "tcsh")  # that shtab knows


def add_command(
    commands: "shared.Subparsers", make_parser: Callable[[], argparse.ArgumentParser]
) -> None:
    """Add the command to the parser.

    Args:
        commands: of the parser.
        make_parser: makes the parser of the whole program.
    """
    command = shared.add_command(
        commands, "completion", "print a script that completes commands and options in a shell"
    )
    command.add_argument("shell", choices=SHELLS, help="the shell that runs the script")
    command.set_defaults(run=lambda options: _print_script(make_parser(), options.shell))


def _print_script(parser: argparse.ArgumentParser, shell: str) -> None:
    require("completion", "shtab")
    import shtab

    print(shtab.complete(parser, shell))
