"""A score: the model's answer for one essay, and its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from essay_scorer.explain.attribution import Explanation, Sentence
from essay_scorer.explain.observations import Observation
from essay_scorer.model.calibration import Interval, Scale
from essay_scorer.model.manifest import Model
from essay_scorer.text.normalize import Passage

SCORE_KEY = "essay score"  # of ``Score.value`` in JSON, as the original system names it


@dataclass(frozen=True, kw_only=True)
class Score:
    """The model's answer for one essay: a suggestion, not a grade.

    Attributes:
        value: suggested score, a whole number.
        raw: score before rounding.
        scale: lowest and highest score that a rater can give.
        interval: prediction interval; it contains the human score with probability `coverage`.
        flags: codes of warnings about the text; they never change the score.
        uncertainty: share of ordinary essays whose score is more certain, from 0 to 1.
        review: whether a person should review the essay.
        model: name and version of the model.
        language: ISO 639 code; only with the flag `not_english`.
        off_topic_part: where that part is in the text; only with the flag `off_topic_part`.
        explanation: reasons for the score; only if requested.
    """

    value: int
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

    def to_dict(self) -> dict[str, Any]:
        """Return the score as JSON on the wire; absent fields are left out."""
        table: dict[str, Any] = {
            SCORE_KEY: self.value,
            "raw": round(self.raw, 4),
            "scale": dict(vars(self.scale)),
            "interval": dict(vars(self.interval)),
            "flags": list(self.flags),
            "uncertainty": self.uncertainty,
            "review": self.review,
            "model": dict(vars(self.model)),
        }
        if self.language is not None:
            table["language"] = self.language
        if self.off_topic_part is not None:
            part = self.off_topic_part
            table["off_topic_part"] = {"start": part.start, "end": part.end}
        if self.explanation is not None:
            table["explanation"] = {
                name: [dict(vars(one)) for one in records]
                for name, records in vars(self.explanation).items()
            }
        return table

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Self:
        """Read what ``to_dict`` returned.

        Raises:
            KeyError, TypeError: it is something else.
        """
        fields = dict(table)
        explanation, part = fields.pop("explanation", None), fields.pop("off_topic_part", None)
        return cls(
            value=fields.pop(SCORE_KEY),
            scale=Scale(**fields.pop("scale")),
            interval=Interval(**fields.pop("interval")),
            flags=tuple(fields.pop("flags")),
            model=Model(**fields.pop("model")),
            off_topic_part=None if part is None else Passage(**part),
            explanation=None if explanation is None else _read_explanation(explanation),
            **fields,
        )


def _read_explanation(table: Mapping[str, Any]) -> Explanation:
    return Explanation(
        sentences=tuple(Sentence(**one) for one in table["sentences"]),
        observations=tuple(Observation(**one) for one in table["observations"]),
    )
