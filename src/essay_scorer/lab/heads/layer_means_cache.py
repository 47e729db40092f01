"""A cache of layer means on disk, so that an interrupted run resumes where it stopped.

layer_means.npy     one row per text; NaN where it is not computed yet
layer_means.json    the encoder's fingerprint, and the hash of each row's text
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from essay_scorer.errors import FileError
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.progress import report_steps

LAYER_MEANS_FILE = "layer_means.npy"

Table = npt.NDArray[np.float32]


def cached_layer_means(clean: Sequence[str], encoder: FrozenEncoder, folder: Path) -> Table:
    """Return the layer means of normalized texts, and compute only those not in the cache.

    The cached rows are found by their text, so essays may be added and removed.

    Args:
        clean: the texts.
        encoder: computes the missing rows.
        folder: of the cache; each row is stored as soon as it is computed.

    Returns:
        One row per text, (texts, layer_means_width).

    Raises:
        FileError: the cache cannot be used, or belongs to another encoder.
    """
    table = _open_table(folder / LAYER_MEANS_FILE, encoder, [_hash(text) for text in clean])
    missing = np.flatnonzero(np.isnan(table[:, 0])).tolist()
    cached = len(clean) - len(missing)
    with report_steps("reading", len(clean), done=cached) as report:
        for done, row in enumerate(missing, cached + 1):
            table[row] = encoder.layer_means(clean[row])
            report(done)
    return np.array(table)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _open_table(path: Path, encoder: FrozenEncoder, hashes: list[str]) -> np.memmap[Any, Any]:
    """Open the table of these texts; changes to it are written to the file."""
    index_path, fingerprint = path.with_suffix(".json"), encoder.fingerprint
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        index = _read_index(index_path, fingerprint)
        if index["encoder"] != fingerprint:
            raise FileError(f"{path} belongs to another encoder; give another --out.")
        if index["texts"] != hashes:
            np.save(path, _rearrange(path, index["texts"], hashes, encoder.layer_means_width))
            index_path.write_text(json.dumps({"encoder": fingerprint, "texts": hashes}), "utf-8")
        return np.load(path, mmap_mode="r+")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(
            f"{path} cannot be used. Is the disk full? If not, remove the file."
        ) from error


def _read_index(path: Path, fingerprint: str) -> dict[str, Any]:
    if path.is_file():
        return json.loads(path.read_bytes())
    return {"encoder": fingerprint, "texts": []}


def _rearrange(path: Path, before: list[str], hashes: list[str], width: int) -> Table:
    """Return a table of other texts, with the rows that are already computed."""
    known = dict(zip(before, np.load(path) if before else (), strict=True))
    table = np.full((len(hashes), width), np.nan, np.float32)
    for row, text_hash in enumerate(hashes):
        table[row] = known.get(text_hash, np.nan)
    return table
