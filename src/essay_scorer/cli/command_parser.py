"""The parser of the command line: defaults and examples in the help, and errors of one line."""

import argparse
from typing import Any, NoReturn

from essay_scorer.cli.examples import EXAMPLES

PROGRAM = "essay-scorer"


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Shows the default of an option, unless its help says it."""

    def _get_help_string(self, action: argparse.Action) -> str:
        text = action.help or ""
        shown = action.default not in (None, False, "", argparse.SUPPRESS) and action.default != []
        if not action.option_strings or not shown or "default" in text:
            return text
        return f"{text}; default: %(default)s" if text else "default: %(default)s"


class CommandParser(argparse.ArgumentParser):
    """A parser of the program or of one of its commands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": HelpFormatter, **options})

    def error(self, message: str) -> NoReturn:
        """Print the error on one line, and exit with status 2."""
        self.exit(2, f"{PROGRAM}: {message} (usage: {self.prog} --help)\n")

    def format_help(self) -> str:
        """Return the help, with the command's examples at its end."""
        command = self.prog.removeprefix(PROGRAM).strip()
        if command in EXAMPLES:
            self.epilog = "\n".join(["examples:", *(f"  {line}" for line in EXAMPLES[command])])
        return super().format_help()
