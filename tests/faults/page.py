"""The page on faults, ``docs/reliability.md``: its rows are what the tests see.

A test says what happened; where the page says something else, it fails.  With
``WRITE_RELIABILITY=1`` (`make reliability`) the page is written instead.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
WRITE = bool(os.environ.get("WRITE_RELIABILITY"))


@dataclass(frozen=True)
class Table:
    """The table under one heading of the page; the fault is each row's first cell."""

    heading: str

    def says(self, fault: str, *, caller: str, logged: str, recovers: str) -> None:
        """Hold the page to what was seen of a fault."""
        row = f"| {fault} | {caller} | {logged} | {recovers} |"
        if WRITE:
            self._write(fault, row)
        assert row in self._rows(), f"docs/reliability.md does not say (make reliability):\n{row}"

    def has_only(self, faults: Collection[str]) -> None:
        """Hold the page to rows that a test stands behind."""
        if WRITE:
            for gone in set(self._faults()) - set(faults):
                self._write(gone, "")
        assert sorted(self._faults()) == sorted(faults)

    def _faults(self) -> list[str]:
        return [row.split(" | ")[0].removeprefix("| ") for row in self._rows()]

    def _lines(self) -> tuple[list[str], int, int]:
        """Return the page's lines, and where the rows begin and end among them."""
        lines = PAGE.read_text(encoding="utf-8").splitlines()
        start = lines.index(f"## {self.heading}")
        first = next(place for place in range(start, len(lines)) if lines[place][:4] == "|---") + 1
        last = first
        while last < len(lines) and lines[last].startswith("|"):
            last += 1
        return lines, first, last

    def _rows(self) -> list[str]:
        lines, first, last = self._lines()
        return lines[first:last]

    def _write(self, fault: str, row: str) -> None:
        lines, first, last = self._lines()
        rows = lines[first:last]
        places = [place for place, old in enumerate(rows) if old.startswith(f"| {fault} |")]
        place = places[0] if places else len(rows)
        rows[place : place + len(places)] = [row] if row else []
        text = "\n".join([*lines[:first], *rows, *lines[last:]]) + "\n"
        PAGE.write_text(text, encoding="utf-8")
