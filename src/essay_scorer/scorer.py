"""Score essays: ``Scorer`` calls each stage of the pipeline in turn."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from essay_scorer.checks.essay_inspector import Detectors, EssayInspector
from essay_scorer.checks.uncertainty import resolve_review_share, uncertainty_of
from essay_scorer.explain.explanation import Explanation, explain_score
from essay_scorer.model.bundle import check_sizes, default_bundle
from essay_scorer.model.files import MODEL_CARD
from essay_scorer.model.graph import Scheduler, State
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.model.scale import Scale
from essay_scorer.score import Score
from essay_scorer.text.normalize import Text, parse_prompt

if TYPE_CHECKING:  # a score without a profile needs none of them
    from essay_scorer.adapt.essay_vector import EssayVector
    from essay_scorer.adapt.profile import Profile
    from essay_scorer.adapt.vectorizer import Vectorizer


class Scorer:
    """Scores essays with one bundle. Thread-safe; a score depends on its essay alone."""

    def __init__(
        self,
        *,
        manifest: Manifest,
        reader: Reader,
        folder: Path | None = None,
        detectors: Detectors | None = None,
        review_share: float | None = None,
    ) -> None:
        """Put a scorer together; ``load`` does so from a bundle.

        Args:
            manifest: of the bundle.
            reader: of the bundle.
            folder: of the bundle.
            detectors: of the bundle; none by default.
            review_share: see ``load``.

        Raises:
            BundleInvalid: a detector does not fit the reader.
        """
        self.manifest = manifest
        self.review_share = resolve_review_share(review_share)
        self._reader = reader
        self._folder = folder
        self._inspector = EssayInspector(manifest, reader, detectors or Detectors())
        self._profile: Profile | None = None

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
        # Before the graph, which is the expensive part: an invalid file is rejected early.
        return cls(
            detectors=Detectors.load(folder, manifest),
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
    def scale(self) -> Scale:
        """Of the scores: the profile's, if there is one, else the bundle's."""
        return self._profile.scale if self._profile else self.manifest.scale

    @property
    def profile(self) -> "Profile | None":
        """That the scorer scores by unless a call names another; None for the bundle's scale."""
        return self._profile

    @property
    def threads(self) -> int:
        """Cores that one essay may use."""
        return self._reader.threads

    def with_scheduler(self, scheduler: Scheduler) -> Self:
        """Return the same scorer, whose concurrent essays compute in the scheduler's order."""
        scheduled = copy.copy(self)
        reader = self._reader.with_scheduler(scheduler)
        scheduled._reader = reader
        scheduled._inspector = self._inspector.with_reader(reader)
        return scheduled

    def with_profile(self, profile: "Profile | None") -> Self:
        """Return the same scorer, which scores by this profile unless a call names another.

        Raises:
            InvalidProfile: the profile was learned with another bundle.
        """
        if profile is not None:
            profile.check_bundle(self._vectorizer.bundle)
        scorer = copy.copy(self)
        scorer._profile = profile
        return scorer

    def score(
        self,
        text: str,
        *,
        prompt: str | None = None,
        explain: bool = False,
        profile: "Profile | None" = None,
        features: bool = False,
    ) -> Score:
        """Score one essay; it is read whole up to about 100,000 words.

        Args:
            text: the essay.
            prompt: the assignment's text. It never changes the score; it enables the flags
                ``off_topic`` and ``copied_prompt``.
            explain: add each sentence's contribution, highlights, and observations.
            profile: a teacher's, learned with this bundle: the score is on its scale.
            features: add the essay's vector, from which a client can learn a profile.

        Raises:
            TextError: the text is not a string, or has no words.
            InvalidProfile: the profile was learned with another bundle.
        """
        profile = profile or self._profile
        if profile is not None:
            profile.check_bundle(self._vectorizer.bundle)
        essay = Text.parse(text)
        reading = self._reader.read(essay.clean)
        score = self._judge(essay, reading, prompt=parse_prompt(prompt))
        if profile is not None:
            vector = self._vectorizer.vector(essay.clean, self._reader, reading)
            score = score.with_suggestion(
                profile.suggest(vector), profile.scale, review_share=self.review_share
            )
        if explain:
            score = replace(score, explanation=self._explain(essay, reading, score, profile))
        if features:
            sent = self._vectorizer.essay_vector(essay.clean, self._reader, reading)
            score = replace(score, features=sent)
        return score

    def score_many(self, texts: Iterable[str]) -> list[Score]:
        """Score essays in order; each gets exactly the score that it gets alone.

        Raises:
            TextError: one cannot be scored.
        """
        return [self.score(text) for text in texts]

    def adapt(
        self,
        texts: Sequence[str],
        marks: Sequence[object],
        *,
        scale: Scale | str | None = None,
        names: Sequence[str] | None = None,
    ) -> "Profile":
        """Learn a teacher's assignment and scale from her marks.

        Args:
            texts: essays of one assignment.
            marks: of each essay, such as 14, "14/20", "85%" or "B+"; None if it has none.
            scale: such as ``0-20``, ``0-10:0.5`` or ``A,B,C,D,F``; guessed by default.
            names: of the essays, for messages.

        Raises:
            InvalidMarks: there are fewer than five, they contradict each other, or they fit
                several scales.
            TextError: a text cannot be read.
            BundleInvalid: the bundle cannot be adapted.
        """
        from essay_scorer.adapt.learn_profile import learn_profile  # noqa: PLC0415

        return learn_profile(
            self._vectors(texts),
            marks,
            scale=scale,
            bundle_scale=self.manifest.scale,
            names=names,
        )

    def suggest_first(self, texts: Sequence[str], n: int = 10) -> list[int]:
        """Return which ``n`` essays of a class to mark first, by their positions in ``texts``."""
        from essay_scorer.adapt.learn_profile import suggest_first  # noqa: PLC0415

        return suggest_first(self._vectors(texts), n)

    @cached_property
    def _vectorizer(self) -> "Vectorizer":
        from essay_scorer.adapt.vectorizer import Vectorizer  # noqa: PLC0415

        return Vectorizer.load(self._folder, self.manifest, self._reader)

    def _vectors(self, texts: Iterable[str]) -> "list[EssayVector]":
        vectorizer, clean = self._vectorizer, [Text.parse(text).clean for text in texts]
        return [
            vectorizer.essay_vector(text, self._reader, self._reader.read(text)) for text in clean
        ]

    def model_card(self) -> str:
        """Return the model card, in Markdown; empty without a bundle's folder."""
        if self._folder is None:
            return ""
        return (self._folder / MODEL_CARD).read_text(encoding="utf-8")

    def _judge(self, essay: Text, reading: Reading, *, prompt: str | None) -> Score:
        manifest, calibration = self.manifest, self.manifest.calibration
        raw = calibration.raw_score(reading.prediction, manifest.scale)
        uncertainty = uncertainty_of(manifest.uncertainty, raw, reading.features)
        findings = self._inspector.inspect(essay, reading, prompt)
        return Score(
            value=manifest.scale.nearest(raw),
            raw=raw,
            scale=manifest.scale,
            interval=calibration.interval(raw, manifest.scale, familiarity=reading.familiarity),
            uncertainty=uncertainty,
            review=bool(findings.flags) or uncertainty > 1 - self.review_share,
            model=manifest.model,
            **vars(findings),
        )

    def _explain(
        self, essay: Text, reading: Reading, score: Score, profile: "Profile | None"
    ) -> Explanation:
        """Explain a score; an essay scored by a profile gets no observations.

        They compare an essay with essays of the bundle's assignments.
        """
        return explain_score(
            essay,
            reading.features,
            {} if profile else self.manifest.typical_ranges.get(score.value, {}),
            state_of=lambda piece: self._reader.read(piece).state,
            predict=partial(self._points, profile),
        )

    def _points(self, profile: "Profile | None", clean: str, state: State) -> float:
        """Return the score of a text that was read in pieces, neither clipped nor rounded."""
        reading = self._reader.read_from_state(clean, state)
        if profile is None:
            return self.manifest.calibration.slope * reading.prediction
        vector = self._vectorizer.vector(clean, self._reader, reading)
        return float(profile.model.predict(profile.space.standardize(vector)))
