"""What a report was made from: the file, the bundle, the profile, the program and its command."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from essay_scorer import __version__
from essay_scorer.errors import FileError
from essay_scorer.lab.data.layouts import Layout
from essay_scorer.model.bundle import default_bundle, shipped_bundle
from essay_scorer.model.files import MANIFEST
from essay_scorer.model.manifest import Model


@dataclass(frozen=True, kw_only=True)
class FileIdentity:
    """A file, identified by its content.

    Attributes:
        name: without its folder.
        sha256: of its content, in hexadecimal.
    """

    name: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "FileIdentity":
        """Return the identity of a file.

        Raises:
            FileError: it cannot be read.
        """
        try:
            with path.open("rb") as file:
                return cls(name=path.name, sha256=hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise FileError(f"{path} cannot be read: {error.strerror}.") from error


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a report was made from. Paths are reduced to names.

    Attributes:
        data: the file of essays.
        rows: of this file.
        columns: of this file, by what they hold.
        date: of the report, in UTC.
        model: the bundle's name and version.
        bundle: its manifest, which has the hash of each of its files.
        shipped: whether it is the bundle that comes with the program.
        profile: of a teacher, if there is one.
        essay_scorer: the program's version.
        command: the command line.
    """

    data: FileIdentity
    rows: int
    columns: Mapping[str, str]
    date: str
    model: Model
    bundle: FileIdentity
    shipped: bool
    profile: FileIdentity | None
    essay_scorer: str
    command: str

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what is known, as pairs of a name and a value, for people."""
        yield "data", self.data.name
        yield "SHA-256 of the data", self.data.sha256
        yield "rows", f"{self.rows:,}"
        yield "columns", ", ".join(f"{role}: {name}" for role, name in self.columns.items())
        yield "bundle", f"{self.model.name} {self.model.version}"
        yield f"SHA-256 of {self.bundle.name}", self.bundle.sha256
        if self.profile:
            yield "profile", self.profile.name
            yield "SHA-256 of the profile", self.profile.sha256
        yield "date (UTC)", self.date
        yield "essay-scorer", self.essay_scorer
        yield "command", self.command


def find_provenance(
    *,
    data: Path,
    rows: int,
    layout: Layout,
    model: Model,
    bundle: Path | None,
    profile: Path | None,
    command: str,
) -> Provenance:
    """Return the provenance of a report that is made now.

    Args:
        data: the file of essays.
        rows: of this file.
        layout: its columns.
        model: the bundle's.
        bundle: its folder; the default one if None.
        profile: the file of a teacher's profile.
        command: the command line, with names for paths.

    Raises:
        FileError: a file cannot be read.
    """
    folder = bundle or default_bundle()
    return Provenance(
        data=FileIdentity.of(data),
        rows=rows,
        columns=layout.columns(),
        date=now().date().isoformat(),
        model=model,
        bundle=FileIdentity.of(folder / MANIFEST),
        shipped=folder.resolve() == shipped_bundle().resolve(),
        profile=FileIdentity.of(profile) if profile else None,
        essay_scorer=__version__,
        command=command,
    )


def now() -> datetime:
    """Return the time; tests pin it."""
    return datetime.now(UTC)
