"""A teacher's scale: as she names it, or as her marks show it."""

import re
from collections.abc import Sequence

from essay_scorer.adapt.marks import Mark
from essay_scorer.contract import MAX_LEVELS
from essay_scorer.errors import InvalidMarks
from essay_scorer.model.scale import Scale

_RANGE = re.compile(
    r"(-?\d+(?:[.,]\d+)?)\s*(?:-|–|to|\.\.)\s*(-?\d+(?:[.,]\d+)?)\s*%?"
    r"(?:\s*(?::|in steps of|step)\s*(\d+(?:[.,]\d+)?))?"
)
_STEPS = (1.0, 0.5, 0.25, 0.2, 0.1, 0.05, 0.01)
PLAIN_LETTERS = ("F", "D", "C", "B", "A")
LETTERS_WITH_E = ("F", "E", "D", "C", "B", "A")
SIGNED_LETTERS = ("F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+")
_GUESSED_MAXIMA = ((10, 20), (60, 100))  # more than the first: the second is the only usual one
_EXAMPLES = "0-20, 1-6, 0-10:0.5 (in halves) or A,B,C,D,F (the best first)"


def parse_scale(text: str) -> Scale:
    """Read a scale such as ``0-20``, ``0-10:0.5``, ``percent`` or ``A,B,C,D,F`` (best first).

    Raises:
        InvalidMarks: it is something else, or has fewer than 2 or more than 1,001 levels.
    """
    stripped = text.strip()
    if stripped.lower() in ("percent", "%", "0-100%"):
        return Scale(min=0, max=100)
    if matched := _RANGE.fullmatch(stripped):
        low, high, step = (
            float(part.replace(",", ".")) if part else 0.0 for part in matched.groups()
        )
        return checked(Scale(min=_whole(low), max=_whole(high), step=_whole(step or 1.0)), text)
    labels = tuple(label.strip() for label in stripped.split(","))
    if len(labels) > 1 and all(labels) and len(set(labels)) == len(labels):
        return checked(Scale.of_labels(labels[::-1]), text)
    raise InvalidMarks(f"{text!r} is not a scale; write one like {_EXAMPLES}.")


def checked(scale: Scale, name: str) -> Scale:
    """Return a scale whose levels are usable.

    Raises:
        InvalidMarks: it has too few or too many, or the step does not fit.
    """
    if scale.step <= 0 or scale.max <= scale.min:
        raise InvalidMarks(f"The scale {name} has one level or none; write one like {_EXAMPLES}.")
    if (scale.max - scale.min) / scale.step > MAX_LEVELS - 0.5:
        raise InvalidMarks(
            f"The scale {name} has more than {MAX_LEVELS:,} levels; give a larger step, such as "
            f"{scale.min:g}-{scale.max:g}:{(scale.max - scale.min) / 100:g}."
        )
    if abs(scale.min + (scale.levels - 1) * scale.step - scale.max) > 1e-6:
        raise InvalidMarks(
            f"The scale {name} does not end on a whole number of steps; give another step."
        )
    return scale


def guess_scale(marks: Sequence[Mark]) -> Scale:
    """Return the scale that marks show.

    Marks with a maximum, such as 14/20 or 85%, name it; letters show theirs. Of plain numbers,
    only those between 10 and 20 and those above 60 belong to one usual scale.

    Raises:
        InvalidMarks: they fit several scales or none.
    """
    if any(mark.letter for mark in marks):
        return _letter_scale(marks)
    maxima = {mark.maximum for mark in marks if mark.maximum is not None}
    numbers = [mark.number for mark in marks]
    if len(maxima) > 1:
        named = " and ".join(f"{maximum:g}" for maximum in sorted(maxima))
        raise InvalidMarks(f"Some marks are out of {named}; give all of them out of one maximum.")
    highest = max(numbers)
    guessed = next(
        (top for above, top in reversed(_GUESSED_MAXIMA) if above < highest <= top), None
    )
    maximum = maxima.pop() if maxima else guessed
    if maximum is None or min(numbers) < 0:
        raise InvalidMarks(
            f"Marks from {min(numbers):g} to {highest:g} fit several scales; name yours, such as "
            f"{_EXAMPLES}."
        )
    return with_step_of(Scale(min=0, max=_whole(maximum)), numbers)


def with_step_of(scale: Scale, numbers: Sequence[float]) -> Scale:
    """Return a scale whose step is small enough for all marks, which stay unchanged.

    Raises:
        InvalidMarks: the step would be too small.
    """
    if scale.labels or all(map(scale.contains, numbers)):
        return scale
    for step in _STEPS:
        finer = Scale(min=scale.min, max=scale.max, step=_whole(step))
        if step < scale.step and all(finer.contains(n) for n in numbers if _inside(scale, n)):
            return checked(finer, f"{scale.min:g}-{scale.max:g}:{step:g}")
    return scale


def _inside(scale: Scale, number: float) -> bool:
    return scale.min <= number <= scale.max


def _letter_scale(marks: Sequence[Mark]) -> Scale:
    letters = {mark.letter.upper() for mark in marks}
    for labels in (PLAIN_LETTERS, LETTERS_WITH_E, SIGNED_LETTERS):
        if letters <= set(labels):
            return Scale.of_labels(labels)
    raise InvalidMarks(
        "The marks are not all letters from A+ to F; name the scale, the best mark first, such as "
        "A,B,C,D,F."
    )


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number
