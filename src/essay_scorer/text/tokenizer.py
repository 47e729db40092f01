"""Tokenize a normalized text into overlapping windows.

``tokenizer.json`` defines everything: the window's length, the overlap of two neighboring
windows, the mark for a paragraph break. So runtime and training cannot disagree.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from essay_scorer.errors import BundleInvalid

MAX_WINDOWS = 256  # twice the tokens of prose in the largest request

Window = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TokenizedText:
    """A tokenized text.

    Attributes:
        windows: token ids in reading order, each of shape (1, tokens), with special tokens.
        token_ids: the ids of the whole text, shape (tokens,), without special tokens.
        starts: the place in the text of each one's first character, shape (tokens,).
    """

    windows: list[Window]
    token_ids: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]


class WindowTokenizer:
    """Splits a text into windows that the encoder can read. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Load ``tokenizer.json``.

        Raises:
            BundleInvalid: it is not a tokenizer, or does not define a window.
        """
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise BundleInvalid(f"{path} is not a tokenizer file.") from error
        if self._tokenizer.truncation is None:
            raise BundleInvalid(f"{path} does not define the length of a window.")
        self._overlap: int = self._tokenizer.truncation["stride"]
        self.vocabulary_size: int = self._tokenizer.get_vocab_size()

    def vocabulary(self) -> list[str]:
        """Return the vocabulary's tokens, ordered by id."""
        ids = self._tokenizer.get_vocab()
        return sorted(ids, key=ids.__getitem__)

    def tokenize(self, text: str) -> TokenizedText:
        """Return the text's overlapping windows, and each of its ids once.

        At most ``MAX_WINDOWS`` windows are kept, so that a text of punctuation alone, each a
        token, takes no longer than prose.
        """
        first = self._tokenizer.encode(text)
        encodings = (first, *first.overflowing)[:MAX_WINDOWS]
        windows = [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]
        starts = [np.array(encoding.offsets, np.int64)[:, 0] for encoding in encodings]
        return TokenizedText(
            windows=[window[np.newaxis] for window in windows],
            token_ids=self._join(windows),
            starts=self._join(starts),
        )

    def _join(self, parts: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
        """Join one number per token of overlapping windows; special tokens are left out."""
        inner = [part[1:-1] for part in parts]
        return np.concatenate([inner[0], *(part[self._overlap :] for part in inner[1:])])
