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
    DocumentError,
    ExportError,
    ExtraMissing,
    FileError,
    InvalidKeyHash,
    InvalidMarks,
    InvalidProfile,
    InvalidSetting,
    NotText,
    NoWords,
    RequestError,
    RowError,
    ScorerError,
    TextError,
    UnsupportedEvent,
    WorkerError,
)

if TYPE_CHECKING:
    from essay_scorer.adapt.adaptation_report import AdaptationReport
    from essay_scorer.adapt.essay_vector import EssayVector
    from essay_scorer.adapt.profile import Profile
    from essay_scorer.explain.explanation import Explanation, Sentence
    from essay_scorer.explain.highlights import Highlight
    from essay_scorer.explain.observations import Observation
    from essay_scorer.model.calibration import Interval
    from essay_scorer.model.manifest import Manifest, Model
    from essay_scorer.model.scale import Scale
    from essay_scorer.score import Score
    from essay_scorer.scorer import Scorer
    from essay_scorer.text.normalize import Passage

__version__ = "0.1.0"  # as in ``pyproject.toml``

_MODULE_OF = {
    "AdaptationReport": "adapt.adaptation_report",
    "EssayVector": "adapt.essay_vector",
    "Explanation": "explain.explanation",
    "Highlight": "explain.highlights",
    "Interval": "model.calibration",
    "Manifest": "model.manifest",
    "Model": "model.manifest",
    "Observation": "explain.observations",
    "Passage": "text.normalize",
    "Profile": "adapt.profile",
    "Scale": "model.scale",
    "Score": "score",
    "Scorer": "scorer",
    "Sentence": "explain.explanation",
}

__all__ = [
    "AdaptationReport",
    "AddressInUse",
    "BatchError",
    "BundleAltered",
    "BundleError",
    "BundleInvalid",
    "BundleMissing",
    "CloudError",
    "DocumentError",
    "EssayVector",
    "Explanation",
    "ExportError",
    "ExtraMissing",
    "FileError",
    "Highlight",
    "Interval",
    "InvalidKeyHash",
    "InvalidMarks",
    "InvalidProfile",
    "InvalidSetting",
    "Manifest",
    "Model",
    "NoWords",
    "NotText",
    "Observation",
    "Passage",
    "Profile",
    "RequestError",
    "RowError",
    "Scale",
    "Score",
    "Scorer",
    "ScorerError",
    "Sentence",
    "TextError",
    "UnsupportedEvent",
    "WorkerError",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
