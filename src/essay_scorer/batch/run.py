"""Score a file of essays: read rows, score them on every core, save outcomes, write rows."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from essay_scorer.batch.checkpoint import Checkpoint, request_key
from essay_scorer.batch.pool import WorkerPool
from essay_scorer.batch.result_columns import Result, write_results
from essay_scorer.batch.summary import Summary
from essay_scorer.batch.worker_process import Task
from essay_scorer.errors import FileError, RowError
from essay_scorer.machine import available_cores, memory_limit
from essay_scorer.model.bundle import check_sizes, default_bundle
from essay_scorer.model.files import MANIFEST
from essay_scorer.model.manifest import Manifest
from essay_scorer.progress import report_rows
from essay_scorer.tables.atomic import is_regular_target, resolve_target
from essay_scorer.tables.columns import EssayColumns
from essay_scorer.tables.formats import PIPE, format_of
from essay_scorer.tables.header import Table
from essay_scorer.tables.readers import open_source
from essay_scorer.tables.rows import Row, Source

CHECKPOINT_FORMAT = "2"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to score, and how.

    Attributes:
        source: the input file; ``-`` is standard input.
        out: the output file; ``-`` is standard output.
        format: of a file whose name has no known suffix.
        encoding: of a text file.
        columns: names of columns by role, as ``EssayColumns.choose`` takes them.
        prefix: before the names of the added columns.
        bundle: the bundle's folder; the shipped bundle by default.
        workers: how many processes; one for each core by default.
    """

    source: str
    out: str
    format: str | None = None
    encoding: str = "utf-8"
    columns: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    bundle: Path | None = None
    workers: int | None = None


@dataclass(eq=False, slots=True, kw_only=True)
class _RowTask(Task):
    """A row's task.

    Attributes:
        row: of the input.
        key: under which the outcome is to be saved; None if it is not.
    """

    row: Row
    key: bytes | None = None


def score_file(job: Job) -> Summary:
    """Score a file; report progress on standard error.

    The output appears at its name when it is complete. After an error or an interruption, a
    checkpoint remains beside it, from which the next run resumes.

    Raises:
        ScorerError: the input cannot be read, the bundle or the workers cannot be used, or the
            output cannot be written.
    """
    bundle = job.bundle or default_bundle()
    check_sizes(bundle, Manifest.read(bundle))
    in_format = format_of(job.source, job.format)
    out_format = format_of(job.out, job.format or in_format)
    _refuse_to_overwrite(job)
    state = _file_state(job.source)
    with (
        memory_limit(job.source),
        closing(open_source(job.source, in_format, encoding=job.encoding)) as source,
        _open_checkpoint(job, bundle) as checkpoint,
    ):
        if checkpoint is not None and checkpoint.discarded:
            print(
                f"{checkpoint.path} {checkpoint.discarded}: every row is scored again",
                file=sys.stderr,
            )
        table = Table.of(source, fixed=out_format != "jsonl")
        columns = EssayColumns.choose(table.names, job.columns, where=job.source)
        run = _Run(columns, checkpoint, source)
        workers = job.workers or available_cores()
        results = run.score(table.rows, lambda: WorkerPool.for_bundle(bundle, workers))
        write_results(
            _until_changed(results, job.source, state),
            job.out,
            out_format,
            columns=table.names,
            prefix=job.prefix,
            schema=source.schema,
        )
        if checkpoint is not None:
            checkpoint.complete()
    return run.summary


class _Run:
    """Gives each row its outcome: from the checkpoint if it has one, else from the workers.

    Attributes:
        summary: of the rows so far.
    """

    def __init__(
        self, columns: EssayColumns, checkpoint: Checkpoint | None, source: Source
    ) -> None:
        self.summary = Summary()
        self._columns, self._checkpoint, self._source = columns, checkpoint, source

    def score(self, rows: Iterable[Row], start_pool: Callable[[], WorkerPool]) -> Iterator[Result]:
        """Yield each row with its outcome, in order.

        Args:
            rows: of the input.
            start_pool: is called once a row needs it.
        """
        tasks = map(self._to_task, rows)
        for task in tasks:
            if task.outcome is None:
                yield from self._score_in_pool(chain([task], tasks), start_pool)
                return
            yield self._count(task)

    def _to_task(self, row: Row) -> _RowTask:
        if row.error is not None:
            return _RowTask(row=row, request=None, outcome=RowError(row.error))
        request = self._columns.request(row)
        if self._checkpoint is None:
            return _RowTask(row=row, request=request)
        key = request_key(request)
        if (outcome := self._checkpoint.find(key)) is not None:
            self.summary.replayed += 1
            return _RowTask(row=row, request=request, outcome=outcome)
        return _RowTask(row=row, request=request, key=key)

    def _score_in_pool(
        self, tasks: Iterable[_RowTask], start_pool: Callable[[], WorkerPool]
    ) -> Iterator[Result]:
        with start_pool() as pool, report_rows("scoring", self._source) as report:
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
        self.summary.count(task.outcome, self._columns.describe(task.row))
        return task.row, task.outcome


def _open_checkpoint(job: Job, bundle: Path) -> AbstractContextManager[Checkpoint | None]:
    """Return the checkpoint; None if the output is a pipe or a device."""
    if not is_regular_target(job.out):
        return nullcontext()
    path = resolve_target(job.out)
    identity = {
        "format": CHECKPOINT_FORMAT,
        "version": version("essay-scorer"),
        "bundle": sha256((bundle / MANIFEST).read_bytes()).hexdigest(),
    }
    return Checkpoint.open(path.with_name(f"{path.name}.checkpoint"), identity)


def _refuse_to_overwrite(job: Job) -> None:
    path = resolve_target(job.out)
    if PIPE not in (job.source, job.out) and path.exists() and path.samefile(job.source):
        raise FileError(f"{job.out} is the input; give the output another name.")
    if job.out != PIPE and path.is_dir():
        raise FileError(f"{job.out} is a folder; give a file's name.")


def _file_state(name: str) -> tuple[int, ...]:
    """Return values of which one changes when the file is written or replaced."""
    if name == PIPE:
        return ()
    try:
        state = Path(name).stat()
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error
    return (state.st_ino, state.st_size, state.st_mtime_ns)


def _until_changed(
    results: Iterable[Result], source: str, state: tuple[int, ...]
) -> Iterator[Result]:
    """Yield the results; at the end, raise if the input changed while it was read."""
    yield from results
    if _file_state(source) != state:
        raise FileError(f"{source} changed while it was read; run this again to score what is new.")
