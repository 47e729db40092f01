"""Which column of a file of scored essays holds what.

Two public corpora are recognized by their columns; in other files, columns have usual names or
are named by the user.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from essay_scorer.tables.columns import Role, check_column, choose_column, require_column

_DESCRIBED = (
    "text", "score", "prompt_id", "split", "rater1", "rater2", "scale_min", "scale_max"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The columns of a file.

    Attributes:
        name: where the layout comes from, for the report.
        text: the essay.
        score: the human score.
        prompt_id: the label of the assignment.
        split: "train", "dev" or "test".
        rater1: the first rater's score.
        rater2: the second rater's score.
        scale_min: the lowest possible score.
        scale_max: the highest possible score.
        groups: columns that divide the writers into groups, for the fairness report.
        scales: the published scale (min, max) of each prompt.
    """

    name: str = "by column names"
    text: str
    score: str
    prompt_id: str | None = None
    split: str | None = None
    rater1: str | None = None
    rater2: str | None = None
    scale_min: str | None = None
    scale_max: str | None = None
    groups: tuple[str, ...] = ()
    scales: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def columns(self) -> dict[str, str]:
        """Return the columns by what they hold; groups are numbered."""
        return self._roles() | {f"group {n}": name for n, name in enumerate(self.groups, start=1)}

    def describe_choice(self) -> str:
        """Return which column holds what, for people."""
        return ", ".join(f"{role}: {column}" for role, column in self._roles().items())

    def _roles(self) -> dict[str, str]:
        roles = {role: getattr(self, role) for role in _DESCRIBED}
        return {role: column for role, column in roles.items() if column}


KAGGLE = Layout(
    name="ASAP-AES, as published on Kaggle",
    text="essay",
    score="domain1_score",
    prompt_id="essay_set",
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
    prompt_id="prompt_name",
    groups=(
        "race_ethnicity",
        "gender",
        "economically_disadvantaged",
        "student_disability_status",
        "ell_status",
    ),
)

_PUBLISHED = (KAGGLE, ASAP2)


def recognize_layout(
    columns: Sequence[str], named: Mapping[str, str], groups: Sequence[str], *, where: str
) -> Layout:
    """Return the layout of a file.

    Args:
        columns: the names of its columns.
        named: columns that the user names, by role, like ``{"text": "Aufsatz"}``.
        groups: the columns that divide the writers into groups.
        where: the file's name, for messages.

    Raises:
        FileError: a named column does not exist, or none holds the text or the score.
    """
    for group in groups:
        check_column(group, columns, where)
    for layout in _PUBLISHED:
        if not named and {layout.text, layout.score, layout.prompt_id} <= set(columns):
            present = tuple(groups) or tuple(name for name in layout.groups if name in columns)
            return replace(layout, groups=present)

    def optional(role: Role) -> str | None:
        return choose_column(role, columns, named.get(role), where)

    return Layout(
        text=require_column("text", columns, named.get("text"), where),
        score=require_column("score", columns, named.get("score"), where),
        prompt_id=optional("prompt_id"),
        split=optional("split"),
        rater1=optional("rater1"),
        rater2=optional("rater2"),
        scale_min=optional("scale_min"),
        scale_max=optional("scale_max"),
        groups=tuple(groups),
    )
