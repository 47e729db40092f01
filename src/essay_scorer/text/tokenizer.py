"""The second room: a clean text becomes windows of token ids.

Everything about how a text is cut lives in ``tokenizer.json``: the window's
length, the overlap of two neighbours, the mark that stands for a paragraph
break.  So this room and the training cannot disagree.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .errors import BundleForeign

MOST = 256  # windows: twice as many tokens as prose has in the largest request

Window = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """A tokenised text: the windows in reading order, (1, tokens) each, and its whole ids."""

    windows: list[Window]
    ids: npt.NDArray[np.int64]  # (tokens,), without special tokens


class WindowTokenizer:
    """Cuts a text into windows that the encoder can read whole.  Thread-safe."""

    def __init__(self, path: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise BundleForeign(f"{path} is not a tokenizer file.") from error
        if self._tokenizer.truncation is None:
            raise BundleForeign(f"{path} does not say how long a window is.")
        self._overlap: int = self._tokenizer.truncation["stride"]
        self.vocabulary: int = self._tokenizer.get_vocab_size()

    def words(self) -> list[str]:
        """Return the vocabulary's tokens by id."""
        places = self._tokenizer.get_vocab()
        return sorted(places, key=places.__getitem__)

    def tokens(self, text: str) -> Tokens:
        """Return the text's windows, which overlap, and its ids, each once.

        What lies behind ``MOST`` windows is left out, so that a text of marks alone, each a
        token, takes no longer than prose.
        """
        first = self._tokenizer.encode(text)
        parts = (first, *first.overflowing)[:MOST]
        windows = [np.array(part.ids, dtype=np.int64) for part in parts]
        inner = [window[1:-1] for window in windows]
        ids = np.concatenate([inner[0], *(part[self._overlap :] for part in inner[1:])])
        return Tokens(windows=[window[np.newaxis] for window in windows], ids=ids)
