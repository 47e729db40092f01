"""A copy of the shipped bundle that tests may spoil."""

import os
import shutil
from pathlib import Path

import pytest

from essay_scorer.model.files import WEIGHTS


@pytest.fixture
def sparse_copy(shipped: Path, tmp_path: Path) -> Path:
    """A bundle that loads; its weights are a sparse file."""
    folder = tmp_path / "bundle"
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns(WEIGHTS))
    (folder / WEIGHTS).touch()
    os.truncate(folder / WEIGHTS, (shipped / WEIGHTS).stat().st_size)
    return folder
