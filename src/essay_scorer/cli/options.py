"""Options and argument types that several commands share."""

import argparse
import codecs
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from essay_scorer.tables.text_lines import DETECT

if TYPE_CHECKING:
    from essay_scorer.adapt.profile import Profile
    from essay_scorer.scorer import Scorer

    Subparsers = argparse._SubParsersAction[Any]

ROWS_FAILED, DRIFT_DETECTED = 3, 4  # exit statuses


def add_command(commands: "Subparsers", name: str, purpose: str) -> argparse.ArgumentParser:
    """Add a command, and return its parser.

    Args:
        commands: where it is added.
        name: of the command.
        purpose: what it does, for the list of commands and for its own help.
    """
    description = f"{purpose[0].upper()}{purpose[1:]}."
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=purpose, description=description
    )
    return command


def add_bundle_option(command: argparse.ArgumentParser) -> None:
    """Add ``--bundle``."""
    command.add_argument(
        "--bundle", type=Path, metavar="DIR", help="the model bundle; default: the shipped one"
    )


def add_profile_option(command: argparse.ArgumentParser) -> None:
    """Add ``--profile``."""
    command.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="a teacher's assignment and scale, as `essay-scorer adapt` wrote it",
    )


def load_scorer(options: argparse.Namespace, *, threads: int | None = None) -> "Scorer":
    """Load the scorer of ``--bundle`` and ``--profile``.

    Args:
        options: of the command line.
        threads: cores that one essay may use; all that the process has by default.

    Raises:
        BundleError: the bundle cannot be used.
        FileError: the profile cannot be read.
        InvalidProfile: it is not a profile of this bundle.
    """
    from essay_scorer.scorer import Scorer

    return Scorer.load(options.bundle, threads=threads).with_profile(load_profile(options))


def load_profile(options: argparse.Namespace) -> "Profile | None":
    """Read the profile of ``--profile``; None if it was not given.

    Raises:
        FileError: it cannot be read.
        InvalidProfile: it is not a profile.
    """
    if options.profile is None:
        return None
    from essay_scorer.adapt.profile import Profile

    return Profile.load(options.profile)


def add_overwrite_option(command: argparse.ArgumentParser) -> None:
    """Add ``--overwrite``."""
    command.add_argument(
        "--overwrite", action="store_true", help="replace an output that exists already"
    )


def add_encoding_option(command: argparse.ArgumentParser) -> None:
    """Add ``--encoding``."""
    command.add_argument(
        "--encoding",
        type=encoding,
        default=DETECT,
        help="of a text file, such as windows-1250; default: detect it",
    )


def add_heading_option(command: argparse.ArgumentParser) -> None:
    """Add ``--without-heading``."""
    command.add_argument(
        "--without-heading",
        action="store_true",
        help="leave out name, teacher, class and date above the title, and say what was left out",
    )


def add_json_option(command: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    command.add_argument("--json", action="store_true", help="print the result as JSON")


def named_columns(options: argparse.Namespace, *roles: str) -> Mapping[str, str]:
    """Return the columns that the user named, by role."""
    return {role: column for role in roles if (column := vars(options)[role])}


def scale(text: str) -> tuple[int, int]:
    """Parse a scale like ``1-6``."""
    low, dash, high = text.partition("-")
    if not (dash and low.isdecimal() and high.isdecimal() and int(low) < int(high)):
        raise argparse.ArgumentTypeError(f"{text} is not a scale; give one like 1-6")
    return int(low), int(high)


def count(text: str) -> int:
    """Parse a number of at least 1."""
    number = whole_number(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is too small; give at least 1")
    return number


def whole_number(text: str) -> int:
    """Parse a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number") from None


def number(text: str) -> float:
    """Parse a number."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a number") from None


def day(text: str) -> date:
    """Parse a date like ``2026-11-25``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is not a date; give one like 2026-11-25"
        ) from None


def encoding(text: str) -> str:
    """Parse the name of a text encoding; ``detect`` finds it by the bytes."""
    if text == DETECT:
        return text
    try:
        return codecs.lookup(text).name
    except LookupError:
        raise argparse.ArgumentTypeError(
            f"{text} is not an encoding; give one like windows-1252"
        ) from None


def port(text: str) -> int:
    """Parse a TCP port."""
    number = whole_number(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{number} is not a port; give one from 0 to 65535")
    return number


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
