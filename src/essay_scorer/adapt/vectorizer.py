"""Make the vectors of a bundle's readings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from essay_scorer.adapt.class_space import Vector
from essay_scorer.adapt.essay_vector import (
    FORMAT,
    BundleId,
    EssayVector,
    TypicalEssays,
    encode_floats,
    encode_values,
)
from essay_scorer.errors import BundleInvalid
from essay_scorer.model.files import ADAPTATION, CLEANING, GRAPH, TOKENIZER, WEIGHTS
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader, Reading


@dataclass(frozen=True, kw_only=True, eq=False)
class Vectorizer:
    """Makes the vectors of essays from readings of one bundle.

    Attributes:
        manifest: of the bundle.
        bundle: what identifies the vectors.
        typical: of the bundle.
        prior: as every vector has it.
    """

    manifest: Manifest
    bundle: BundleId
    typical: TypicalEssays
    prior: str

    @classmethod
    def load(cls, folder: Path | None, manifest: Manifest, reader: Reader) -> Self:
        """Read what a bundle knows of typical essays.

        Raises:
            BundleInvalid: the bundle does not have it, or it does not fit the graph.
        """
        model, path = manifest.model, folder / ADAPTATION if folder else None
        if path is None or not path.is_file():
            raise BundleInvalid(
                f"The bundle {model.name} {model.version} has no {ADAPTATION}, so no profile can "
                "be learned or used with it; train the bundle with this version."
            )
        typical = TypicalEssays.load(path)
        if typical.layer_means > reader.layer_means_width:
            raise BundleInvalid(f"{path} does not fit {GRAPH}; copy the bundle again.")
        return cls(
            manifest=manifest,
            bundle=BundleId(name=model.name, version=model.version, sha256=_hash(manifest)),
            typical=typical,
            prior=encode_floats(typical.prior),
        )

    def vector(self, clean: str, reader: Reader, reading: Reading) -> Vector:
        """Return an essay's vector, (values,).

        Args:
            clean: the normalized text.
            reader: of the bundle.
            reading: of the text.
        """
        return self.typical.vector(
            raw=self._raw(reading),
            features=reading.features,
            sketch=reader.sketch(clean, reading),
            layer_means=reading.layer_means,
        )

    def essay_vector(self, clean: str, reader: Reader, reading: Reading) -> EssayVector:
        """Return an essay's vector as it is sent to clients; the arguments are ``vector``'s."""
        return EssayVector(
            format=FORMAT,
            bundle=self.bundle,
            familiarity=round(reading.familiarity, 4),
            raw=round(self._raw(reading), 4),
            values=encode_values(self.vector(clean, reader, reading)),
            prior=self.prior,
        )

    def _raw(self, reading: Reading) -> float:
        calibration = self.manifest.calibration
        return calibration.intercept + calibration.slope * reading.prediction


def _hash(manifest: Manifest) -> str:
    """Return the hash of the hashes of the files that determine an essay's vector."""
    import hashlib  # noqa: PLC0415 - it loads OpenSSL, which scoring does not need

    names = (GRAPH, WEIGHTS, TOKENIZER, CLEANING, ADAPTATION)
    hashes = [manifest.files[name].sha256 for name in names if name in manifest.files]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
