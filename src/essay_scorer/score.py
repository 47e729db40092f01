"""A score: the model's answer for one essay, and its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from essay_scorer.adapt.essay_vector import EssayVector
from essay_scorer.checks.flags import NOT_ENGLISH, TOO_LONG, TOO_SHORT
from essay_scorer.explain.explanation import Explanation, Sentence
from essay_scorer.explain.highlights import Highlight
from essay_scorer.explain.observations import Observation
from essay_scorer.model.calibration import Interval
from essay_scorer.model.manifest import Model
from essay_scorer.model.scale import Scale
from essay_scorer.text.normalize import Passage

if TYPE_CHECKING:
    from essay_scorer.adapt.profile import Suggestion

SCORE_KEY = "essay score"  # of ``Score.value`` in JSON, as the original system names it


@dataclass(frozen=True, kw_only=True)
class Score:
    """The model's answer for one essay: a suggestion, not a grade.

    Attributes:
        value: suggested score: a whole number, unless the scale has another step.
        raw: score before rounding.
        scale: lowest and highest score that a rater can give.
        interval: prediction interval; it contains the human score with probability `coverage`.
        flags: codes of warnings about the text; they never change the score.
        uncertainty: share of ordinary essays whose score is more certain, from 0 to 1; with a
            profile, share of its class's essays that are more like the others.
        review: whether a person should review the essay.
        model: name and version of the model.
        language: ISO 639 code; only with the flag `not_english`.
        off_topic_part: where that part is in the text; only with the flag `off_topic_part`.
        explanation: reasons for the score; only if requested.
        label: the score as the teacher writes it; only on a scale of labels.
        features: what a client needs to learn a profile; only if requested.
    """

    value: float
    raw: float
    scale: Scale
    interval: Interval
    flags: tuple[str, ...]
    uncertainty: float
    review: bool
    model: Model
    language: str | None = None
    off_topic_part: Passage | None = None
    explanation: Explanation | None = None
    label: str | None = None
    features: EssayVector | None = None

    def with_suggestion(
        self, suggestion: "Suggestion", scale: Scale, *, review_share: float
    ) -> Self:
        """Return the score on the scale of a profile.

        Another language and another length than those of the bundle's essays alone ask for no
        person: the profile has its own proof, and an essay unlike its class is strange.

        Args:
            suggestion: of the profile.
            scale: of the profile.
            review_share: see ``Scorer.load``.
        """
        serious = set(self.flags) - {NOT_ENGLISH, TOO_SHORT, TOO_LONG}
        return replace(
            self,
            value=suggestion.value,
            label=scale.label(suggestion.value) if scale.labels else None,
            raw=suggestion.raw,
            scale=scale,
            interval=suggestion.interval,
            uncertainty=suggestion.strangeness,
            review=bool(serious) or suggestion.strangeness > 1 - review_share,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the score as JSON on the wire; absent fields are left out."""
        table: dict[str, Any] = {
            SCORE_KEY: self.value,
            "raw": round(self.raw, 4),
            "scale": self.scale.to_dict(),
            "interval": dict(vars(self.interval)),
            "flags": list(self.flags),
            "uncertainty": self.uncertainty,
            "review": self.review,
            "model": dict(vars(self.model)),
        }
        for name in ("label", "language"):
            if getattr(self, name) is not None:
                table[name] = getattr(self, name)
        if self.off_topic_part is not None:
            part = self.off_topic_part
            table["off_topic_part"] = {"start": part.start, "end": part.end}
        if self.explanation is not None:
            table["explanation"] = {
                name: [dict(vars(one)) for one in records]
                for name, records in vars(self.explanation).items()
            }
        if self.features is not None:
            table["features"] = self.features.to_dict()
        return table

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            KeyError, TypeError: it is something else.
        """
        fields = dict(table)
        explanation, part = fields.pop("explanation", None), fields.pop("off_topic_part", None)
        features = fields.pop("features", None)
        return cls(
            value=fields.pop(SCORE_KEY),
            scale=Scale.from_dict(fields.pop("scale")),
            interval=Interval(**fields.pop("interval")),
            flags=tuple(fields.pop("flags")),
            model=Model(**fields.pop("model")),
            off_topic_part=None if part is None else Passage(**part),
            explanation=None if explanation is None else _read_explanation(explanation),
            features=None if features is None else EssayVector.from_dict(features),
            **fields,
        )


def _read_explanation(table: Mapping[str, Any]) -> Explanation:
    return Explanation(
        sentences=tuple(Sentence(**one) for one in table["sentences"]),
        highlights=tuple(Highlight(**one) for one in table["highlights"]),
        observations=tuple(Observation(**one) for one in table["observations"]),
    )
