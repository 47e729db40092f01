"""What the branches of a head read of many essays: one row an essay."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from essay_scorer.errors import FileError
from essay_scorer.lab.heads.frozen_encoder import ReadingEncoder
from essay_scorer.lab.progress import report_steps
from essay_scorer.text.features import writing_features
from essay_scorer.text.ngrams import (
    BIGRAM_BUCKETS,
    CHARACTER_BUCKETS,
    character_ngrams,
    token_ngrams,
)
from essay_scorer.text.normalize import normalize
from essay_scorer.text.tokenizer import WindowTokenizer

LAYERS = "layer_means.npy"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The encoder's layers, the writing features, the n-grams and the characters of essays."""

    layers: npt.NDArray[np.float32]  # (essays, (layers + 1) × width): means over the tokens
    writing_features: npt.NDArray[np.float32]  # (essays, figures)
    token_ngrams: csr_matrix  # (essays, places)
    character_ngrams: csr_matrix  # (essays, places)

    @classmethod
    def of(cls, texts: Sequence[str], encoder: ReadingEncoder, folder: Path) -> Self:
        """Compute them as the runtime does, by the same code.

        Reading with the encoder takes nearly all of the time.  Each essay's means are
        kept in ``folder`` at once, so that a killed run goes on where it was.
        """
        clean = [normalize(text) for text in texts]
        tokenizer = WindowTokenizer(encoder.tokenizer_file)
        cut = [tokenizer.tokens(encoder.cleaned(text)).ids for text in clean]
        places = tokenizer.vocabulary + BIGRAM_BUCKETS
        return cls(
            layers=read_layers(clean, encoder, folder),
            features=np.array([writing_features(text) for text in clean]),
            ngrams=_table(
                cut, lambda ids: token_ngrams(ids, vocabulary=tokenizer.vocabulary), places=places
            ),
            characters=_table(clean, character_ngrams, places=CHARACTER_BUCKETS),
        )

    def __getitem__(self, rows: npt.NDArray[np.integer[Any]]) -> "Inputs":
        return Inputs(
            layers=self.layers[rows],
            features=self.features[rows],
            ngrams=self.ngrams[rows],
            characters=self.characters[rows],
        )

    def __len__(self) -> int:
        return len(self.features)


def _table(texts: Sequence[Any], bag: Callable[[Any], tuple[Any, Any]], *, places: int) -> Any:
    columns, weights = zip(*map(bag, texts), strict=True)
    ends = np.cumsum([0, *map(len, columns)])
    shape = len(texts), places
    return csr_matrix((np.concatenate(weights), np.concatenate(columns), ends), shape=shape)


def read_layers(
    clean: Sequence[str], encoder: ReadingEncoder, folder: Path
) -> npt.NDArray[np.float32]:
    """Return the means of every layer's vectors for normalised texts, a row each.

    What the folder's table already holds is not read again, also where essays were
    added to the file or left out of it.

    Raises:
        FileError: the folder holds what another encoder read.
    """
    texts = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in clean]
    table = _open(folder / LAYERS, encoder, texts)
    missing = np.flatnonzero(np.isnan(table[:, 0])).tolist()
    with report_steps("reading", len(clean), done=len(clean) - len(missing)) as report:
        for done, row in enumerate(missing, len(clean) - len(missing) + 1):
            table[row] = encoder.means(clean[row])
            report(done)
    return np.array(table)


def _open(path: Path, encoder: ReadingEncoder, texts: list[str]) -> np.memmap[Any, Any]:
    """Open the table of these texts, with NaN in what is not yet read."""
    says = path.with_suffix(".json")
    now = {"encoder": encoder.identity, "texts": texts}
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        before = json.loads(says.read_bytes()) if says.is_file() else {**now, "texts": []}
        if before["encoder"] != now["encoder"]:
            raise FileError(f"{path} is of another encoder; give another --out.")
        if before["texts"] != texts:
            table = np.full((len(texts), encoder.width), np.nan, np.float32)
            known = dict(
                zip(before["texts"], np.load(path) if before["texts"] else (), strict=True)
            )
            for row, text in enumerate(texts):
                table[row] = known.get(text, np.nan)
            np.save(path, table)
            says.write_text(json.dumps(now), encoding="utf-8")
        return np.load(path, mmap_mode="r+")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"{path} cannot be used; is the disk full?  Else remove it.") from error
