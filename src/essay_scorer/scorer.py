"""The corridor from end to end: text → tokens → graph → scale → Score."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

import numpy.typing as npt

from . import bundle, counts
from .bundle import Manifest, Model
from .cleaning import WordCleaner
from .errors import BundleForeign, NoWords
from .explain import Explanation, Sentence, contributions, pieces_of
from .features import NAMES, Features, features
from .flags import Signs
from .graph import CHARACTER_WEIGHTS, CHARACTERS, FEATURES, NGRAM_WEIGHTS, NGRAMS, Graph, State
from .language import ENGLISH, language_of
from .ngrams import characters, ngrams
from .observations import observations
from .review import review_share as share_to_review
from .scale import Interval, Scale
from .sense import Sense, Vector, likeness
from .text import count_words, normalise
from .tokens import Tokens, WindowTokenizer

LAST = "."  # the text of the shortest window
ENOUGH_ENGLISH = 0.33  # a text with more common English words is not asked for its language
SURE = 0.6  # how sure another language must be


@dataclass(frozen=True, kw_only=True)
class Score:
    """What the model says about one essay: a suggestion, not a grade."""

    value: int
    raw: float
    scale: Scale
    interval: Interval
    flags: tuple[str, ...]
    doubt: float  # the share of ordinary essays whose scores are surer
    review: bool
    model: Model
    language: str | None = None  # where the flag ``not_english`` stands
    explanation: Explanation | None = None  # where it was asked for

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as it goes over the wire; the original's key comes first."""
        fields = {name: value for name, value in asdict(self).items() if value is not None}
        fields |= {"raw": round(self.raw, 4), "flags": list(self.flags)}
        return {"essay score": fields.pop("value"), **fields}


@dataclass(frozen=True, kw_only=True)
class Read:
    """What reading an essay gave: the graph's number and state, and the writing features."""

    number: float
    state: State
    means: Vector  # of each layer's vectors over all tokens, in a row
    figures: Features


class Reader:
    """The first rooms in a row: a clean text becomes the graph's number.  Thread-safe."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        self._tokenizer = WindowTokenizer(folder / bundle.TOKENIZER)
        words = folder / bundle.CLEANING
        self._cleaner = WordCleaner.load(words) if words.is_file() else None
        sense = folder / bundle.SENSE
        self._sense = Sense.load(sense) if sense.is_file() else None
        self._graph = Graph(folder / bundle.GRAPH, threads=threads)
        if self._sense and self._sense.figures != self._graph.state_width - 1 + len(NAMES):
            raise BundleForeign(f"{sense} is not of this bundle's encoder.")
        self._prompt_means = lru_cache(maxsize=64)(lambda prompt: self.read(prompt).means)

    @property
    def vocabulary(self) -> list[str]:
        """The tokenizer's tokens by id."""
        return self._tokenizer.words()

    def read(self, clean: str) -> Read:
        """Read a normalised text whole."""
        tokens, figures = self._tokens(clean), features(clean)
        reading = self._graph.read(tokens.windows, self._side(clean, tokens, figures))
        return Read(
            number=reading.number, state=reading.state, means=reading.means, figures=figures
        )

    def number(self, clean: str) -> float:
        """Return the number for a normalised text, before it is placed on the scale."""
        return self.read(clean).number

    def number_of(self, clean: str, state: State) -> float:
        """Return the number for a text that was read in parts, from the sum of their states."""
        side = self._side(clean, self._tokens(clean), features(clean))
        windows = self._tokens(LAST).windows
        return self._graph.read(windows, side, state=state - self._last.state).number

    @cached_property
    def _last(self) -> Read:
        """A graph says its number after a window; this is the shortest, which is taken off."""
        return self.read(LAST)

    def nonsense(self, read: Read) -> float:
        """Return how sure it is that a text makes no sense; 0 where that was not learned."""
        return self._sense.nonsense(read.means, read.figures) if self._sense else 0.0

    def likeness(self, read: Read, prompt: str, *, vector: int) -> float:
        """Return the cosine of what text and assignment mean, by the last layer's vectors."""
        return likeness(read.means[-vector:], self._prompt_means(prompt)[-vector:])

    def _tokens(self, clean: str) -> Tokens:
        return self._tokenizer.tokens(self._cleaner.clean(clean) if self._cleaner else clean)

    def _side(self, clean: str, tokens: Tokens, figures: Features) -> dict[str, npt.NDArray[Any]]:
        """Return what the graph asks for beside the windows."""
        side: dict[str, npt.NDArray[Any]] = {}
        if FEATURES in self._graph.side_inputs:
            side[FEATURES] = figures
        if NGRAMS in self._graph.side_inputs:
            vocabulary = self._tokenizer.vocabulary
            side[NGRAMS], side[NGRAM_WEIGHTS] = ngrams(tokens.ids, vocabulary=vocabulary)
        if CHARACTERS in self._graph.side_inputs:
            side[CHARACTERS], side[CHARACTER_WEIGHTS] = characters(clean)
        return side


class Scorer:
    """Scores essays with one bundle.  Thread-safe; an essay's score depends on it alone."""

    def __init__(
        self,
        *,
        manifest: Manifest,
        reader: Reader,
        folder: Path | None = None,
        review_share: float | None = None,
    ) -> None:
        self.manifest = manifest
        self.review_share = share_to_review(review_share)
        self._reader = reader
        self._folder = folder

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        threads: int | None = None,
        review_share: float | None = None,
    ) -> Self:
        """Load a bundle; without a path, the shipped one.

        Args:
            path: the bundle's folder.
            threads: cores that one essay may use; all that the process has if not given.
            review_share: the share of ordinary essays, the most doubtful ones, that get
                ``review``, from 0 to 1; the environment's or a fifth if not given.

        Raises:
            BundleError: a file is missing, altered or foreign; the message names it.
            SettingWrong: the share is not from 0 to 1.
        """
        folder = bundle.default_folder() if path is None else Path(path)
        manifest = Manifest.read(folder)
        bundle.check_sizes(folder, manifest)
        reader = Reader(folder, threads=threads)
        return cls(manifest=manifest, reader=reader, folder=folder, review_share=review_share)

    @property
    def vocabulary(self) -> list[str]:
        """The tokenizer's tokens by id."""
        return self._reader.vocabulary

    def score(self, text: str, *, prompt: str | None = None, explain: bool = False) -> Score:
        """Score one essay, read whole up to some 100,000 words.

        Args:
            text: the essay.
            prompt: the assignment's text; it moves no score, it lets two more flags speak.
            explain: say what each sentence adds, and what is usual.

        Raises:
            TextError: the text is not a string, or holds no word.
        """
        clean = normalise(text)
        read = self._reader.read(clean)
        scale, calibration = self.manifest.scale, self.manifest.calibration
        raw = calibration.raw(read.number, scale)
        value, doubt = calibration.value(raw), self.manifest.doubt.of(raw, read.figures)
        signs = self._signs(text, clean, read, prompt)
        flags = self.manifest.thresholds.flags(signs)
        return Score(
            value=value,
            raw=raw,
            scale=scale,
            interval=calibration.interval(raw, scale),
            flags=flags,
            doubt=doubt,
            review=bool(flags) or doubt > 1 - self.review_share,
            model=self.manifest.model,
            language=signs.language,
            explanation=self._explain(clean, read, value) if explain else None,
        )

    def card(self) -> str:
        """Return the model card: what the model is for, and what it is not."""
        return (self._folder / bundle.CARD).read_text(encoding="utf-8") if self._folder else ""

    def score_many(self, texts: Iterable[str]) -> list[Score]:
        """Score essays in order; each gets exactly the score it gets alone."""
        return [self.score(text) for text in texts]

    def _signs(self, text: str, clean: str, read: Read, prompt: str | None) -> Signs:
        words = counts.words_of(clean)
        english = counts.english(words)
        assignment = _assignment(prompt)
        return Signs(
            words=count_words(clean),
            english=english,
            language=_foreign(clean) if english < ENOUGH_ENGLISH else None,
            nonsense=self._reader.nonsense(read),
            repeated=counts.repeated(words),
            listed=counts.listed(text.splitlines()),
            code_marks=counts.code_marks(clean),
            likeness=self._likeness(read, assignment),
            copied=counts.shared(words, counts.words_of(assignment)) if assignment else 0.0,
        )

    def _likeness(self, read: Read, assignment: str | None) -> float:
        """Return how like its assignment a text is; 1 where nothing hangs on it."""
        if not assignment or not self.manifest.thresholds.likeness:
            return 1.0
        return self._reader.likeness(read, assignment, vector=self.manifest.vector)

    def _explain(self, clean: str, read: Read, value: int) -> Explanation:
        pieces = pieces_of(clean)
        adds = contributions(
            pieces,
            state=lambda part: self._reader.read(part).state,
            number=self._reader.number_of,
        )
        sentences = (
            Sentence(
                text=piece.text,
                paragraph=piece.paragraph,
                contribution=round(self.manifest.calibration.slope * more, 4),
            )
            for piece, more in zip(pieces, adds, strict=True)
        )
        return Explanation(
            sentences=tuple(sentences),
            observations=observations(read.figures, self.manifest.usual.get(value, {})),
        )


def _assignment(prompt: str | None) -> str | None:
    """Return the assignment's clean text, or nothing where it holds no word."""
    try:
        return normalise(prompt) if prompt else None
    except NoWords:
        return None


def _foreign(clean: str) -> str | None:
    """Return the language that a text is surely in, unless that is English."""
    language = language_of(clean)
    sure = language is not None and language.code != ENGLISH and language.probability >= SURE
    return language.code if language is not None and sure else None
