"""Write the folder of a bundle."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from essay_scorer.model.bundle import shipped_bundle
from essay_scorer.model.files import LANGUAGES, OPTIONAL_FILES, REQUIRED_FILES
from essay_scorer.model.manifest import FileRecord


@contextmanager
def new_bundle_folder(final: Path) -> Iterator[Path]:
    """Yield a folder to write a bundle to; it gets its final name when the block succeeds.

    It replaces a bundle of that name. If the block fails, that bundle stays, and the new folder
    is removed.
    """
    part = final.with_name(final.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        yield part
        shutil.rmtree(final, ignore_errors=True)
        part.rename(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def copy_language_model(folder: Path) -> None:
    """Copy the shipped bundle's language model to a new bundle; without it, do nothing.

    A bundle without a language model flags no text as ``not_english``.
    """
    source = shipped_bundle() / LANGUAGES
    if source.is_file():
        shutil.copyfile(source, folder / LANGUAGES)


def record_files(folder: Path) -> dict[str, FileRecord]:
    """Return size and hash of every file of a bundle but the manifest, by name."""
    names = sorted(REQUIRED_FILES | OPTIONAL_FILES)
    return {name: FileRecord.measure(folder / name) for name in names if (folder / name).is_file()}
