"""The corridor from end to end: text → tokens → graph → scale → Score."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from . import bundle
from .bundle import Manifest, Model
from .graph import Graph
from .scale import Interval, Scale
from .text import count_words, normalise
from .tokens import WindowTokenizer


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


class Scorer:
    """Scores essays with one bundle.  Thread-safe; an essay's score depends on it alone."""

    def __init__(self, *, manifest: Manifest, tokenizer: WindowTokenizer, graph: Graph) -> None:
        self.manifest = manifest
        self._tokenizer = tokenizer
        self._graph = graph

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
        return cls(
            manifest=manifest,
            tokenizer=WindowTokenizer(folder / bundle.TOKENIZER),
            graph=Graph(folder / bundle.GRAPH, threads=threads),
        )

    def score(self, text: str) -> Score:
        """Score one essay, read whole however long it is.

        Raises:
            TextError: it is not a string, or holds no word.
        """
        clean = normalise(text)
        scale, calibration = self.manifest.scale, self.manifest.calibration
        raw = calibration.raw(self._graph.read(self._tokenizer.windows(clean)), scale)
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

    def score_many(self, texts: Iterable[str]) -> list[Score]:
        """Score essays in order; each gets exactly the score it gets alone."""
        return [self.score(text) for text in texts]
