"""What a run did, counted for people."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from essay_scorer.errors import ScorerError
from essay_scorer.progress import format_duration

if TYPE_CHECKING:
    from essay_scorer.serving.outcomes import Outcome

MAX_LISTED_FAILURES = 5


@dataclass
class Summary:
    """Counts of the rows of a run.

    Attributes:
        rows: all rows.
        replayed: rows whose outcome an interrupted run had saved.
        failed: rows without a score, by error code.
        flagged: rows with at least one flag.
        to_review: rows whose score a person should review.
        flags: rows by flag.
        scores: rows by score.
        labels: how scores are written, where that is not a number.
        first_failures: where the first failed rows are, and their codes.
        columns: which column of the input held what.
        notes: what of the input was skipped.
        started: when the run started, on the monotonic clock; None if it ran elsewhere.
    """

    rows: int = 0
    replayed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    to_review: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    scores: Counter[float] = field(default_factory=Counter)
    labels: dict[float, str] = field(default_factory=dict)
    first_failures: list[str] = field(default_factory=list)
    columns: str = ""
    notes: Sequence[str] = ()
    started: float | None = field(default_factory=time.monotonic)

    def count(self, outcome: "Outcome", where: str) -> None:
        """Count a row.

        Args:
            outcome: of the row.
            where: where a person finds the row in the input.
        """
        self.rows += 1
        if isinstance(outcome, ScorerError):
            self.failed[outcome.code] += 1
            if len(self.first_failures) < MAX_LISTED_FAILURES:
                self.first_failures.append(f"{where}: {outcome.code}")
            return
        self.scores[outcome.value] += 1
        if outcome.label is not None:
            self.labels[outcome.value] = outcome.label
        self.flagged += bool(outcome.flags)
        self.to_review += outcome.review
        self.flags.update(outcome.flags)

    def describe(self) -> str:
        """Return the counts as a few lines of text."""
        failed = self.failed.total()
        scores = [
            (self.labels.get(score, f"{score:g}"), rows)
            for score, rows in sorted(self.scores.items())
        ]
        lines = [
            *([f"columns  {self.columns}"] if self.columns else []),
            *(f"note     {note}" for note in self.notes),
            f"scored   {self.rows - failed:,} of {self.rows:,} rows{self._describe_time()}",
            f"failed   {failed:,}{_in_parentheses(self.failed)}",
            f"flagged  {self.flagged:,}{_in_parentheses(self.flags)}",
            f"to review {self.to_review:,}{_share(self.to_review, self.rows - failed)}",
            f"scores   {_list_counts(scores) or '(none)'}",
            *(f"         {failure}" for failure in self.first_failures),
        ]
        if failed > MAX_LISTED_FAILURES:
            lines.append(f"         and {failed - MAX_LISTED_FAILURES:,} more; see column error")
        return "\n".join(lines)

    def _describe_time(self) -> str:
        if self.started is None:
            return ""
        seconds = time.monotonic() - self.started
        rate = (self.rows - self.replayed) / seconds
        text = f" in {format_duration(seconds)}, {rate:,.1f} rows per second"
        return (
            f"{text}; {self.replayed:,} reused from an interrupted run" if self.replayed else text
        )


def _in_parentheses(counter: Counter[str]) -> str:
    return f" ({_list_counts(counter.most_common())})" if counter else ""


def _share(part: int, whole: int) -> str:
    return f" ({part / whole:.0%} of the scores)" if whole else ""


def _list_counts(items: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name}: {count:,}" for name, count in items)
