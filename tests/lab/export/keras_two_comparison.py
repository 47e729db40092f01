"""Compare heads that ``keras_two_reference`` saved with what ``read_head`` makes of them.

Prints a line for each head that differs, or that is not read or refused as it should be; the exit
status is then 1. ``essay-scorer export`` compares the graph with such a head itself.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import essay_scorer.lab  # noqa: F401 - chooses Keras' backend
from essay_scorer.errors import FileError
from essay_scorer.lab.export.keras_head import read_head

TOLERANCE = 1e-5  # of a prediction up to 1, and relative above
# Their weights have other places in ``.keras``; the message asks for ``.h5``.
ONLY_HDF5 = {"bidirectional_rnn", "multi_head_attention"}


def compare(path: Path, expected: dict[str, Any]) -> str:
    """Return what is wrong with a head, or nothing."""
    refused = path.name.startswith("refused") or (
        path.suffix == ".keras" and path.stem in ONLY_HDF5
    )
    try:
        head = read_head(path)
    except FileError as error:
        return "" if refused and "it is damaged" not in str(error) else str(error)
    if refused:
        return f"{path} is read, but must be refused."
    vectors, wanted = (np.array(expected[key]) for key in ("vectors", "predictions"))
    found = head(vectors.astype(np.float32), training=False).detach().numpy().ravel()
    difference = float(np.max(np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted))))
    return "" if difference <= TOLERANCE else f"{path} differs from Keras 2 by {difference:.2g}."


def main(folder: Path) -> int:
    """Compare every head of a folder, and return the exit status."""
    expected = json.loads((folder / "expected.json").read_bytes())
    paths = [folder / f"{name}{suffix}" for name in expected for suffix in (".h5", ".keras")]
    wrong = [line for path in paths if (line := compare(path, expected[path.stem]))]
    lines = [*wrong, f"{len(paths) - len(wrong)} of {len(paths)} files are as in Keras 2"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
