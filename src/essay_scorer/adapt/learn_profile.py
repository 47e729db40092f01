"""Learn a profile from the essays of a class, some of which have marks."""

from collections.abc import Sequence

import numpy as np

from essay_scorer.adapt.class_essays import ClassEssays
from essay_scorer.adapt.class_space import Column
from essay_scorer.adapt.essay_vector import EssayVector
from essay_scorer.adapt.learner import Learner
from essay_scorer.adapt.mark_scale import guess_scale, parse_scale, with_step_of
from essay_scorer.adapt.marks import Mark, parse_marks
from essay_scorer.adapt.profile import Profile
from essay_scorer.adapt.start_set import choose_start_set
from essay_scorer.errors import InvalidMarks
from essay_scorer.model.scale import Scale

MIN_MARKS = 5


def learn_profile(
    vectors: Sequence[EssayVector],
    marks: Sequence[object],
    *,
    bundle_scale: Scale,
    scale: Scale | str | None = None,
    names: Sequence[str] | None = None,
) -> Profile:
    """Learn a profile.

    The shipped score and the writing features give a prior, so that few marks do little and do
    no harm; kernel ridge regression learns how the marks differ from it. Where the scorer knows
    the assignment and the scale is its own, the shipped score is the prior as it is.

    Args:
        vectors: of all essays of the class; those without a mark show what is usual in it.
        marks: one for each essay, as people write them; None or blank where there is none.
        bundle_scale: the shipped scorer's.
        scale: of the marks; guessed from them by default.
        names: of the essays, for messages; "essay 1" and so on by default.

    Raises:
        InvalidMarks: there are too few, they contradict each other, or the scale is unclear.
        InvalidProfile: the vectors are of different bundles.
    """
    if len(vectors) != len(marks):
        raise InvalidMarks(f"There are {len(vectors)} essays and {len(marks)} marks.")
    names = names or [f"essay {number}" for number in range(1, len(marks) + 1)]
    parsed = parse_marks(marks, names)
    rows = [row for row, mark in enumerate(parsed) if mark is not None]
    given = [mark for mark in parsed if mark is not None]
    if len(given) < MIN_MARKS:
        raise InvalidMarks(
            f"Too few marks: {len(given)}. Mark at least {MIN_MARKS} essays, so that there is "
            "something to learn from."
        )
    chosen = _scale_of(given, scale)
    points = np.array(
        [mark.position(chosen, essay=names[row]) for mark, row in zip(given, rows, strict=True)]
    )
    _check_marks([(names[row], vectors[row].values) for row in rows], points, chosen)
    essays = ClassEssays.of(vectors)
    learner = Learner.of(essays, np.array(rows), points, chosen, bundle_scale)
    return learner.profile(vectors[0])


def suggest_first(vectors: Sequence[EssayVector], size: int) -> list[int]:
    """Return which essays of a class to mark first, in ascending order.

    Args:
        vectors: of the class.
        size: how many.
    """
    return choose_start_set(ClassEssays.of(vectors).expected, size) if vectors else []


def _scale_of(given: Sequence[Mark], scale: Scale | str | None) -> Scale:
    if scale is None:
        return guess_scale(given)
    named = parse_scale(scale) if isinstance(scale, str) else scale
    return with_step_of(named, [mark.number for mark in given if not mark.letter])


def _check_marks(essays: Sequence[tuple[str, str]], points: Column, scale: Scale) -> None:
    """Check that marks can be learned from.

    Args:
        essays: the name and the vector of each.
        points: their marks, (essays,).
        scale: of the marks.
    """
    seen: dict[str, tuple[str, float]] = {}
    for (name, values), mark in zip(essays, points.tolist(), strict=True):
        other_name, other = seen.setdefault(values, (name, mark))
        if other != mark:
            raise InvalidMarks(
                f"The same text has two marks, {scale.label(other)} ({other_name}) and "
                f"{scale.label(mark)} ({name}); keep one of them."
            )
    if len(seen) < MIN_MARKS:
        raise InvalidMarks(f"{len(seen)} different essays are marked; mark at least {MIN_MARKS}.")
    if len(set(points.tolist())) == 1:
        raise InvalidMarks(
            f"All marks are {scale.label(float(points[0]))}; mark essays that are better or worse."
        )
