"""The marks of a batch for a gradebook: only of essays whose score means something."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from essay_scorer.batch.result_columns import Result
from essay_scorer.errors import ScorerError
from essay_scorer.tables.gradebook import Gradebook, StudentMark


@dataclass(slots=True)
class MarkCollector:
    """Collects the marks of results that pass; memory grows with their number.

    Attributes:
        text: the column with the essays, which are not kept.
        gradebook: that gets the marks.
        marks: of the results so far.
    """

    text: str
    gradebook: Gradebook
    marks: list[StudentMark] = field(default_factory=list)

    def watch(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield the results, and collect their marks."""
        for result in results:
            if result[0].is_essay:
                self.marks.append(self._mark(result))
            yield result

    def _mark(self, result: Result) -> StudentMark:
        row, outcome = result
        fields = {name: value for name, value in row.fields.items() if name != self.text}
        if isinstance(outcome, ScorerError) or (outcome.review and outcome.flags):
            return StudentMark(fields=fields, mark="")
        maximum = None if outcome.scale.labels else float(outcome.scale.max)
        return StudentMark(
            fields=fields, mark=outcome.label or f"{outcome.value:g}", maximum=maximum
        )

    def fill(self) -> tuple[str, ...]:
        """Write a filled copy of the gradebook; return what was done, for people.

        Raises:
            FileError: the scale differs from the gradebook's, or the copy cannot be written.
        """
        return self.gradebook.fill(self.marks)
