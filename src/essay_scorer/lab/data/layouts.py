"""Which column of a file means what: two published corpora by their columns, others by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from essay_scorer.errors import FileError


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Column names of a file; an empty one is a column that the file need not have."""

    name: str = "by name"
    text: str = "text"
    score: str = "score"
    prompt: str = ""
    split: str = ""
    rater1: str = ""
    rater2: str = ""
    scale_min: str = ""
    scale_max: str = ""
    groups: tuple[str, ...] = ()
    scales: dict[str, tuple[int, int]] = field(default_factory=dict)  # by prompt


KAGGLE = Layout(
    name="ASAP-AES, as published on Kaggle",
    text="essay",
    score="domain1_score",
    prompt="essay_set",
    rater1="rater1_domain1",
    rater2="rater2_domain1",
    scales={
        "1": (2, 12), "2": (1, 6), "3": (0, 3), "4": (0, 3),
        "5": (0, 4), "6": (0, 4), "7": (0, 30), "8": (0, 60),
    },
)  # fmt: skip

ASAP2 = Layout(
    name="ASAP 2.0",
    text="full_text",
    score="score",
    prompt="prompt_name",
    groups=(
        "race_ethnicity",
        "gender",
        "economically_disadvantaged",
        "student_disability_status",
        "ell_status",
    ),
    scales={},
)

_KNOWN = (KAGGLE, ASAP2)
_USUAL = {
    "text": ("text", "essay", "full_text", "essay_text"),
    "score": ("score", "holistic_score", "grade"),
    "prompt": ("prompt", "prompt_id", "prompt_name", "essay_set"),
    "split": ("split",),
    "rater1": ("rater1", "rater_1"),
    "rater2": ("rater2", "rater_2"),
    "scale_min": ("score_min",),
    "scale_max": ("score_max",),
}


def recognise(columns: Sequence[str], named: dict[str, str], groups: Sequence[str] = ()) -> Layout:
    """Return the layout of a file with these columns.

    Args:
        columns: the names of all the file's columns.
        named: what the user says, like ``{"text": "Aufsatz"}``; it wins over any guess.
        groups: the columns that part the writers into groups.

    Raises:
        FileError: a named column is not there, or none for the text or the score is.
    """
    for column in [*named.values(), *groups]:
        if column not in columns:
            raise FileError(f"There is no column {column}; there are: {', '.join(columns)}.")
    for layout in _KNOWN:
        if not named and {layout.text, layout.score, layout.prompt} <= set(columns):
            present = tuple(groups) or tuple(name for name in layout.groups if name in columns)
            return replace(layout, groups=present)
    chosen: dict[str, Any] = {
        role: next((name for name in usual if name in columns), "")
        for role, usual in _USUAL.items()
    } | named
    for role in ("text", "score"):
        if not chosen[role]:
            raise FileError(
                f"No column is the {role}; name it with --{role}. There are: {', '.join(columns)}."
            )
    return replace(Layout(groups=tuple(groups)), **chosen)
