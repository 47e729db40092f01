"""Give each row its outcome: from the checkpoint if it has one, else from the workers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from essay_scorer.batch.checkpoint import Checkpoint, request_key
from essay_scorer.batch.pool import WorkerPool
from essay_scorer.batch.result_columns import Result
from essay_scorer.batch.summary import Summary
from essay_scorer.batch.worker_process import Task
from essay_scorer.errors import RowError
from essay_scorer.progress import Measurable, report_rows
from essay_scorer.tables.columns import EssayColumns
from essay_scorer.tables.rows import NO_ESSAY, Row


@dataclass(eq=False, slots=True, kw_only=True)
class _RowTask(Task):
    """A row's task.

    Attributes:
        row: of the input.
        key: under which the outcome is to be saved; None if it is not.
    """

    row: Row
    key: bytes | None = None


class RowScorer:
    """Gives each row its outcome: from the checkpoint if it has one, else from the workers.

    Attributes:
        summary: of the rows so far.
    """

    def __init__(
        self,
        columns: EssayColumns,
        checkpoint: Checkpoint | None,
        source: Measurable,
        start_pool: Callable[[], WorkerPool],
    ) -> None:
        """Take what scoring needs.

        Args:
            columns: of the input.
            checkpoint: has outcomes of an earlier run, and gets the new ones.
            source: of the rows, to show the progress.
            start_pool: is called once a row needs the workers.
        """
        self.summary = Summary(columns=columns.describe_choice())
        self._columns, self._checkpoint, self._source = columns, checkpoint, source
        self._start_pool = start_pool

    def score(self, rows: Iterable[Row]) -> Iterator[Result]:
        """Yield each row with its outcome, in order."""
        tasks = map(self._to_task, rows)
        for task in tasks:
            if task.outcome is None:
                yield from self._score_in_pool(chain([task], tasks))
                return
            yield self._count(task)

    def _to_task(self, row: Row) -> _RowTask:
        if row.error is not None:
            return _RowTask(row=row, request=None, outcome=RowError(row.error))
        if not row.is_essay:
            return _RowTask(row=row, request=None, outcome=RowError(NO_ESSAY))
        request = self._columns.request(row)
        if self._checkpoint is None:
            return _RowTask(row=row, request=request)
        key = request_key(request)
        if (outcome := self._checkpoint.find(key)) is not None:
            self.summary.replayed += 1
            return _RowTask(row=row, request=request, outcome=outcome)
        return _RowTask(row=row, request=request, key=key)

    def _score_in_pool(self, tasks: Iterable[_RowTask]) -> Iterator[Result]:
        with self._start_pool() as pool, report_rows("scoring", self._source) as report:
            for rows, task in enumerate(self._save(pool.run(tasks)), 1):
                report(rows)
                yield self._count(task)

    def _save(self, groups: Iterable[Sequence[_RowTask]]) -> Iterator[_RowTask]:
        """Save the outcomes of each group before anything else is done with them."""
        for group in groups:
            if self._checkpoint is not None:
                self._checkpoint.save(
                    (task.key, task.outcome)
                    for task in group
                    if task.key is not None and task.outcome is not None
                )
            yield from group

    def _count(self, task: _RowTask) -> Result:
        assert task.outcome is not None
        if task.row.is_essay:
            self.summary.count(task.outcome, self._columns.describe(task.row))
        return task.row, task.outcome
