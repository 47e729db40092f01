"""The manifest ``bundle.json``: everything a bundle states about itself, typed and checked."""

import copy
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, get_type_hints

from essay_scorer.contract import MAX_LEVELS
from essay_scorer.errors import BundleInvalid, BundleMissing
from essay_scorer.model.calibration import Band, Calibration, UncertaintyTable
from essay_scorer.model.files import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    OPTIONAL_FILES,
    REQUIRED_FILES,
    check_readable,
    plain_file_size,
)
from essay_scorer.model.scale import Scale
from essay_scorer.model.thresholds import (
    PART_FEATURES,
    PartRegression,
    Thresholds,
    TypicalRange,
)
from essay_scorer.text.features import FEATURE_NAMES

FORMAT = 3


@dataclass(frozen=True, kw_only=True)
class Model:
    """Which model gave a score.

    Attributes:
        name: its name.
        version: its version.
    """

    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """A file's expected size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str

    @classmethod
    def measure(cls, path: Path) -> Self:
        """Return the record of an existing file."""
        import hashlib  # noqa: PLC0415 - it loads OpenSSL, which scoring does not need

        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(size=path.stat().st_size, sha256=digest)


@dataclass(frozen=True, kw_only=True)
class FurtherData:
    """Essays of another scale that a model was trained on, too.

    Attributes:
        credit: the essays and their authors.
        essays: how many.
        weight: of each in training; those of ``Manifest.credit`` weigh 1.
    """

    credit: str
    essays: int
    weight: float


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The content of ``bundle.json``.

    Attributes:
        model: name and version.
        recipe: the name of the training recipe.
        encoder: what the encoder is, for people.
        hidden_size: of the encoder's token vectors; 0 if unknown.
        license: of the weights.
        credit: the training data and its authors.
        further_data: further training data.
        scale: the raters' scale.
        calibration: from predictions to the scale.
        uncertainty: the expected cost of a score.
        thresholds: of the flags.
        off_topic_part: the regression of the flag ``off_topic_part``, beside ``topics.npy``.
        typical_ranges: by score, then by the code of a measure.
        metrics: agreement with human scores on held-out essays.
        files: every other file of the bundle.
    """

    model: Model
    recipe: str
    encoder: str
    hidden_size: int
    license: str
    credit: str
    scale: Scale
    calibration: Calibration
    uncertainty: UncertaintyTable
    thresholds: Thresholds
    typical_ranges: Mapping[float, Mapping[str, TypicalRange]]
    metrics: Mapping[str, Any]
    files: Mapping[str, FileRecord]
    further_data: tuple[FurtherData, ...] = ()
    off_topic_part: PartRegression | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read and check a bundle's manifest.

        Raises:
            BundleMissing: the folder or its manifest does not exist.
            BundleInvalid: the manifest is not of this format.
        """
        path = folder / MANIFEST
        try:
            check_readable(path, plain_file_size(path), MAX_MANIFEST_BYTES)
            table = json.loads(path.read_bytes())
        except OSError as error:
            raise BundleMissing(
                f"{path} cannot be read; give a folder that contains a bundle."
            ) from error
        except (ValueError, RecursionError) as error:
            raise BundleInvalid(f"{path} is not JSON; copy the bundle again.") from error
        if not isinstance(table, dict) or table.get("format") != FORMAT:
            raise BundleInvalid(
                f"{path} is not of bundle format {FORMAT}; use the version that made it."
            )
        try:
            return cls._from_table(table)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise BundleInvalid(f"{path} is incomplete or malformed; copy it again.") from error

    @classmethod
    def _from_table(cls, table: dict[str, Any]) -> Self:
        scale = _scale(table["scale"])
        files = {name: FileRecord(**record) for name, record in table["files"].items()}
        if scale.min >= scale.max or files.keys() - OPTIONAL_FILES != REQUIRED_FILES:
            raise ValueError
        return cls(
            model=Model(name=str(table["name"]), version=str(table["version"])),
            recipe=str(table["recipe"]),
            encoder=str(table["encoder"]),
            hidden_size=int(table["hidden_size"]),
            license=str(table["license"]),
            credit=str(table["credit"]),
            further_data=tuple(map(_further_data, table.get("further_data", ()))),
            scale=scale,
            calibration=_calibration(table["calibration"], scale),
            uncertainty=_uncertainty(table["uncertainty"]),
            thresholds=_thresholds(table["thresholds"]),
            off_topic_part=_part_regression(table.get("off_topic_part")),
            typical_ranges={
                float(score): {code: _typical_range(pair) for code, pair in row.items()}
                for score, row in table["typical_ranges"].items()
            },
            metrics=dict(table["metrics"]),
            files=files,
        )

    def to_table(self) -> dict[str, Any]:
        """Return the content of ``bundle.json``; ``read`` gives an equal manifest.

        What a bundle does not have is left out.
        """
        further = [dict(vars(data)) for data in self.further_data]
        return {
            "format": FORMAT,
            "name": self.model.name,
            "version": self.model.version,
            "recipe": self.recipe,
            "encoder": self.encoder,
            "hidden_size": self.hidden_size,
            "license": self.license,
            "credit": self.credit,
            **({"further_data": further} if further else {}),
            "scale": self.scale.to_dict(),
            "calibration": _calibration_table(self.calibration),
            "uncertainty": {name: list(row) for name, row in vars(self.uncertainty).items()},
            "thresholds": dict(vars(self.thresholds)),
            **({"off_topic_part": dict(vars(self.off_topic_part))} if self.off_topic_part else {}),
            "typical_ranges": {
                f"{score:g}": {code: [pair.low, pair.high] for code, pair in row.items()}
                for score, row in self.typical_ranges.items()
            },
            "metrics": copy.deepcopy(dict(self.metrics)),
            "files": {name: dict(vars(record)) for name, record in self.files.items()},
        }

    def write(self, folder: Path) -> None:
        """Write ``bundle.json`` into a bundle's folder."""
        text = json.dumps(self.to_table(), indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")


def _scale(table: Mapping[str, Any]) -> Scale:
    low, high, step = (_finite(table.get(name, 1)) for name in ("min", "max", "step"))
    if step <= 0 or not 1 < Scale(min=low, max=high, step=step).levels <= MAX_LEVELS:
        raise ValueError
    return Scale.of_range(low, high, int(step) if step.is_integer() else step)


def _further_data(table: Mapping[str, Any]) -> FurtherData:
    return FurtherData(
        credit=str(table["credit"]), essays=int(table["essays"]), weight=_finite(table["weight"])
    )


def _calibration(table: Mapping[str, Any], scale: Scale) -> Calibration:
    new_prompt_bands = table.get("new_prompt_bands")
    return Calibration(
        slope=_finite(table["slope"]),
        intercept=_finite(table["intercept"]),
        coverage=_finite(table["coverage"]),
        bands=_bands(table["bands"], scale),
        new_prompt_bands=() if new_prompt_bands is None else _bands(new_prompt_bands, scale),
    )


def _bands(rows: Sequence[tuple[float, float]], scale: Scale) -> tuple[Band, ...]:
    bands = tuple(Band(low=_finite(low), high=_finite(high)) for low, high in rows)
    if len(bands) != scale.levels:
        raise ValueError
    return bands


def _calibration_table(calibration: Calibration) -> dict[str, Any]:
    new_prompt_bands = [[band.low, band.high] for band in calibration.new_prompt_bands]
    return {
        "slope": calibration.slope,
        "intercept": calibration.intercept,
        "coverage": calibration.coverage,
        "bands": [[band.low, band.high] for band in calibration.bands],
        **({"new_prompt_bands": new_prompt_bands} if new_prompt_bands else {}),
    }


def _uncertainty(table: Mapping[str, Any]) -> UncertaintyTable:
    found = UncertaintyTable(**{name: tuple(map(_finite, row)) for name, row in table.items()})
    bins, features = len(found.raw_edges), len(found.feature_weights)
    complete = bins and len(found.costs) == bins and found.quantiles
    if not complete or features != len(FEATURE_NAMES):
        raise ValueError
    return found


def _thresholds(table: Mapping[str, Any]) -> Thresholds:
    types = get_type_hints(Thresholds)
    return Thresholds(**{name: types[name](_finite(value)) for name, value in table.items()})


def _part_regression(table: Mapping[str, Any] | None) -> PartRegression | None:
    if table is None:
        return None
    weights = tuple(map(_finite, table["weights"]))
    if len(weights) != len(PART_FEATURES):
        raise ValueError
    return PartRegression(weights=weights, intercept=_finite(table["intercept"]))


def _typical_range(pair: Any) -> TypicalRange:
    low, high = pair
    return TypicalRange(low=_finite(low), high=_finite(high))


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number
