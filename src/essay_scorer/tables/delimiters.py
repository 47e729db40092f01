"""How spreadsheet programs write tables: the separator of fields, decimal commas, and titles."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SEPARATORS = (",", ";", "\t", "|")
_DECIMAL = re.compile(r"[+-]?\d+([.,])\d+")
_DECLARED = re.compile(r"\"?sep=(.)\"?[,;\t]*", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*(?:"|$)')


def declared_separator(line: str) -> str | None:
    """Return the separator that a first line ``sep=;`` declares; None if it is another line."""
    matched = _DECLARED.fullmatch(line.strip("\r\n "))
    return matched.group(1) if matched else None


def detect_separator(header: str, usual: str) -> str:
    """Return the separator that occurs most often in a header line, outside of quotes.

    Args:
        header: the line.
        usual: the one of the file's suffix, which wins a tie.
    """
    bare = _QUOTED.sub("", header)
    return max((usual, *SEPARATORS), key=bare.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a table is written, so that the program that wrote it can open what is made of it.

    Attributes:
        separator: the character between fields.
        has_decimal_commas: whether fractions have a comma.
        has_mark: whether it begins with a byte order mark, by which Excel knows UTF-8.
        titles: the header's cells as they stand, by the names of the columns.
    """

    separator: str
    has_decimal_commas: bool = False
    has_mark: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)


def has_decimal_commas(lines: Sequence[str], separator: str) -> bool:
    """Return whether numbers have decimal commas.

    Where semicolons separate fields, the comma is the decimal mark, unless the numbers say
    otherwise.

    Args:
        lines: the first of a table.
        separator: of its fields.
    """
    try:
        cells = [cell.strip() for row in csv.reader(lines, delimiter=separator) for cell in row]
    except csv.Error:
        cells = []
    marks = [found.group(1) for cell in cells if (found := _DECIMAL.fullmatch(cell))]
    commas = marks.count(",")
    if separator == ";":
        return 2 * commas >= len(marks)
    return separator != "," and commas > len(marks) / 2
