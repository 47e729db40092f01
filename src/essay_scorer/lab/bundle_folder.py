"""Write the folder of a bundle."""

import shutil
from pathlib import Path

from essay_scorer.model.bundle import shipped_bundle
from essay_scorer.model.files import LANGUAGES, OPTIONAL_FILES, REQUIRED_FILES
from essay_scorer.model.manifest import FileRecord


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
