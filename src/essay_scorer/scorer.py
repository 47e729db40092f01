"""Score essays: ``Scorer`` calls each stage of the pipeline in turn."""

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from essay_scorer.checks import signals
from essay_scorer.checks.flags import OFF_TOPIC_PART, Signals, flags_of
from essay_scorer.checks.gibberish import GibberishDetector
from essay_scorer.checks.language import ENGLISH, LanguageIdentifier
from essay_scorer.checks.off_topic_part import PartDetector, SuspectPart
from essay_scorer.checks.similarity import PromptSimilarity
from essay_scorer.checks.uncertainty import resolve_review_share, uncertainty_of
from essay_scorer.errors import NoWords
from essay_scorer.explain.attribution import Explanation, Sentence, contributions, split_pieces
from essay_scorer.explain.observations import observe
from essay_scorer.model.bundle import check_sizes, default_bundle
from essay_scorer.model.files import GIBBERISH, LANGUAGES, MODEL_CARD, TOPICS
from essay_scorer.model.graph import Scheduler
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.score import Score
from essay_scorer.text.normalize import Text
from essay_scorer.text.words import count_words, split_words


class Scorer:
    """Scores essays with one bundle. Thread-safe; a score depends on its essay alone."""

    def __init__(
        self,
        *,
        manifest: Manifest,
        reader: Reader,
        folder: Path | None = None,
        gibberish: GibberishDetector | None = None,
        off_topic_part: PartDetector | None = None,
        review_share: float | None = None,
    ) -> None:
        """Put a scorer together; ``load`` does so from a bundle.

        Args:
            manifest: of the bundle.
            reader: of the bundle.
            folder: of the bundle, with its model card and its language model.
            gibberish: the bundle's detector; nothing is flagged as gibberish without one.
            off_topic_part: the bundle's detector; no part is flagged without one.
            review_share: see ``load``.

        Raises:
            BundleInvalid: a detector does not fit the reader.
        """
        for detector in (gibberish, off_topic_part):
            if detector is not None:
                detector.check_fits(reader)
        self.manifest = manifest
        self.review_share = resolve_review_share(review_share)
        self._reader = reader
        self._folder = folder
        self._gibberish = gibberish
        self._part_detector = off_topic_part
        self._languages = LanguageIdentifier(folder / LANGUAGES) if folder else None
        self._similarity = self._compare_prompts(reader)

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        threads: int | None = None,
        review_share: float | None = None,
    ) -> Self:
        """Load a bundle.

        Args:
            path: the bundle's folder; the shipped bundle by default.
            threads: cores that one essay may use; all that the process has by default.
            review_share: the share of ordinary essays, the most uncertain ones, that get
                ``review``, from 0 to 1; by default the environment variable
                ``ESSAY_SCORER_REVIEW_SHARE``, else 0.2.

        Raises:
            BundleError: a file is missing, altered or invalid; the message names it.
            InvalidSetting: the review share is not from 0 to 1.
        """
        folder = default_bundle() if path is None else Path(path)
        manifest = Manifest.read(folder)
        check_sizes(folder, manifest)
        return cls.assemble(folder, manifest, threads=threads, review_share=review_share)

    @classmethod
    def assemble(
        cls,
        folder: Path,
        manifest: Manifest,
        *,
        threads: int | None = None,
        review_share: float | None = None,
    ) -> Self:
        """Load the files of a bundle whose manifest is known, written or not.

        Args:
            folder: the bundle's.
            manifest: what it states, or will state.
            threads: see ``load``.
            review_share: see ``load``.

        Raises:
            BundleInvalid: a file cannot be used; the message names it.
        """
        gibberish, topics = folder / GIBBERISH, folder / TOPICS
        # Before the graph, which is the expensive part: an invalid file is rejected early.
        return cls(
            gibberish=GibberishDetector.load(gibberish) if gibberish.is_file() else None,
            off_topic_part=(
                PartDetector.load(topics, manifest.off_topic_part)
                if manifest.off_topic_part and topics.is_file()
                else None
            ),
            manifest=manifest,
            reader=Reader(folder, threads=threads),
            folder=folder,
            review_share=review_share,
        )

    @property
    def vocabulary(self) -> list[str]:
        """The tokenizer's tokens, ordered by id."""
        return self._reader.vocabulary

    @property
    def threads(self) -> int:
        """Cores that one essay may use."""
        return self._reader.threads

    def with_scheduler(self, scheduler: Scheduler) -> Self:
        """Return the same scorer, whose concurrent essays compute in the scheduler's order."""
        scheduled = copy.copy(self)
        reader = self._reader.with_scheduler(scheduler)
        scheduled._reader = reader
        scheduled._similarity = self._compare_prompts(reader)
        return scheduled

    def _compare_prompts(self, reader: Reader) -> PromptSimilarity:
        topics = self._part_detector.table if self._part_detector else None
        return PromptSimilarity(reader, hidden_size=self.manifest.hidden_size, topics=topics)

    def score(self, text: str, *, prompt: str | None = None, explain: bool = False) -> Score:
        """Score one essay; it is read whole up to about 100,000 words.

        Args:
            text: the essay.
            prompt: the assignment's text. It never changes the score; it enables the flags
                ``off_topic`` and ``copied_prompt``.
            explain: add each sentence's contribution, and observations.

        Raises:
            TextError: the text is not a string, or has no words.
        """
        essay = Text.parse(text)
        reading = self._reader.read(essay.clean)
        return self._judge(essay, reading, prompt=_parse_prompt(prompt), explain=explain)

    def score_many(self, texts: Iterable[str]) -> list[Score]:
        """Score essays in order; each gets exactly the score that it gets alone.

        Raises:
            TextError: one cannot be scored.
        """
        return [self.score(text) for text in texts]

    def model_card(self) -> str:
        """Return the model card, in Markdown; empty without a bundle's folder."""
        if self._folder is None:
            return ""
        return (self._folder / MODEL_CARD).read_text(encoding="utf-8")

    def _judge(self, essay: Text, reading: Reading, *, prompt: str | None, explain: bool) -> Score:
        manifest, calibration = self.manifest, self.manifest.calibration
        raw = calibration.raw_score(reading.prediction, manifest.scale)
        value = calibration.whole_score(raw)
        uncertainty = uncertainty_of(manifest.uncertainty, raw, reading.features)
        suspect = self._suspect_part(essay, reading, prompt)
        found = self._signals(essay, reading, prompt, suspect)
        flags = flags_of(found, manifest.thresholds)
        return Score(
            value=value,
            raw=raw,
            scale=manifest.scale,
            interval=calibration.interval(raw, manifest.scale, familiarity=reading.familiarity),
            flags=flags,
            uncertainty=uncertainty,
            review=bool(flags) or uncertainty > 1 - self.review_share,
            model=manifest.model,
            language=found.language,
            off_topic_part=(
                essay.locate(suspect.passage) if suspect and OFF_TOPIC_PART in flags else None
            ),
            explanation=self._explain(essay, reading, value) if explain else None,
        )

    def _signals(
        self, essay: Text, reading: Reading, prompt: str | None, suspect: SuspectPart | None
    ) -> Signals:
        thresholds, words = self.manifest.thresholds, split_words(essay.clean)
        common_words = signals.common_word_share(words)
        return Signals(
            word_count=count_words(essay.clean),
            common_words=common_words,
            language=(
                self._foreign_language(essay.clean)
                if common_words < thresholds.language_common_words
                else None
            ),
            gibberish=self._gibberish.probability(reading) if self._gibberish else 0.0,
            repeated=signals.repeated_share(words, run=thresholds.repeated_run),
            list_lines=signals.list_line_share(essay.raw.splitlines()),
            code_characters=signals.code_character_share(essay.clean),
            similarity=(
                self._similarity.of(reading, prompt) if prompt and thresholds.similarity else 1.0
            ),
            off_topic_part=suspect.probability if suspect else 0.0,
            copied_prompt=(
                signals.copied_share(words, split_words(prompt), run=thresholds.copied_run)
                if prompt
                else 0.0
            ),
        )

    def _suspect_part(
        self, essay: Text, reading: Reading, prompt: str | None
    ) -> SuspectPart | None:
        if self._part_detector is None:
            return None
        prompt_tokens = self._reader.tokenize(prompt) if prompt else None
        return self._part_detector.find(essay.clean, reading.tokens, prompt=prompt_tokens)

    def _foreign_language(self, clean: str) -> str | None:
        """Return the code of a text's language, if it certainly is not English."""
        language = self._languages.identify(clean) if self._languages else None
        if language is None or language.code == ENGLISH:
            return None
        certain = language.probability >= self.manifest.thresholds.language_probability
        return language.code if certain else None

    def _explain(self, essay: Text, reading: Reading, value: int) -> Explanation:
        pieces = split_pieces(essay.clean)
        drops = contributions(
            pieces,
            state_of=lambda piece: self._reader.read(piece).state,
            predict=self._reader.predict_from_state,
        )
        sentences = (
            Sentence(
                text=piece.text,
                paragraph=piece.paragraph,
                contribution=round(self.manifest.calibration.slope * drop, 4),
            )
            for piece, drop in zip(pieces, drops, strict=True)
        )
        return Explanation(
            sentences=tuple(sentences),
            observations=observe(reading.features, self.manifest.typical_ranges.get(value, {})),
        )


def _parse_prompt(prompt: str | None) -> str | None:
    """Return the prompt's normalized text; none if it has no words."""
    try:
        return Text.parse(prompt).clean if prompt else None
    except NoWords:
        return None
