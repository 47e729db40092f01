"""The results of a Distributed Map, in the order of the rows.

Step Functions writes them to ``SUCCEEDED_*.jsonl`` files, a line for each batch of consecutive
rows, in any order. Memory holds only where each line starts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from essay_scorer.errors import FileError, RowError
from essay_scorer.serving.outcomes import Outcome, outcome_from_dict

NOT_SCORED = "not_scored"  # code of a row whose every attempt failed, even alone


@dataclass(frozen=True, kw_only=True)
class _BatchResult:
    """What ``map_event.score_map_event`` returned.

    Attributes:
        answers: the row's number, from 0, and the outcome as JSON; none if an essay failed even
            alone, so that there is no result.
        gb_seconds: memory times duration.
        version: of the function; empty if there is no result.
    """

    answers: Sequence[tuple[int, Mapping[str, Any]]]
    gb_seconds: float
    version: str

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        seconds = table.get("milliseconds", 0) / 1000
        return cls(
            answers=[(row, answer) for row, answer in table["answers"]],
            gb_seconds=seconds * table.get("memory", 0) / 1024,
            version=table.get("version", ""),
        )


@dataclass(frozen=True, kw_only=True)
class _Line:
    """Where the line of a batch is, and the number of its first row."""

    first_row: int
    file: BinaryIO
    offset: int


class MapResults:
    """The downloaded results of an execution. A context manager: leaving it closes the files.

    Attributes:
        batches: how many invocations returned a result.
        gb_seconds: memory times duration, of all of them.
        versions: of the function that returned them.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        """Open result files and find their lines.

        Raises:
            FileError: they are not the results of a batch.
        """
        self.batches = 0
        self.gb_seconds = 0.0
        self.versions: set[str] = set()
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("rb")) for path in paths]
            lines = [line for file in files for line in self._find_lines(file)]
            self._files = stack.pop_all()
        self._lines = sorted(lines, key=lambda line: line.first_row)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._files.close()

    def __iter__(self) -> Iterator[Outcome]:
        """Yield the outcome of every row, without end; a missing one is ``NOT_SCORED``.

        Raises:
            FileError: a row has two outcomes, or one that is not of this release.
        """
        next_row = 0
        for row, answer in self._answers():
            while next_row < row:
                yield RowError(NOT_SCORED)
                next_row += 1
            if row < next_row:
                raise FileError(f"Row {row} was scored twice; submit the file again.")
            yield _parse_outcome(answer)
            next_row += 1
        while True:
            yield RowError(NOT_SCORED)

    def _answers(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        for line in self._lines:
            line.file.seek(line.offset)
            for result in _parse(line.file.readline()):
                yield from result.answers

    def _find_lines(self, file: BinaryIO) -> Iterator[_Line]:
        offset = 0
        for text in file:
            results = _parse(text)
            self.batches += len(results)
            self.gb_seconds += sum(result.gb_seconds for result in results)
            self.versions |= {result.version for result in results if result.version}
            if rows := [row for result in results for row, _ in result.answers]:
                yield _Line(first_row=min(rows), file=file, offset=offset)
            offset += len(text)


_OTHER_RELEASE = "The results are not those of a batch of this release."


def _parse(line: bytes) -> list[_BatchResult]:
    """Return the results of a batch: several if its essays were retried one by one."""
    try:
        output = json.loads(line)
        tables = output if isinstance(output, list) else [output]
        return [_BatchResult.from_dict(table) for table in tables]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise FileError(_OTHER_RELEASE) from None


def _parse_outcome(answer: Mapping[str, Any]) -> Outcome:
    try:
        return outcome_from_dict(answer)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise FileError(_OTHER_RELEASE) from None
