"""Open a file that Keras saved: its version, its configuration and where its weights are.

``.h5``      the configuration is an attribute; the weights are in a group for each layer's name
``.keras``   a zip archive; the weights are in an HDF5 file, by the kind and number of the layers
"""

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

_SAVE_WHOLE = "build the model in code, load the weights, and save it with model.save()"
_SAVED_MODEL = "load it in TensorFlow with Keras 2, and save it as .h5"


class HeadRefused(Exception):
    """The reason why a head cannot be read; ``read_head`` adds the name of the file."""


@dataclass(frozen=True, kw_only=True)
class HeadFile:
    """A head as Keras saved it.

    Attributes:
        version: Keras' own, such as ``2.15.0``.
        config: the model's configuration, with ``class_name`` and ``config``.
        weights: the group that has the weights.
        named: whether the weights are by the layers' names, as in ``.h5``.
    """

    version: str
    config: dict[str, Any]
    weights: h5py.Group
    named: bool

    @property
    def major(self) -> int:
        """Keras' major version; multi-backend Keras and TensorFlow's count alike."""
        major = self.version.partition(".")[0]
        return int(major) if major.isdecimal() else 0


@contextmanager
def open_head_file(path: Path) -> Iterator[HeadFile]:
    """Open a file of Keras.

    Raises:
        HeadRefused: it is none, or has no layers.
        OSError, ValueError, KeyError: it is damaged.
    """
    if path.is_dir():
        saved = (path / "saved_model.pb").exists()
        kind = f"a SavedModel folder; {_SAVED_MODEL}" if saved else "a folder, not a file"
        raise HeadRefused(f"it is {kind}")
    if not path.is_file():
        raise HeadRefused("there is no such file")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield _open_archive(archive)
    elif h5py.is_hdf5(path):
        with h5py.File(path) as file:
            yield _open_hdf5(file)
    else:
        raise HeadRefused("it is neither an .h5 nor a .keras file")


def _open_archive(archive: zipfile.ZipFile) -> HeadFile:
    names = archive.namelist()
    if "config.json" not in names or "model.weights.h5" not in names:
        raise HeadRefused("it is a zip archive without Keras' config.json and model.weights.h5")
    return HeadFile(
        version=str(json.loads(archive.read("metadata.json"))["keras_version"]),
        config=json.loads(archive.read("config.json")),
        weights=h5py.File(io.BytesIO(archive.read("model.weights.h5"))),
        named=False,
    )


def _open_hdf5(file: h5py.File) -> HeadFile:
    if "model_config" not in file.attrs:
        # Of ``save_weights``, in the older and in the newer format.
        if "layer_names" in file.attrs or {"layers", "_layer_checkpoint_dependencies"} & set(file):
            raise HeadRefused(f"it has the weights alone, without the layers; {_SAVE_WHOLE}")
        raise HeadRefused("it is an HDF5 file without a model of Keras")
    return HeadFile(
        version=_text(file.attrs.get("keras_version", "")),
        config=json.loads(_text(file.attrs["model_config"])),
        weights=file["model_weights"],
        named=True,
    )


def _text(value: str | bytes) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def saved_names(group: h5py.Group, attribute: str) -> list[str]:
    """Return an attribute that lists names; Keras splits a long list into several attributes."""
    if attribute in group.attrs:
        return [_text(name) for name in group.attrs[attribute]]
    chunks = (f"{attribute}{number}" for number in itertools.count())
    present = itertools.takewhile(group.attrs.__contains__, chunks)
    return [_text(name) for chunk in present for name in group.attrs[chunk]]


def dataset(group: h5py.Group, path: str) -> h5py.Dataset:
    """Return a dataset of this file; a link to another file is not followed.

    Raises:
        HeadRefused: there is none.
    """
    for part in Path(path).parts:
        if not isinstance(group, h5py.Group) or not isinstance(
            group.get(part, getlink=True), h5py.HardLink
        ):
            raise HeadRefused(f"it lacks the weights {path}")
        group = group[part]
    if not isinstance(group, h5py.Dataset) or group.external or group.is_virtual:
        raise HeadRefused(f"its weights {path} are not in the file itself")
    return group
