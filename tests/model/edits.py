"""Edit a bundle, and load it to see how it is rejected."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from essay_scorer import BundleError, Scorer
from essay_scorer.model.files import MANIFEST

Edit = Callable[[dict[str, Any]], Any]


def edit_manifest(folder: Path, edit: Edit) -> None:
    """Change the manifest."""
    table = json.loads((folder / MANIFEST).read_bytes())
    edit(table)
    (folder / MANIFEST).write_text(json.dumps(table))


def record_file(folder: Path, name: str) -> None:
    """Update the manifest's record of a file."""
    size = (folder / name).stat().st_size
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest() if size < 1e7 else ""
    edit_manifest(
        folder, lambda table: table["files"].update({name: {"size": size, "sha256": digest}})
    )


def rejection(folder: Path, kind: type[BundleError]) -> str:
    """Return the message of the error with which a bundle is rejected."""
    with pytest.raises(kind) as caught:
        Scorer.load(folder, threads=1)
    message = str(caught.value)
    assert message.count("\n") == 0
    assert message.endswith(".")
    return message
