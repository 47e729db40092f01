"""Write a command line for a report, without the folders of this machine."""

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path

from essay_scorer.cli.command_parser import PROGRAM


def command_line(name: str, options: argparse.Namespace) -> str:
    """Return a command line that has these options, with names for paths.

    Args:
        name: of the command, whose options are named as the attributes that hold them.
        options: as they were parsed; those without a value are left out.
    """
    words = [word for option, value in vars(options).items() for word in _words(option, value)]
    return shlex.join([PROGRAM, name, *words])


def _words(option: str, value: object) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    for one in values:
        if one is None or one is False or one == 0 or callable(one):
            continue
        yield f"--{option.replace('_', '-')}"
        if one is not True:
            yield _text(one)


def _text(value: object) -> str:
    if isinstance(value, Path):
        return value.name
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)
