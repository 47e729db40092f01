"""Keep a spreadsheet program from running a cell as a formula (OWASP, *CSV Injection*).

A cell that begins like a formula gets an apostrophe, which such programs take for a mark of text.
Reading takes it away again, so that a table that goes in and out several times stays the same.
"""

import re

# What begins a formula, in ASCII and full width, after white space that programs skip.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?\s*%?")
_GUARD = "'"


def guard_formula(cell: str) -> str:
    """Return a cell that is no formula."""
    return _GUARD + cell if _is_formula(cell) else cell


def remove_guard(cell: str) -> str:
    """Return what ``guard_formula`` was given."""
    inner = cell[1:]
    return inner if cell.startswith(_GUARD) and _is_formula(inner) else cell


def _is_formula(cell: str) -> bool:
    """Return whether a cell is a formula, or one that is guarded already.

    As a guarded one gets another guard, removing one always gives back the cell.
    """
    bare = cell.lstrip(_GUARD)
    return _FORMULA.match(bare) is not None and _NUMBER.fullmatch(bare) is None
