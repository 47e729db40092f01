"""The parts of an office program's ZIP archive, by name and within a budget of memory."""

import io
import zipfile
from dataclasses import dataclass

from essay_scorer.documents.problems import DAMAGED, OVERSIZED, PASSWORD, UNSUPPORTED, Refused
from essay_scorer.documents.zip_errors import ENTRY_ERRORS, OPEN_ERRORS

# What one document may unpack. An essay's text takes a tenth of it; pictures are not unpacked.
MAX_UNPACKED_BYTES = 8 * 1024 * 1024
MAX_PARTS = 10_000

_IS_ENCRYPTED = 1  # a flag


@dataclass(slots=True)
class Budget:
    """How many bytes may still be unpacked."""

    bytes: int = MAX_UNPACKED_BYTES


class OfficeArchive:
    """An archive in memory. Parts are named without regard to case."""

    def __init__(self, data: bytes, budget: Budget | None = None) -> None:
        """Read the directory.

        Args:
            data: the archive.
            budget: shared by nested archives.

        Raises:
            Refused: it is damaged, or has more parts than any document.
        """
        self._budget = budget or Budget()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*OPEN_ERRORS, OSError) as error:
            raise Refused(DAMAGED) from error
        entries = self._zip.infolist()
        if len(entries) > MAX_PARTS:
            raise Refused(OVERSIZED)
        self._entries = {_normalize(entry.filename): entry for entry in entries}

    def names(self) -> list[str]:
        """Return the names of all parts, in lower case."""
        return list(self._entries)

    def nested(self, data: bytes) -> "OfficeArchive":
        """Return an archive that is a part of this one."""
        return OfficeArchive(data, self._budget)

    def read(self, name: str) -> bytes | None:
        """Return a part; None if there is none of this name.

        Raises:
            Refused: it is encrypted, damaged, or larger than the budget.
        """
        entry = self._entries.get(_normalize(name))
        if entry is None:
            return None
        if entry.flag_bits & _IS_ENCRYPTED:
            raise Refused(PASSWORD)
        self._budget.bytes -= entry.file_size
        if self._budget.bytes < 0:
            raise Refused(OVERSIZED)
        try:
            with self._zip.open(entry) as part:
                return part.read(entry.file_size)
        except NotImplementedError as error:
            raise Refused(UNSUPPORTED) from error
        except ENTRY_ERRORS as error:
            raise Refused(DAMAGED) from error


def _normalize(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
