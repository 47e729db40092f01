"""The corridor from end to end: text → tokens → graph → scale → Score."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy.typing as npt

from . import bundle
from .bundle import Manifest, Model
from .cleaning import WordCleaner
from .features import features
from .graph import CHARACTER_WEIGHTS, CHARACTERS, FEATURES, NGRAM_WEIGHTS, NGRAMS, Graph
from .ngrams import characters, ngrams
from .scale import Interval, Scale
from .text import count_words, normalise
from .tokens import Tokens, WindowTokenizer


@dataclass(frozen=True, kw_only=True)
class Score:
    """What the model says about one essay: a suggestion, not a grade."""

    value: int
    raw: float
    scale: Scale
    interval: Interval
    flags: tuple[str, ...]
    review: bool
    model: Model

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as it goes over the wire; the original's key comes first."""
        fields = asdict(self)
        fields |= {"raw": round(self.raw, 4), "flags": list(self.flags)}
        return {"essay score": fields.pop("value"), **fields}


class Reader:
    """The first rooms in a row: a clean text becomes the graph's number.  Thread-safe."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        self._tokenizer = WindowTokenizer(folder / bundle.TOKENIZER)
        self._graph = Graph(folder / bundle.GRAPH, threads=threads)
        words = folder / bundle.CLEANING
        self._cleaner = WordCleaner.load(words) if words.is_file() else None

    def number(self, clean: str) -> float:
        """Return the number for a normalised text, before it is placed on the scale."""
        tokens = self._tokenizer.tokens(self._cleaner.clean(clean) if self._cleaner else clean)
        return self._graph.read(tokens.windows, self._side(clean, tokens))

    def _side(self, clean: str, tokens: Tokens) -> dict[str, npt.NDArray[Any]]:
        """Return what the graph asks for beside the windows."""
        side: dict[str, npt.NDArray[Any]] = {}
        if FEATURES in self._graph.side_inputs:
            side[FEATURES] = features(clean)
        if NGRAMS in self._graph.side_inputs:
            vocabulary = self._tokenizer.vocabulary
            side[NGRAMS], side[NGRAM_WEIGHTS] = ngrams(tokens.ids, vocabulary=vocabulary)
        if CHARACTERS in self._graph.side_inputs:
            side[CHARACTERS], side[CHARACTER_WEIGHTS] = characters(clean)
        return side


class Scorer:
    """Scores essays with one bundle.  Thread-safe; an essay's score depends on it alone."""

    def __init__(self, *, manifest: Manifest, reader: Reader, folder: Path | None = None) -> None:
        self.manifest = manifest
        self._reader = reader
        self._folder = folder

    @classmethod
    def load(cls, path: str | Path | None = None, *, threads: int | None = None) -> Self:
        """Load a bundle; without a path, the shipped one.

        Args:
            path: the bundle's folder.
            threads: cores that one essay may use; all that the process has if not given.

        Raises:
            BundleError: a file is missing, altered or foreign; the message names it.
        """
        folder = bundle.default_folder() if path is None else Path(path)
        manifest = Manifest.read(folder)
        bundle.check_sizes(folder, manifest)
        return cls(manifest=manifest, reader=Reader(folder, threads=threads), folder=folder)

    def score(self, text: str) -> Score:
        """Score one essay, read whole however long it is.

        Raises:
            TextError: it is not a string, or holds no word.
        """
        clean = normalise(text)
        scale, calibration = self.manifest.scale, self.manifest.calibration
        raw = calibration.raw(self._reader.number(clean), scale)
        flags = self.manifest.lengths.flags(count_words(clean))
        return Score(
            value=calibration.value(raw),
            raw=raw,
            scale=scale,
            interval=calibration.interval(raw, scale),
            flags=flags,
            review=bool(flags),
            model=self.manifest.model,
        )

    def card(self) -> str:
        """Return the model card: what the model is for, and what it is not."""
        return (self._folder / bundle.CARD).read_text(encoding="utf-8") if self._folder else ""

    def score_many(self, texts: Iterable[str]) -> list[Score]:
        """Score essays in order; each gets exactly the score it gets alone."""
        return [self.score(text) for text in texts]
