"""What was scored already: a file beside the output, from which a run that was killed goes on.

The first line says by which model.  Then each row has a line, in the input's order: a
digest of what was asked, and the answer.  An answer holds for a row as long as the digests
agree, so a journal can never give one essay another's score, whatever became of the input.
It holds no essay.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO, Self

from essay_scorer.errors import FileError
from essay_scorer.tables.rows import Answer
from essay_scorer.tables.writers import json_line, writing

if sys.platform != "win32":
    import fcntl


def digest(request: object) -> str:
    """Return what two requests share if and only if they are the same."""
    return blake2b(json_line(request), digest_size=16).hexdigest()


class Journal:
    """Reads what is there, and then writes on behind it."""

    def __init__(self, path: Path, known: BinaryIO, more: FileIO, identity: object) -> None:
        self.path, self._known, self._more = path, known, more
        self._next: tuple[str, Answer] | None = None
        found = self._line()
        self.outdated = found not in (None, [identity])  # it is another model's
        if found == [identity]:
            self._header = self._known.tell()
            self._advance()
        else:
            self._cut(0)
            self._write([[identity]])
            self._header = self._more.tell()

    @classmethod
    @contextmanager
    def at(cls, path: Path, identity: object) -> Iterator[Self]:
        """Open a journal; another one is begun where it is of another model.

        Raises:
            FileError: it cannot be written, or another run writes it.
        """
        with writing(str(path)):
            more = path.open("ab", buffering=0)
        with more, path.open("rb") as known:
            _lock(more, path)
            journal = cls(path, known, more, identity)
            try:
                yield journal
            finally:
                journal.leave()

    def take(self, asked: str) -> Answer | None:
        """Return the next answer, if it is one to this digest; else it and all behind it go."""
        if self._next is None:
            return None
        digest_of, answer = self._next
        if digest_of != asked:
            self._cut(self._begun)
            return None
        self._advance()
        return answer

    def append(self, entries: Iterable[tuple[str, Answer]]) -> None:
        """Write answers down, before anything is done with them."""
        self._write(entries)

    def remove(self) -> None:
        """Take it away: the output holds all of it."""
        self.path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Let it lie, unless it holds no answer."""
        if self._more.seek(0, os.SEEK_END) <= self._header:
            self.remove()

    def _advance(self) -> None:
        self._begun = self._known.tell()
        match self._line():
            case [str(digest_of), dict(answer)]:
                self._next = digest_of, answer
            case _:  # the end, or half a line: the run was killed while it wrote
                self._cut(self._begun)

    def _line(self) -> Any:
        line = self._known.readline()
        try:
            return json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            return None

    def _cut(self, at: int) -> None:
        """Forget what stands behind; what follows is only written from here on."""
        self._next = None
        self._more.truncate(at)

    def _write(self, lines: Iterable[object]) -> None:
        rest = b"".join(json_line(line) for line in lines)
        with writing(str(self.path)):
            while rest:
                rest = rest[self._more.write(rest) :]


def _lock(file: FileIO, path: Path) -> None:
    """Keep a second run away; the lock goes with the process, however that ends."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FileError(f"Another run is writing {path}; wait for it or end it.") from error
