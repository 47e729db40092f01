"""Marks as people write them: 14, 14.5, 14,5, 14/20, 85%, B+; blank or absent is no mark."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from essay_scorer.errors import InvalidMarks
from essay_scorer.model.scale import Scale

_NUMBER = re.compile(
    r"([+-]?\d+(?:[.,]\d+)?)\s*"
    r"(?:(?:/|out of|sur|von)\s*(\d+(?:[.,]\d+)?)|(%)|(?:points?|pts?|p)\.?)?",
    re.IGNORECASE,
)
# What a gradebook says of an essay that was not marked, in lower case.
NO_MARK = frozenset(
    {"", "-", "–", "—", "?", "n/a", "na", "nan", "none", "null", "absent", "absente", "abs", "abs.",
     "excused", "exempt", "missing", "dispensé", "dispensée", "disp.", "non rendu", "fehlt"}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A mark as it was written.

    Attributes:
        number: its value; 0 for a letter.
        maximum: the mark that it is out of, if that was written.
        letter: such as B+; empty for a number.
    """

    number: float = 0.0
    maximum: float | None = None
    letter: str = ""

    @classmethod
    def parse(cls, value: object, *, essay: str) -> "Mark | None":
        """Read a mark; None if there is none.

        Args:
            value: a string or a number.
            essay: its name, for messages.

        Raises:
            InvalidMarks: it is something else.
        """
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if not math.isfinite(value):
                raise _invalid(value, essay)
            return cls(number=float(value))
        text = str(value).strip()
        if text.lower() in NO_MARK:
            return None
        if matched := _NUMBER.fullmatch(text):
            number, maximum, percent = matched.groups()
            out_of = 100.0 if percent else _decimal(maximum) if maximum else None
            return cls(number=_decimal(number), maximum=out_of)
        return cls(letter=text.replace("−", "-").replace("–", "-"))

    def position(self, scale: Scale, *, essay: str) -> float:
        """Return the mark as a number of a scale.

        Args:
            scale: of the marks.
            essay: its name, for messages.

        Raises:
            InvalidMarks: the scale does not have it.
        """
        if scale.labels:
            label = self.letter or f"{self.number:g}"
            found = [one for one in scale.labels if one.lower() == label.lower()]
            if not found:
                raise _not_on_scale(label, scale, essay)
            return float(scale.labels.index(found[0]))
        if self.letter:
            raise _invalid(self.letter, essay)
        if self.maximum not in (None, scale.max):
            raise InvalidMarks(
                f"The mark of {essay} is out of {self.maximum:g}, but the scale ends at "
                f"{scale.max:g}; convert it, or name the other scale."
            )
        if not scale.contains(self.number):
            raise _not_on_scale(f"{self.number:g}", scale, essay)
        return scale.score_at(scale.position(self.number))


def parse_marks(values: Sequence[object], names: Sequence[str]) -> list[Mark | None]:
    """Read marks; None where there is none.

    Args:
        values: one for each essay.
        names: of the essays, for messages.

    Raises:
        InvalidMarks: one is not a mark.
    """
    return [Mark.parse(value, essay=name) for value, name in zip(values, names, strict=True)]


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))


def _invalid(value: object, essay: str) -> InvalidMarks:
    shown = str(value)[:20]
    return InvalidMarks(
        f"The mark of {essay} is not a mark: {shown!r}. Write a number or a letter, or "
        "leave it empty."
    )


def _not_on_scale(shown: str, scale: Scale, essay: str) -> InvalidMarks:
    return InvalidMarks(
        f"The mark of {essay}, {shown[:20]}, is not on the scale {scale}; correct it, or "
        "name another scale."
    )
