"""Which character separates the fields of a table, as spreadsheet programs write them."""

import re

SEPARATORS = (",", ";", "\t", "|")
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
