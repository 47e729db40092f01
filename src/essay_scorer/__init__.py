"""Score essays with a BERT model: on a laptop, in AWS Lambda, in bulk.

>>> from essay_scorer import Scorer
>>> scorer = Scorer.load()
>>> score = scorer.score("My essay …")
>>> score.value, score.review
(2, True)

Importing this package imports no third-party package; the first use of ``Scorer`` imports
onnxruntime, tokenizers and NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from essay_scorer.errors import (
    AddressInUse,
    BatchError,
    BundleAltered,
    BundleError,
    BundleInvalid,
    BundleMissing,
    CloudError,
    ExportError,
    ExtraMissing,
    FileError,
    InvalidKeyHash,
    InvalidSetting,
    NotText,
    NoWords,
    RequestError,
    RowError,
    ScorerError,
    TextError,
    WorkerError,
)

if TYPE_CHECKING:
    from essay_scorer.explain.attribution import Explanation, Sentence
    from essay_scorer.explain.observations import Observation
    from essay_scorer.model.calibration import Interval, Scale
    from essay_scorer.model.manifest import Manifest, Model
    from essay_scorer.score import Score
    from essay_scorer.scorer import Scorer
    from essay_scorer.text.normalize import Passage

_MODULE_OF = {
    "Explanation": "explain.attribution",
    "Interval": "model.calibration",
    "Manifest": "model.manifest",
    "Model": "model.manifest",
    "Observation": "explain.observations",
    "Passage": "text.normalize",
    "Scale": "model.calibration",
    "Score": "score",
    "Scorer": "scorer",
    "Sentence": "explain.attribution",
}

__all__ = [
    "AddressInUse",
    "BatchError",
    "BundleAltered",
    "BundleError",
    "BundleInvalid",
    "BundleMissing",
    "CloudError",
    "Explanation",
    "ExportError",
    "ExtraMissing",
    "FileError",
    "Interval",
    "InvalidKeyHash",
    "InvalidSetting",
    "Manifest",
    "Model",
    "NoWords",
    "NotText",
    "Observation",
    "Passage",
    "RequestError",
    "RowError",
    "Scale",
    "Score",
    "Scorer",
    "ScorerError",
    "Sentence",
    "TextError",
    "WorkerError",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
