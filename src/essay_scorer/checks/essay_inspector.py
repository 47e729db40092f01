"""Inspect an essay: measure everything that its flags depend on."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from essay_scorer.checks import signals
from essay_scorer.checks.flags import OFF_TOPIC_PART, Signals, flags_of
from essay_scorer.checks.gibberish import GibberishDetector
from essay_scorer.checks.language import ENGLISH, LanguageIdentifier
from essay_scorer.checks.off_topic_part import PartDetector, SuspectPart
from essay_scorer.checks.similarity import PromptSimilarity
from essay_scorer.model.files import GIBBERISH, LANGUAGES, TOPICS
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.text.normalize import Passage, Text
from essay_scorer.text.words import count_words, split_words


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What an inspection found.

    Attributes:
        flags: their codes.
        language: ISO 639 code; only if the text certainly is not in English.
        off_topic_part: where that part is in the text; only with its flag.
    """

    flags: tuple[str, ...]
    language: str | None
    off_topic_part: Passage | None


@dataclass(frozen=True, kw_only=True)
class Detectors:
    """The trained detectors of a bundle; what is missing flags nothing.

    Attributes:
        gibberish: of meaningless text.
        off_topic_part: of parts about something else.
        languages: which language a text is in.
    """

    gibberish: GibberishDetector | None = None
    off_topic_part: PartDetector | None = None
    languages: LanguageIdentifier | None = None

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> Self:
        """Load the detectors that a bundle has.

        Raises:
            BundleInvalid: a file cannot be used; the message names it.
        """
        gibberish, topics = folder / GIBBERISH, folder / TOPICS
        return cls(
            gibberish=GibberishDetector.load(gibberish) if gibberish.is_file() else None,
            off_topic_part=(
                PartDetector.load(topics, manifest.off_topic_part)
                if manifest.off_topic_part and topics.is_file()
                else None
            ),
            languages=LanguageIdentifier(folder / LANGUAGES),
        )


class EssayInspector:
    """Inspects essays by a bundle's thresholds. Thread-safe."""

    def __init__(self, manifest: Manifest, reader: Reader, detectors: Detectors) -> None:
        """Take what inspecting needs.

        Args:
            manifest: of the bundle.
            reader: of the bundle.
            detectors: of the bundle.

        Raises:
            BundleInvalid: a detector does not fit the reader.
        """
        for detector in (detectors.gibberish, detectors.off_topic_part):
            if detector is not None:
                detector.check_fits(reader)
        self._manifest, self._detectors = manifest, detectors
        self._reader, self._similarity = reader, self._compare_prompts(reader)

    def with_reader(self, reader: Reader) -> Self:
        """Return the same inspector with another reader of the same bundle."""
        other = copy.copy(self)
        other._reader, other._similarity = reader, self._compare_prompts(reader)
        return other

    def inspect(self, essay: Text, reading: Reading, prompt: str | None) -> Findings:
        """Inspect an essay.

        Args:
            essay: the text.
            reading: of the text.
            prompt: the assignment's normalized text, if it is known.
        """
        suspect = self._suspect_part(essay, reading, prompt)
        found = self._signals(essay, reading, prompt, suspect)
        flags = flags_of(found, self._manifest.thresholds)
        is_flagged = suspect is not None and OFF_TOPIC_PART in flags
        return Findings(
            flags=flags,
            language=found.language,
            off_topic_part=essay.locate(suspect.passage) if suspect and is_flagged else None,
        )

    def _compare_prompts(self, reader: Reader) -> PromptSimilarity:
        detector = self._detectors.off_topic_part
        return PromptSimilarity(
            reader,
            hidden_size=self._manifest.hidden_size,
            topics=detector.table if detector else None,
        )

    def _signals(
        self, essay: Text, reading: Reading, prompt: str | None, suspect: SuspectPart | None
    ) -> Signals:
        thresholds, words = self._manifest.thresholds, split_words(essay.clean)
        common_words = signals.common_word_share(words)
        gibberish = self._detectors.gibberish
        return Signals(
            word_count=count_words(essay.clean),
            common_words=common_words,
            language=(
                self._foreign_language(essay.clean)
                if common_words < thresholds.language_common_words
                else None
            ),
            gibberish=gibberish.probability(reading) if gibberish else 0.0,
            repeated=signals.repeated_share(words, run=thresholds.repeated_run),
            list_lines=signals.list_line_share(essay.plain.splitlines()),
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
        detector = self._detectors.off_topic_part
        if detector is None:
            return None
        prompt_tokens = self._reader.tokenize(prompt) if prompt else None
        return detector.find(essay.clean, reading.tokens, prompt=prompt_tokens)

    def _foreign_language(self, clean: str) -> str | None:
        """Return the code of a text's language, if it certainly is not English."""
        languages = self._detectors.languages
        language = languages.identify(clean) if languages else None
        if language is None or language.code == ENGLISH:
            return None
        certain = language.probability >= self._manifest.thresholds.language_probability
        return language.code if certain else None
