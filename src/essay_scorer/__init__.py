"""Score essays with a BERT model, where they are: laptop, Lambda, batch.

>>> from essay_scorer import Scorer
>>> scorer = Scorer.load()
>>> scorer.score("My essay …").value
4

Importing this package loads nothing heavy; the first use of ``Scorer`` loads
onnxruntime, tokenizers and numpy, and nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    AddressInUse,
    BundleAltered,
    BundleError,
    BundleForeign,
    BundleMissing,
    ExtraMissing,
    FileError,
    NotText,
    NoWords,
    ScorerError,
    TextError,
)

if TYPE_CHECKING:
    from .bundle import Manifest, Model
    from .scale import Interval, Scale
    from .scorer import Score, Scorer

_HOME = {
    "Interval": "scale",
    "Manifest": "bundle",
    "Model": "bundle",
    "Scale": "scale",
    "Score": "scorer",
    "Scorer": "scorer",
}

__all__ = [
    "AddressInUse",
    "BundleAltered",
    "BundleError",
    "BundleForeign",
    "BundleMissing",
    "ExtraMissing",
    "FileError",
    "Interval",
    "Manifest",
    "Model",
    "NoWords",
    "NotText",
    "Scale",
    "Score",
    "Scorer",
    "ScorerError",
    "TextError",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
