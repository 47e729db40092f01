"""Whatever happens to a run, no row is lost, none comes twice, and the result is the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyarrow import parquet
from tests.essay_files import COMMAND, Batch, make_essays, read_csv, read_jsonl, write_csv

COUNT = 160
WAIT = 60  # seconds


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = make_essays(COUNT)
    rows[50]["text"] = ""
    return write_csv(tmp_path_factory.mktemp("essays") / "essays.csv", rows)


@pytest.fixture(scope="module")
def undisturbed(source: Path, batch: Batch) -> bytes:
    out = source.with_name("undisturbed.csv")
    assert batch(source, out).returncode == 3
    return out.read_bytes()


def _until(true: Callable[..., bool], *arguments: object) -> None:
    end = time.monotonic() + WAIT
    while not true(*arguments):
        assert time.monotonic() < end
        time.sleep(0.005)


def _has_more_than(rows: int, journal: Path) -> bool:
    return _lines(journal) > rows


def _all_gone(processes: list[int]) -> bool:
    return not any(map(_alive, processes))


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in found.split()]


def _alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


needs_proc = pytest.mark.skipif(
    sys.platform != "linux", reason="looks for processes where Linux lists them"
)


@needs_proc
def test_killed_again_and_again_it_goes_on_where_it_was(
    source: Path, undisturbed: bytes, batch: Batch, tmp_path: Path
) -> None:
    out, journal = tmp_path / "scores.csv", tmp_path / "scores.csv.journal"
    for rows in (1, 30, 31, 60):
        run = subprocess.Popen([*COMMAND, source, out], stderr=subprocess.DEVNULL)
        _until(_has_more_than, rows, journal)
        workers = _children(run.pid)
        run.kill()
        run.wait()
        assert not out.exists()
        _until(_all_gone, workers)
    done = batch(source, out)
    assert done.returncode == 3
    assert "were scored before" in done.stderr
    assert out.read_bytes() == undisturbed
    assert list(tmp_path.iterdir()) == [out]


def test_killed_while_it_wrote_the_journal(
    source: Path, undisturbed: bytes, batch: Batch, tmp_path: Path
) -> None:
    """Whatever is the last byte that reached the disk."""
    kept = _half_done(source, tmp_path)
    whole = kept.read_bytes()
    second = whole.index(b"\n", whole.index(b"\n") + 1)
    for end in (1, second + 30, len(whole) - 1):
        out = tmp_path / f"scores{end}.csv"
        out.with_name(f"{out.name}.journal").write_bytes(whole[:end])
        assert batch(source, out).returncode == 3
        assert out.read_bytes() == undisturbed


@needs_proc
def test_a_worker_that_is_killed_costs_nothing(
    source: Path, undisturbed: bytes, tmp_path: Path
) -> None:
    out, journal = tmp_path / "scores.csv", tmp_path / "scores.csv.journal"
    run = subprocess.Popen([*COMMAND, source, out], stderr=subprocess.DEVNULL)
    _until(_has_more_than, 10, journal)
    os.kill(_children(run.pid)[0], signal.SIGKILL)
    assert run.wait(WAIT) == 3
    assert out.read_bytes() == undisturbed


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell's background command ignores SIGINT, and so would all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupted_it_leaves_only_what_it_goes_on_from(
    source: Path, undisturbed: bytes, batch: Batch, tmp_path: Path
) -> None:
    out, journal = tmp_path / "scores.csv", tmp_path / "scores.csv.journal"
    run = subprocess.Popen([*COMMAND, source, out], stderr=subprocess.PIPE, text=True)
    _until(_has_more_than, 10, journal)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=WAIT)
    assert (run.returncode, said) == (130, "essay-scorer: interrupted\n")
    assert list(tmp_path.iterdir()) == [journal]
    assert batch(source, out).returncode == 3
    assert out.read_bytes() == undisturbed


def _half_done(source: Path, folder: Path) -> Path:
    """Return the journal of a run that was killed in its middle."""
    out, journal = folder / "half.csv", folder / "half.csv.journal"
    run = subprocess.Popen([*COMMAND, source, out], stderr=subprocess.DEVNULL)
    _until(_has_more_than, COUNT // 2, journal)
    run.kill()
    run.wait()
    return journal


def test_the_journal_holds_no_essay(source: Path, tmp_path: Path) -> None:
    kept = _half_done(source, tmp_path).read_text()
    assert "library" not in kept
    assert kept.count("\n") > COUNT // 2


def test_a_changed_input_is_scored_anew_from_where_it_changed(batch: Batch, tmp_path: Path) -> None:
    rows = make_essays(COUNT)
    source = write_csv(tmp_path / "essays.csv", rows)
    journal = _half_done(source, tmp_path)
    rows[20]["text"] = "Another essay stands here now."
    write_csv(source, rows)
    fresh, out = tmp_path / "fresh.csv", tmp_path / "half.csv"
    batch(source, fresh)
    done = batch(source, out)
    assert "20 were scored before" in done.stderr
    assert out.read_bytes() == fresh.read_bytes()
    assert not journal.exists()


def test_another_models_journal_is_not_gone_on_with(
    source: Path, undisturbed: bytes, batch: Batch, shipped: Path, tmp_path: Path
) -> None:
    journal = _half_done(source, tmp_path)
    other = journal.read_text().replace('"bundle": "', '"bundle": "0')
    journal.write_text(other)
    done = batch(source, tmp_path / "half.csv")
    assert "another model or version" in done.stderr
    assert "were scored before" not in done.stderr
    assert (tmp_path / "half.csv").read_bytes() == undisturbed


def test_an_input_that_changes_under_it_gives_nothing(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "essays.csv", make_essays(COUNT))
    out = tmp_path / "scores.csv"
    run = subprocess.Popen([*COMMAND, source, out], stderr=subprocess.PIPE, text=True)
    _until(_has_more_than, 10, tmp_path / "scores.csv.journal")
    with source.open("a") as file:
        file.write("E999,One more essay came in while the others were scored.,5b\n")
    _, said = run.communicate(timeout=WAIT)
    assert run.returncode == 1
    assert said.count("\n") == 1
    assert "essays.csv changed while it was read; run this again" in said
    assert not out.exists()
    done = subprocess.run([*COMMAND, source, out], capture_output=True, text=True, check=True)
    assert f"scored   {COUNT + 1} of {COUNT + 1}" in done.stderr


def test_two_runs_do_not_write_one_output(source: Path, batch: Batch, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    first = subprocess.Popen([*COMMAND, source, out], stderr=subprocess.DEVNULL)
    _until(_has_more_than, 2, tmp_path / "scores.csv.journal")
    first.send_signal(signal.SIGSTOP)  # it would be done before the second one has begun
    second = batch(source, out)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert "Another run is writing" in second.stderr
    assert first.wait(WAIT) == 3


POISON = [
    b'{"id": 0, "text": "The town should keep its library."}',
    b'{"id": 1}',
    b'{"id": 2, "text": null}',
    b'{"id": 3, "text": 4}',
    b'{"id": 4, "text": " \\u0000 "}',
    b'{"id": 5, "text": "\xff\xfe"}',
    b'{"id": 6, "text": "half',
    b"[7]",
    b'{"id": 8, "text": "' + b"a " * (200 * 1024) + b'"}',
    b'{"id": 9, "text": "' + b"a" * (5 * 1024 * 1024) + b'"}',
    b"[" * 100_000,
    b'{"id": 11, "text": "Half a pair: \\ud83d stays."}',
    b'{"id": 12, "text": "Therefore the council ought to pay."}',
]
CODES = [
    None, "missing_text", "text_not_a_string", "text_not_a_string", "text_without_words",
    "invalid_encoding", "invalid_json", "not_an_object", "too_large", "too_large", "invalid_json",
    None, None,
]  # fmt: skip


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_poison_row_costs_only_itself(kind: str, batch: Batch, tmp_path: Path) -> None:
    source, out = tmp_path / "essays.jsonl", tmp_path / f"scores.{kind}"
    source.write_bytes(b"\n".join(POISON))
    done = batch(source, out)
    assert done.returncode == 3
    if kind == "parquet":
        errors = parquet.read_table(out)["error"].to_pylist()
    elif kind == "csv":
        errors = [row["error"] or None for row in read_csv(out)]
    else:
        errors = [row.get("error") for row in read_jsonl(out)]
    assert errors == CODES
    assert f"failed   {len(POISON) - CODES.count(None)}" in done.stderr


def test_a_bad_line_of_csv_costs_only_itself(batch: Batch, tmp_path: Path) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    source.write_bytes(
        b"id,text,class\n"
        b"0,The town should keep its library.,5b\n"
        b"1,too few\n"
        b"2,too many,5b,surplus\n"
        b"3,caf\xe9 society,5b\n"
        b"\n"
        b'4,"' + b"long " * 60_000 + b'",5b\n'
        b'5,"' + b"longer " * 800_000 + b'",5b\n'
        b'6,"The last one, on two\nlines.",5b\n'
    )
    assert batch(source, out).returncode == 3
    rows = read_csv(out)
    assert [row["error"] for row in rows] == [
        "", "wrong_fields", "wrong_fields", "invalid_encoding", "too_large", "too_large", "",
    ]  # fmt: skip
    assert rows[3]["text"] == "caf\N{REPLACEMENT CHARACTER} society"
    assert rows[6]["text"] == "The last one, on two\nlines."


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("nowhere/scores.csv", "cannot be written: No such file or directory."),
        (".", "is a folder; give a file's name."),
        ("essays.csv", "is the input; give the output another name."),
    ],
)
def test_an_output_that_cannot_be_is_one_sentence(
    out: str, sentence: str, batch: Batch, tmp_path: Path
) -> None:
    source = write_csv(tmp_path / "essays.csv", make_essays(3))
    before = source.read_bytes()
    done = batch(source, tmp_path / out)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("nowhere.csv", None, "cannot be read: No such file"),
        ("essays.txt", b"text\nx\n", "name its --format"),
        ("essays.csv", b"", "has no header line"),
        ("essays.jsonl", b"\n", "holds no row"),
        ("essays.parquet", b"PAR1 not quite", "cannot be read as Parquet"),
    ],
)
def test_an_input_that_cannot_be_read_is_one_sentence(
    name: str, content: bytes | None, sentence: str, batch: Batch, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = batch(tmp_path / name, tmp_path / "scores.csv")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert sentence in done.stderr
    assert not (tmp_path / "scores.csv").exists()


def test_a_full_disk_leaves_nothing_half_written(
    source: Path, undisturbed: bytes, batch: Batch, tmp_path: Path
) -> None:
    """A limit on the size of files stands for it: writing fails in the middle."""
    out = tmp_path / "scores.csv"
    limited = f"ulimit -f 16; exec {' '.join(COMMAND)} {source} {out}"  # 16 KiB
    done = subprocess.run(
        ["bash", "-c", limited], capture_output=True, text=True, check=False, timeout=WAIT
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be written: File too large." in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv.journal"]
    assert batch(source, out).returncode == 3
    assert out.read_bytes() == undisturbed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the full device is Linux's")
def test_a_full_disk_is_one_sentence(source: Path, batch: Batch) -> None:
    done = batch(source, "/dev/full", "--format", "csv")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "The disk is full; make room" in done.stderr


def test_a_device_is_written_to_and_not_replaced(source: Path, batch: Batch) -> None:
    assert batch(source, "/dev/null", "--format", "csv").returncode == 3
    assert not Path("/dev/null").is_file()


def test_a_link_stays_a_link(
    source: Path, undisturbed: bytes, batch: Batch, tmp_path: Path
) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    assert batch(source, link).returncode == 3
    assert link.is_symlink()
    assert real.read_bytes() == undisturbed
