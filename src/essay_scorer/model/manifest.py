"""A bundle: the folder that a scorer is loaded from, and the promises it makes.

    bundle.json         the manifest that this module reads
    tokenizer.json      how a text is cut into windows
    model.onnx          encoder, pooling and head in one graph
    model.onnx.data     its weights, which the runtime maps into memory
    README.md           the model card
    cleaning.json       words to clean the text with; only where the recipe does so
    sense.npy           what tells sense from nonsense; only where it was learned

The manifest names every other file with its size and its hash.  Loading checks
the sizes, which is instant and finds a truncated copy; ``verify`` checks the
hashes too, which finds any change.

A bundle may come from anybody, so nothing in it is executed, none of its files may be
a link to another place, and only the weights may be large.
"""

import json
import math
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, get_type_hints

from .errors import BundleAltered, BundleForeign, BundleMissing
from .features import NAMES
from .flags import Thresholds
from .observations import Range
from .review import Doubt
from .scale import Band, Calibration, Scale

FORMAT = 2
MANIFEST, TOKENIZER, GRAPH, WEIGHTS, CARD, CLEANING, SENSE = (
    "bundle.json",
    "tokenizer.json",
    "model.onnx",
    "model.onnx.data",
    "README.md",
    "cleaning.json",
    "sense.npy",
)
LARGEST_MANIFEST = 4 * 1024 * 1024  # bytes
LARGEST_FILE = 64 * 1024 * 1024  # of any file but the weights, which nobody reads whole
FILES = frozenset({TOKENIZER, GRAPH, WEIGHTS, CARD})
MAY_HAVE = frozenset({CLEANING, SENSE})
VARIABLE = "ESSAY_SCORER_BUNDLE"


@dataclass(frozen=True, kw_only=True)
class Model:
    """Which model gave a score."""

    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """What a file of the bundle must be: bytes, and their SHA-256 in hexadecimal."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Measure a file."""
        import hashlib  # here, because it loads OpenSSL, which no score needs

        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(size=path.stat().st_size, sha256=digest)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What ``bundle.json`` says, typed."""

    model: Model
    recipe: str
    encoder: str
    vector: int  # numbers in the encoder's vector of a token
    licence: str
    credit: str  # whose essays taught the model
    scale: Scale
    calibration: Calibration
    doubt: Doubt
    thresholds: Thresholds
    usual: Mapping[int, Mapping[str, Range]]  # by score and measure of ``observations``
    metrics: Mapping[str, Any]
    files: Mapping[str, FileRecord]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read and check the manifest of a bundle.

        Raises:
            BundleMissing: there is no such folder or no manifest in it.
            BundleForeign: the manifest is not one of this format.
        """
        path = folder / MANIFEST
        try:
            _check_readable(path, _size(path), LARGEST_MANIFEST)
            table = json.loads(path.read_bytes())
        except OSError as error:
            raise BundleMissing(
                f"{path} cannot be read; give a folder that holds a bundle."
            ) from error
        except (ValueError, RecursionError) as error:
            raise BundleForeign(f"{path} is not JSON; copy the bundle again.") from error
        if not isinstance(table, dict) or table.get("format") != FORMAT:
            raise BundleForeign(
                f"{path} is not of bundle format {FORMAT}; use the version that made it."
            )
        try:
            return cls._from_table(table)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise BundleForeign(f"{path} lacks something; copy the bundle again.") from error

    @classmethod
    def _from_table(cls, table: dict[str, Any]) -> Self:
        scale = Scale(min=int(table["scale"]["min"]), max=int(table["scale"]["max"]))
        files = {name: FileRecord(**record) for name, record in table["files"].items()}
        if scale.min >= scale.max or files.keys() - MAY_HAVE != FILES:
            raise ValueError
        return cls(
            model=Model(name=str(table["name"]), version=str(table["version"])),
            recipe=str(table["recipe"]),
            encoder=str(table["encoder"]),
            vector=int(table["vector"]),
            licence=str(table["licence"]),
            credit=str(table["credit"]),
            scale=scale,
            calibration=_calibration(table["calibration"], scale),
            doubt=_doubt(table["doubt"]),
            thresholds=_thresholds(table["thresholds"]),
            usual={
                int(score): {code: _range(pair) for code, pair in row.items()}
                for score, row in table["usual"].items()
            },
            metrics=dict(table["metrics"]),
            files=files,
        )

    def to_table(self) -> dict[str, Any]:
        """Return what ``bundle.json`` holds; ``read`` gives an equal manifest back."""
        return {
            "format": FORMAT,
            "name": self.model.name,
            "version": self.model.version,
            "recipe": self.recipe,
            "encoder": self.encoder,
            "vector": self.vector,
            "licence": self.licence,
            "credit": self.credit,
            "scale": vars(self.scale),
            "calibration": {
                **vars(self.calibration),
                "bands": [[band.low, band.high] for band in self.calibration.bands],
            },
            "doubt": {name: list(row) for name, row in vars(self.doubt).items()},
            "thresholds": vars(self.thresholds),
            "usual": {
                str(score): {code: [pair.low, pair.high] for code, pair in row.items()}
                for score, row in self.usual.items()
            },
            "metrics": dict(self.metrics),
            "files": {name: vars(record) for name, record in self.files.items()},
        }

    def write(self, folder: Path) -> None:
        """Write the manifest into a bundle's folder."""
        text = json.dumps(self.to_table(), indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")


def _calibration(table: Mapping[str, Any], scale: Scale) -> Calibration:
    bands = tuple(Band(low=_number(low), high=_number(high)) for low, high in table["bands"])
    if len(bands) != scale.max - scale.min + 1:
        raise ValueError
    numbers = {name: _number(table[name]) for name in ("slope", "intercept", "coverage")}
    return Calibration(bands=bands, **numbers)


def _doubt(table: Mapping[str, Any]) -> Doubt:
    doubt = Doubt(**{name: tuple(map(_number, row)) for name, row in table.items()})
    steps, figures = len(doubt.raw), len(doubt.weights)
    if not steps or len(doubt.cost) != steps or not doubt.ranks or figures != len(NAMES):
        raise ValueError
    return doubt


def _thresholds(table: Mapping[str, Any]) -> Thresholds:
    kinds = get_type_hints(Thresholds)
    return Thresholds(**{name: kinds[name](_number(value)) for name, value in table.items()})


def _range(pair: Any) -> Range:
    low, high = pair
    return Range(low=_number(low), high=_number(high))


def _number(value: Any) -> float:
    """Return a number with which one can calculate."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _size(path: Path) -> int:
    """Return the size of a plain file.

    A link could lead to a file of this machine's that is none of the bundle's, which then
    would be served as its card; reading a pipe or a device would not end.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise BundleForeign(f"{path} is no plain file; copy the bundle without links.")
    return status.st_size


def _check_readable(path: Path, size: int, largest: int) -> None:
    if size > largest:
        raise BundleForeign(
            f"{path} has {size} bytes, and no bundle's has over {largest}; get another bundle."
        )


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Check that every file is there, is a plain one, and has its size.

    Raises:
        BundleError: one is missing, altered or foreign; the message names it.
    """
    for name, promised in manifest.files.items():
        path = folder / name
        try:
            size = _size(path)
        except OSError as error:
            raise BundleMissing(f"{path} is missing; copy the bundle again.") from error
        if size != promised.size:
            raise BundleAltered(
                f"{path} has {size} bytes instead of {promised.size}; copy the bundle again."
            )
        if name != WEIGHTS:
            _check_readable(path, size, LARGEST_FILE)


def verify(folder: Path) -> Manifest:
    """Check every byte of a bundle against its manifest, and return the manifest."""
    manifest = Manifest.read(folder)
    check_sizes(folder, manifest)
    for name, promised in manifest.files.items():
        if FileRecord.of(folder / name) != promised:
            raise BundleAltered(
                f"{folder / name} differs from the file that was shipped; copy the bundle again."
            )
    return manifest


def default_folder() -> Path:
    """Return the bundle to load where none is named.

    That is the folder in the environment variable ``ESSAY_SCORER_BUNDLE``, else the
    bundle inside the installed package, else the one in this repository.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named)
    here = Path(__file__).resolve().parent
    inside = here / "shipped"
    return inside if inside.is_dir() else here.parents[1] / "models" / "default"
