"""Language identification, for texts that do not look like English.

fastText's compressed model of 176 languages (Joulin et al. 2016, *Bag of tricks for efficient
text classification*). It is part of the bundle; library and model are loaded on first use, so
that English essays do not wait for them.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ENGLISH = "en"
# fastText's parser is not hardened against crafted files, so only the published model is loaded.
_SHA256 = "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"


@dataclass(frozen=True, kw_only=True)
class Language:
    """A detected language.

    Attributes:
        code: ISO 639.
        probability: from 0 to 1.
    """

    code: str
    probability: float


class LanguageIdentifier:
    """Identifies a text's language. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Take the path of fastText's model, which need not exist."""
        self._path = path

    def identify(self, text: str) -> Language | None:
        """Return the most likely language; none without the library or the model."""
        if self._model is None:
            return None
        labels, probabilities = self._model.predict(text.replace("\n", " "), k=1)
        if not labels:
            return None
        code = str(labels[0]).removeprefix("__label__")
        return Language(code=code, probability=min(float(probabilities[0]), 1.0))

    @cached_property
    def _model(self) -> Any:
        import hashlib  # noqa: PLC0415 - it loads OpenSSL, which English essays do not need

        try:
            import fasttext  # noqa: PLC0415 - see the module's docstring
        except ImportError:  # there is no wheel for this version of Python
            return None
        if not self._path.is_file():
            return None
        if hashlib.sha256(self._path.read_bytes()).hexdigest() != _SHA256:
            return None
        return fasttext.load_model(str(self._path))
