"""The command line ``essay-scorer``."""

from essay_scorer.cli.entry_point import main

__all__ = ["main"]
