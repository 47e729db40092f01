"""Score a file of essays: read rows, score them on every core, save outcomes, write rows."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from essay_scorer import __version__
from essay_scorer.adapt.profile import Profile
from essay_scorer.batch.checkpoint import Checkpoint
from essay_scorer.batch.gradebook_marks import MarkCollector
from essay_scorer.batch.pool import WorkerPool
from essay_scorer.batch.result_columns import Result, write_results
from essay_scorer.batch.row_scorer import RowScorer
from essay_scorer.batch.summary import Summary
from essay_scorer.errors import FileError
from essay_scorer.machine import available_cores, memory_limit
from essay_scorer.model.bundle import check_sizes, default_bundle
from essay_scorer.model.files import MANIFEST
from essay_scorer.model.manifest import Manifest
from essay_scorer.tables.atomic import check_overwrite, is_regular_target, resolve_target
from essay_scorer.tables.columns import EssayColumns
from essay_scorer.tables.formats import DOCUMENTS, PIPE, format_of
from essay_scorer.tables.gradebook import Gradebook
from essay_scorer.tables.header import Table
from essay_scorer.tables.input_format import input_format
from essay_scorer.tables.paper_headings import HeadingFilter
from essay_scorer.tables.readers import open_source
from essay_scorer.tables.text_lines import DETECT

CHECKPOINT_FORMAT = "3"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to score, and how.

    Attributes:
        source: the input file or folder; ``-`` is standard input.
        out: the output file; ``-`` is standard output.
        format: of a file whose name has no known suffix.
        encoding: of a text file.
        columns: names of columns by role, as ``EssayColumns.choose`` takes them.
        prefix: before the names of the added columns.
        bundle: the bundle's folder; the shipped bundle by default.
        workers: how many processes; one for each core by default.
        profile: a teacher's, as a file.
        overwrite: whether an output file that exists is replaced.
        without_heading: whether the headings of papers are left out.
        gradebook: of which a copy gets the marks; needs a profile.
        grade: its column for the marks, if that is not clear.
    """

    source: str
    out: str
    format: str | None = None
    encoding: str = DETECT
    columns: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    bundle: Path | None = None
    workers: int | None = None
    profile: Path | None = None
    overwrite: bool = True
    without_heading: bool = False
    gradebook: Path | None = None
    grade: str | None = None


def score_file(job: Job) -> Summary:
    """Score a file; report progress on standard error.

    The output file is written atomically, when it is complete. After an error or an interruption, a
    checkpoint remains beside it, from which the next run resumes.

    Raises:
        ScorerError: the input cannot be read, the bundle or the workers cannot be used, or the
            output cannot be written.
    """
    bundle = job.bundle or default_bundle()
    check_sizes(bundle, Manifest.read(bundle))
    profile = None if job.profile is None else Profile.load(job.profile)
    gradebook = _open_gradebook(job)
    in_format = input_format(job.source, job.format)
    out_format = format_of(job.out, job.format or _output_default(in_format))
    _refuse_to_overwrite(job)
    state = _file_state(job.source)
    with (
        memory_limit(job.source),
        closing(open_source(job.source, in_format, encoding=job.encoding)) as source,
        _open_checkpoint(job, bundle) as checkpoint,
    ):
        table = Table.of(source, fixed=out_format != "jsonl")
        columns = EssayColumns.choose(table.names, job.columns, where=job.source)
        headings = HeadingFilter(columns.text) if job.without_heading else None
        table = headings.table(table) if headings else table
        collector = MarkCollector(columns.text, gradebook) if gradebook else None
        workers = job.workers or available_cores()
        scorer = RowScorer(
            columns,
            checkpoint,
            source,
            lambda: WorkerPool.for_bundle(bundle, workers, profile=job.profile),
        )
        results = scorer.score(table.rows)
        results = collector.watch(results) if collector else results
        write_results(
            _until_changed(results, job.source, state),
            job.out,
            out_format,
            columns=table.names,
            prefix=job.prefix,
            schema=source.schema,
            scale=profile.scale if profile else None,
            dialect=source.dialect if in_format == out_format else None,
        )
        if checkpoint is not None:
            checkpoint.complete()
        scorer.summary.notes = (
            *source.notes,
            *(headings.notes(are_kept=True) if headings else ()),
            *(collector.fill() if collector else ()),
        )
    return scorer.summary


def _open_gradebook(job: Job) -> Gradebook | None:
    if job.gradebook is None:
        return None
    if job.profile is None:
        raise FileError("A gradebook takes marks on your scale; name your --profile, too.")
    return Gradebook(job.gradebook, job.grade)


def _output_default(in_format: str) -> str:
    """Return the format of an output whose name does not tell it."""
    return "csv" if in_format == DOCUMENTS else in_format


@contextmanager
def _open_checkpoint(job: Job, bundle: Path) -> Iterator[Checkpoint | None]:
    """Yield the checkpoint; None if the output is a pipe or a device."""
    if not is_regular_target(job.out):
        yield None
        return
    path = resolve_target(job.out)
    identity = {
        "format": CHECKPOINT_FORMAT,
        "version": __version__,
        "bundle": sha256((bundle / MANIFEST).read_bytes()).hexdigest(),
        "profile": sha256(job.profile.read_bytes()).hexdigest() if job.profile else "",
    }
    with Checkpoint.open(path.with_name(f"{path.name}.checkpoint"), identity) as checkpoint:
        if reason := checkpoint.discarded:
            print(f"{checkpoint.path} {reason}: every row is scored again", file=sys.stderr)
        yield checkpoint


def _refuse_to_overwrite(job: Job) -> None:
    path = resolve_target(job.out)
    if PIPE not in (job.source, job.out) and path.exists() and path.samefile(job.source):
        raise FileError(f"{job.out} is the input; give the output another name.")
    if job.out != PIPE and path.is_dir():
        raise FileError(f"{job.out} is a folder; give a file's name.")
    check_overwrite(job.out, overwrite=job.overwrite)


def _file_state(name: str) -> tuple[int, ...]:
    """Return values of which one changes when the file is written or replaced."""
    if name == PIPE:
        return ()
    try:
        state = Path(name).stat()
    except OSError as error:
        raise FileError(f"{name} cannot be read: {error.strerror}.") from error
    if not S_ISREG(state.st_mode):  # the output may be in a folder, and reading changes a pipe
        return ()
    return (state.st_ino, state.st_size, state.st_mtime_ns)


def _until_changed(
    results: Iterable[Result], source: str, state: tuple[int, ...]
) -> Iterator[Result]:
    """Yield the results; at the end, raise if the input changed while it was read."""
    yield from results
    if _file_state(source) != state:
        raise FileError(f"{source} changed while it was read; run this again to score what is new.")
