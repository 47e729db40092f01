"""The tables of ``docs/reliability.md``, whose rows are what the tests observe.

A test reports what it observed; if the page says something else, the test fails. With the
environment variable ``WRITE_RELIABILITY=1`` (`make reliability`), the page is written instead.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
WRITE = bool(os.environ.get("WRITE_RELIABILITY"))


@dataclass(frozen=True)
class Table:
    """The table below one heading of the page; the first cell of each row is the fault."""

    heading: str

    def check_row(self, fault: str, *, caller: str, logged: str, recovery: str) -> None:
        """Check that the page has this row.

        Args:
            fault: the first cell.
            caller: what the caller gets.
            logged: what the log has.
            recovery: how it recovers.
        """
        row = f"| {fault} | {caller} | {logged} | {recovery} |"
        if WRITE:
            self._write(fault, row)
        assert row in self._rows(), f"docs/reliability.md lacks (make reliability):\n{row}"

    def check_faults(self, faults: Collection[str]) -> None:
        """Check that the page has rows for these faults and no others."""
        if WRITE:
            for removed in set(self._faults()) - set(faults):
                self._write(removed, "")
        assert sorted(self._faults()) == sorted(faults)

    def _faults(self) -> list[str]:
        return [row.split(" | ")[0].removeprefix("| ") for row in self._rows()]

    def _lines(self) -> tuple[list[str], int, int]:
        """Return the page's lines, and the indices where the rows begin and end."""
        lines = PAGE.read_text(encoding="utf-8").splitlines()
        start = lines.index(f"## {self.heading}")
        first = next(index for index in range(start, len(lines)) if lines[index][:4] == "|---") + 1
        last = first
        while last < len(lines) and lines[last].startswith("|"):
            last += 1
        return lines, first, last

    def _rows(self) -> list[str]:
        lines, first, last = self._lines()
        return lines[first:last]

    def _write(self, fault: str, row: str) -> None:
        """Replace the row of a fault, append it if it is new, or remove it if ``row`` is empty."""
        lines, first, last = self._lines()
        rows = lines[first:last]
        indices = [index for index, old in enumerate(rows) if old.startswith(f"| {fault} |")]
        index = indices[0] if indices else len(rows)
        rows[index : index + len(indices)] = [row] if row else []
        text = "\n".join([*lines[:first], *rows, *lines[last:]]) + "\n"
        PAGE.write_text(text, encoding="utf-8")
