"""The outcomes of an unfinished run, so that the next run scores only what is missing.

A SQLite database beside the output maps the digest of a request to its outcome. So a row keeps
its outcome when rows before it are inserted, edited or deleted, and no other row can get it.
The database holds no essay.

The outcomes of a worker's message are one transaction, so a killed run keeps them. Commits are
not forced to the disk (``synchronous = OFF``), which would cost several milliseconds each; a
power failure may therefore damage the file. A checksum over each outcome and SQLite's own
integrity check detect damage of any origin, and the rows are scored again.
"""

import errno
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Self

from essay_scorer.errors import FileError, ScorerError
from essay_scorer.serving.outcomes import Outcome, outcome_from_dict, outcome_to_dict
from essay_scorer.tables.atomic import write_errors
from essay_scorer.tables.jsonl import json_line

_DIGEST_BYTES = 16
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS outcomes (id INTEGER PRIMARY KEY, request BLOB NOT NULL UNIQUE, "
    "outcome BLOB NOT NULL, checksum BLOB NOT NULL)",
)
# Errors of opening that do not come from the file's content.
_NO_DAMAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


def request_key(request: object) -> bytes:
    """Return the digest of a request, which equal requests share."""
    return blake2b(json_line(request), digest_size=_DIGEST_BYTES).digest()


class Checkpoint:
    """An open checkpoint, which no other run can open.

    Attributes:
        path: the database.
        discarded: why outcomes of an earlier run were discarded; empty if they were not.
    """

    def __init__(self, path: Path, database: sqlite3.Connection, discarded: str) -> None:
        self.path = path
        self.discarded = discarded
        self._database = database
        self._is_complete = False
        (self._last_id,) = database.execute("SELECT ifnull(max(id), 0) FROM outcomes").fetchone()

    @classmethod
    @contextmanager
    def open(cls, path: Path, identity: Mapping[str, str]) -> Iterator[Self]:
        """Open a checkpoint, or create it. An empty or complete one is removed at the end.

        Args:
            path: the database.
            identity: what the outcomes depend on besides the request. Outcomes of another
                identity are discarded.

        Raises:
            FileError: it cannot be written, or another run has it open.
        """
        with write_errors(path):
            path.open("ab").close()
        with _database_errors(path):
            checkpoint = cls(path, *_open_database(path, identity))
        try:
            yield checkpoint
        finally:
            checkpoint._close()

    def find(self, key: bytes) -> Outcome | None:
        """Return the outcome that an earlier run saved for a request.

        Args:
            key: the request's, from ``request_key``.
        """
        if not self._last_id:
            return None
        with _database_errors(self.path):
            # The casts read damaged types, too.
            row = self._database.execute(
                "SELECT CAST(outcome AS BLOB), CAST(checksum AS BLOB) FROM outcomes "
                "WHERE request = ? AND id <= ?",
                (key, self._last_id),
            ).fetchone()
        if row is None or row[1] != _checksum(key, row[0]):
            return None
        try:
            return outcome_from_dict(json.loads(row[0]))
        except (KeyError, TypeError):  # saved by code with other fields
            return None

    def save(self, outcomes: Iterable[tuple[bytes, Outcome]]) -> None:
        """Save outcomes by the keys of their requests, all of them or none.

        Raises:
            FileError: they cannot be written.
        """
        rows = [_to_row(key, outcome) for key, outcome in outcomes]
        if not rows:
            return
        with _database_errors(self.path), self._database:
            self._database.execute("BEGIN")
            self._database.executemany(
                "INSERT OR REPLACE INTO outcomes (request, outcome, checksum) VALUES (?, ?, ?)",
                rows,
            )

    def complete(self) -> None:
        """Note that the output has every outcome, so that the checkpoint is removed."""
        self._is_complete = True

    def _close(self) -> None:
        is_needed = not self._is_complete and self._has_outcomes()
        self._database.close()
        if not is_needed:
            _remove(self.path)

    def _has_outcomes(self) -> bool:
        with suppress(sqlite3.Error):
            return self._database.execute("SELECT 1 FROM outcomes LIMIT 1").fetchone() is not None
        return True


def _checksum(key: bytes, outcome: bytes) -> bytes:
    return blake2b(outcome, key=key, digest_size=_DIGEST_BYTES).digest()


def _to_row(key: bytes, outcome: Outcome) -> tuple[bytes, bytes, bytes]:
    text = json_line(outcome_to_dict(outcome))
    return key, text, _checksum(key, text)


def _open_database(path: Path, identity: Mapping[str, str]) -> tuple[sqlite3.Connection, str]:
    """Return the database, locked, and why its earlier outcomes were discarded."""
    try:
        return _try_to_open(path, identity)
    except sqlite3.Error as error:
        if _code_of(error) in _NO_DAMAGE:
            raise
    except UnicodeDecodeError:  # SQLite's message quotes the damaged content
        pass
    _remove(path)
    return _try_to_open(path, identity)[0], "is damaged"


def _try_to_open(path: Path, identity: Mapping[str, str]) -> tuple[sqlite3.Connection, str]:
    database = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA synchronous = OFF")
        with database:
            database.execute("BEGIN EXCLUSIVE")
            for statement in _SCHEMA:
                database.execute(statement)
            _check_integrity(database)
            discarded = _adopt_identity(database, identity)
    except BaseException:
        database.close()
        raise
    return database, discarded


def _check_integrity(database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("integrity check failed")


def _adopt_identity(database: sqlite3.Connection, identity: Mapping[str, str]) -> str:
    """Discard outcomes of another identity; return the reason if there was one."""
    found = dict(database.execute("SELECT name, value FROM meta"))
    if found == identity:
        return ""
    database.execute("DELETE FROM outcomes")
    database.execute("DELETE FROM meta")
    database.executemany("INSERT INTO meta VALUES (?, ?)", identity.items())
    return "belongs to another model or version" if found else ""


def _remove(path: Path) -> None:
    """Remove the database, and the rollback journal that a killed run leaves beside it."""
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


@contextmanager
def _database_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error


def _explain(error: sqlite3.Error, path: Path) -> ScorerError | OSError:
    """Return the error that the command line shows."""
    match _code_of(error):
        case sqlite3.SQLITE_BUSY:
            return FileError(f"Another run is writing {path}; wait for it or end it.")
        case sqlite3.SQLITE_FULL:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    return FileError(f"{path} cannot be written: {error}.")


def _code_of(error: sqlite3.Error) -> int:
    """Return SQLite's primary error code; 0 for an error that the module itself raised."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
