"""A file of essays is scored: reading, workers, journal, writing, in a row."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from essay_scorer.batch.checkpoint import Journal, digest
from essay_scorer.batch.pool import Workers
from essay_scorer.batch.progress import Summary, watching
from essay_scorer.errors import FileError
from essay_scorer.machine import available_cores, memory_limit
from essay_scorer.model import manifest as bundle
from essay_scorer.tables.columns import Columns
from essay_scorer.tables.header import Table
from essay_scorer.tables.readers import PIPE, format_of, open_source
from essay_scorer.tables.rows import Answer, Row, Source
from essay_scorer.tables.writers import appearing, is_kept, make_writer, target, writing

Scored = Iterator[tuple[Row, Answer]]


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be scored, and how."""

    source: str
    out: str
    kind: str | None = None  # of a file whose name does not say
    encoding: str = "utf-8"
    columns: Mapping[str, str] = field(default_factory=dict)  # by role, as Columns.choose has them
    prefix: str = ""  # before the name of everything that is added
    bundle: Path | None = None
    workers: int | None = None  # one for each core if not given


def score_file(job: Job) -> Summary:
    """Score a file, and say on standard error how far it is.

    Raises:
        ScorerError: it cannot be read, scored or written; nothing stands at the output's name
            then, and what was scored so far is kept for the next run.
    """
    folder = job.bundle or bundle.default_folder()
    bundle.check_sizes(folder, bundle.Manifest.read(folder))
    in_kind = format_of(job.source, job.kind)
    out_kind = format_of(job.out, job.kind or in_kind)
    _refuse_to_overwrite(job)
    before = _state_of(job.source)
    with (
        memory_limit(job.source),
        closing(open_source(job.source, in_kind, encoding=job.encoding)) as source,
        _journal(job, folder) as journal,
    ):
        if journal is not None and journal.outdated:
            print(
                f"{journal.path} is of another model or version: every row is scored anew",
                file=sys.stderr,
            )
        table = Table.of(source, fixed=out_kind != "jsonl")
        columns = Columns.choose(table.names, job.columns, where=job.source)
        run = _Run(columns, journal, source)
        with appearing(job.out) as file:
            writer = make_writer(
                file, out_kind, table.names, prefix=job.prefix, schema=source.schema
            )
            count = job.workers or available_cores()
            for row, answer in run.answers(table.rows, lambda: Workers.scoring(folder, count)):
                with writing(job.out):
                    writer.write(row, answer)
            with writing(job.out):
                writer.finish()
            if _state_of(job.source) != before:
                raise FileError(
                    f"{job.source} changed while it was read; run this again, and only what is "
                    "new will be scored."
                )
        if journal is not None:
            journal.remove()
    return run.summary


class _Run:
    """Rows become rows with answers: the journal's as far as it goes, then the workers'."""

    def __init__(self, columns: Columns, journal: Journal | None, source: Source) -> None:
        self.summary = Summary()
        self._columns, self._journal, self._source = columns, journal, source

    def answers(self, rows: Iterable[Row], start: Callable[[], Workers]) -> Scored:
        """Yield every row with its answer, in order; ``start`` is called if any is not known."""
        rows = iter(rows)
        for row in rows:
            known = self._known(row)
            if known is None:
                with start() as workers, watching(self._source) as watch:
                    for scored, pair in enumerate(self._score(chain([row], rows), workers), 1):
                        watch(scored)
                        yield self._counted(*pair)
                return
            self.summary.replayed += 1
            yield self._counted(row, known)

    def _known(self, row: Row) -> Answer | None:
        if self._journal is None:
            return None
        return self._journal.take(digest(self._columns.request(row)))

    def _score(self, rows: Iterable[Row], workers: Workers) -> Scored:
        under_way: deque[tuple[Row, str]] = deque()

        def requests() -> Iterator[dict[str, Any]]:
            for row in rows:
                request = self._columns.request(row)
                under_way.append((row, digest(request)))
                yield request

        for answers in workers.answers(requests()):
            asked = [under_way.popleft() for _ in answers]
            if self._journal is not None:
                digests = (known for _, known in asked)
                self._journal.append(zip(digests, answers, strict=True))
            yield from zip((row for row, _ in asked), answers, strict=True)

    def _counted(self, row: Row, answer: Answer) -> tuple[Row, Answer]:
        self.summary.count(answer, self._columns.describe(row))
        return row, answer


def _journal(job: Job, folder: Path) -> AbstractContextManager[Journal | None]:
    if not is_kept(job.out):
        return nullcontext()
    path = target(job.out)
    manifest = (folder / bundle.MANIFEST).read_bytes()
    identity = {
        "journal": 1,
        "version": version("essay-scorer"),
        "bundle": sha256(manifest).hexdigest(),
    }
    return Journal.at(path.with_name(f"{path.name}.journal"), identity)


def _refuse_to_overwrite(job: Job) -> None:
    path = target(job.out)
    if PIPE not in (job.source, job.out) and path.exists() and path.samefile(job.source):
        raise FileError(f"{job.out} is the input; give the output another name.")
    if job.out != PIPE and path.is_dir():
        raise FileError(f"{job.out} is a folder; give a file's name.")


def _state_of(name: str) -> tuple[int, ...]:
    """Return what changes when a file is written to or replaced."""
    if name == PIPE:
        return ()
    try:
        state = Path(name).stat()
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error
    return (state.st_ino, state.st_size, state.st_mtime_ns)
