"""The entry point of the command line: data on standard output, all else on standard error.

Exit status: 0 success; 1 failure, with one line that says why and what to do; 2 invalid command
line; 3 completed with row errors; 4 drift detected.
"""

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from essay_scorer import __version__
from essay_scorer.cli import (
    adapt_command,
    batch_commands,
    bundle_commands,
    completion_command,
    evaluate_command,
    lab_commands,
    operation_commands,
    score_command,
    server_commands,
)
from essay_scorer.cli.command_parser import PROGRAM, CommandParser
from essay_scorer.errors import ScorerError

_GROUPS = (
    score_command,
    adapt_command,
    batch_commands,
    server_commands,
    bundle_commands,
    lab_commands,
    evaluate_command,
    operation_commands,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: of the command line; those of the process by default.
    """
    options = make_parser().parse_args(arguments)
    try:
        status: int | None = options.run(options)
        sys.stdout.flush()
    except ScorerError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # The reader is gone; keep the interpreter from failing when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _fail("interrupted", status=130)
    except MemoryError:
        return _fail("Out of memory; give this process more.")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return _fail("The disk is full; free some space and run this again.")
    return status or 0


def _fail(message: str, *, status: int = 1) -> int:
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    return status


def make_parser() -> argparse.ArgumentParser:
    parser = CommandParser(prog=PROGRAM, description="Score essays with a BERT model.")
    parser.add_argument(
        "--version",
        action="version",
        version=f"{PROGRAM} {__version__}",
        help="print the version and exit",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add_commands(commands)
    completion_command.add_command(commands, make_parser)
    return parser
