"""Find a bundle, and check its files against its manifest.

    bundle.json         the manifest
    tokenizer.json      splits a text into windows of tokens
    model.onnx          encoder, pooling and head in one graph
    model.onnx.data     its weights
    README.md           the model card
    cleaning.json       word lists for text cleaning; optional
    gibberish.npy       weights of the gibberish detector; optional
    topics.npy          topic vectors of the vocabulary; optional
    adaptation.npy      typical essays, from which a profile is learned; optional
    languages.ftz       fastText's language model; optional

The manifest records the size and the hash of every other file. Loading a bundle checks the
sizes, which is instant and detects truncated copies; ``verify_bundle`` also checks the hashes,
which detects any change.
"""

import os
from pathlib import Path

from essay_scorer.contract import BUNDLE_VARIABLE
from essay_scorer.errors import BundleAltered, BundleMissing
from essay_scorer.model.files import MAX_FILE_BYTES, WEIGHTS, check_readable, plain_file_size
from essay_scorer.model.manifest import FileRecord, Manifest


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Check that every file exists, is a regular file, and has the recorded size.

    Raises:
        BundleError: one is missing, altered or invalid; the message names it.
    """
    for name, record in manifest.files.items():
        path = folder / name
        try:
            size = plain_file_size(path)
        except OSError as error:
            raise BundleMissing(f"{path} is missing; copy the bundle again.") from error
        if size != record.size:
            raise BundleAltered(
                f"{path} has {size} bytes instead of {record.size}; copy the bundle again."
            )
        if name != WEIGHTS:
            check_readable(path, size, MAX_FILE_BYTES)


def verify_bundle(folder: Path) -> Manifest:
    """Check every byte of a bundle against its manifest, and return the manifest.

    Raises:
        BundleError: a file is missing, altered or invalid; the message names it.
    """
    manifest = Manifest.read(folder)
    check_sizes(folder, manifest)
    for name, record in manifest.files.items():
        if FileRecord.measure(folder / name) != record:
            raise BundleAltered(
                f"{folder / name} differs from the file that was shipped; copy the bundle again."
            )
    return manifest


def default_bundle() -> Path:
    """Return the folder of the bundle that is loaded by default.

    That is the one in the environment variable ``ESSAY_SCORER_BUNDLE``, else the shipped one.
    """
    named = os.environ.get(BUNDLE_VARIABLE)
    return Path(named) if named else shipped_bundle()


def shipped_bundle() -> Path:
    """Return the folder of the shipped bundle, in the installed package or in this repository."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parents[1] / "models" / "default"
