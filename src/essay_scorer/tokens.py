"""The second room: a clean text becomes windows of token ids.

Everything about how a text is cut lives in ``tokenizer.json``: the window's
length, the overlap of two neighbours, the mark that stands for a paragraph
break.  So this room and the training cannot disagree.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .errors import BundleForeign

Window = npt.NDArray[np.int64]


class WindowTokenizer:
    """Cuts a text into windows that the encoder can read whole.  Thread-safe."""

    def __init__(self, path: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise BundleForeign(f"{path} is not a tokenizer file.") from error
        if self._tokenizer.truncation is None:
            raise BundleForeign(f"{path} does not say how long a window is.")

    def windows(self, text: str) -> list[Window]:
        """Return the windows in reading order, each of shape (1, tokens)."""
        first = self._tokenizer.encode(text)
        return [
            np.array(encoding.ids, dtype=np.int64)[np.newaxis]
            for encoding in (first, *first.overflowing)
        ]
