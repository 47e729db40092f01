"""Which column of a file holds what: as the user says, or by its usual name."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from essay_scorer.errors import FileError
from essay_scorer.tables.rows import NO_ESSAY, Row

_MAX_SHOWN = 60  # characters of a name in a message
MIN_PROMPT_WORDS = 4  # in a guessed column; what is shorter is a label, not an assignment

Role = Literal[
    "id",
    "text",
    "prompt",
    "prompt_id",
    "score",
    "split",
    "rater1",
    "rater2",
    "scale_min",
    "scale_max",
]

# As ``normalize_title`` returns them, in order of preference; the page has the same in
# ``table-header.js``. ``grade`` may be a school year, so it is the last name of a score. ``prompt``
# comes last for ``prompt_id``: it holds labels in training data that have no other such column.
USUAL_NAMES: Mapping[Role, tuple[str, ...]] = {
    "id": ("id", "essayid", "essayidcomp", "file"),
    "text": ("text", "essay", "fulltext", "essaytext"),
    "prompt": ("prompt", "prompttext", "assignment"),  # the assignment's text
    "prompt_id": ("promptid", "promptname", "essayset", "prompt"),  # its label
    "score": (
        "score", "holisticscore", "holisticessayscore", "holistic", "overallscore", "overall",
        "humanscore", "teacherscore", "yourmark", "yourscore", "votrenote", "mark", "marks",
        "points", "note", "grade",
    ),
    "split": ("split",),
    "rater1": ("rater1",),
    "rater2": ("rater2",),
    "scale_min": ("scoremin",),
    "scale_max": ("scoremax",),
}  # fmt: skip
# Of columns that other programs write; they count where no column has a name above.
FURTHER_NAMES: Mapping[Role, tuple[str, ...]] = {
    "id": ("identifier", "identifiant", "responseid", "studentid"),
    "text": (
        "onlinetext", "response", "submission", "answer", "texte", "redaction", "copie", "reponse",
        "texteenligne", "essai",
    ),
    "prompt": ("question", "sujet", "consigne", "devoir"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EssayColumns:
    """The columns of a file that are scored.

    Attributes:
        text: the essay.
        prompt: the assignment's text.
        id: what identifies the row in messages.
        prompt_is_guessed: the user did not name the prompt's column. It may then hold numbers
            or labels of prompts, so a value shorter than a sentence is ignored.
    """

    text: str
    prompt: str | None = None
    id: str | None = None
    prompt_is_guessed: bool = False

    @classmethod
    def choose(
        cls, names: Sequence[str], asked: Mapping[str, str], *, where: str
    ) -> "EssayColumns":
        """Choose the columns that the user asked for, else those with usual names.

        Args:
            names: the columns of the file.
            asked: columns by role (text, prompt, id).
            where: the file's name, for messages.

        Raises:
            FileError: a column that was asked for does not exist, none holds the text, or
                several have usual names of the text or the prompt.
        """
        if "text" not in asked:
            _refuse_several("text", names, where)
        if "prompt" not in asked:
            _refuse_several("prompt", names, where)
        return cls(
            text=require_column("text", names, asked.get("text"), where),
            prompt=choose_column("prompt", names, asked.get("prompt"), where),
            id=choose_column("id", names, asked.get("id"), where),
            prompt_is_guessed="prompt" not in asked,
        )

    def request(self, row: Row) -> dict[str, Any]:
        """Return a row's request to a worker: its text and prompt, or the error of the row."""
        if row.error is not None or not row.is_essay:
            return {"error": row.error or NO_ESSAY}
        request = {"text": row.fields[self.text]} if self.text in row.fields else {}
        prompt = row.fields.get(self.prompt) if self.prompt else None
        if self.prompt_is_guessed and len(str(prompt).split()) < MIN_PROMPT_WORDS:
            prompt = None
        return request if prompt in (None, "") else {**request, "prompt": prompt}

    def describe_choice(self) -> str:
        """Return which column holds what, for people."""
        roles = (("text", self.text), ("prompt", self.prompt), ("id", self.id))
        return ", ".join(f"{role}: {column}" for role, column in roles if column)

    def describe(self, row: Row) -> str:
        """Return where a person finds the row in the file."""
        name = row.fields.get(self.id) if self.id else None
        return f"line {row.line}" if name in (None, "") else f"line {row.line}, {self.id} {name}"


def normalize_title(title: str) -> str:
    """Return a title in lower case, without accents, spaces and punctuation."""
    decomposed = unicodedata.normalize("NFD", title).lower()
    return "".join(mark for mark in decomposed if mark.isascii() and mark.isalnum())


def usual_columns(role: Role, names: Sequence[str]) -> list[str]:
    """Return the columns with a usual name of a role, in order of preference."""
    titles = [(normalize_title(name), name) for name in names]
    for known in (USUAL_NAMES[role], FURTHER_NAMES.get(role, ())):
        found = [name for usual in known for title, name in titles if title == usual]
        if found:
            return found
    return []


def choose_column(role: Role, names: Sequence[str], asked: str | None, where: str) -> str | None:
    """Return the column that was asked for, else the first with a usual name, else None.

    Raises:
        FileError: the column that was asked for does not exist, or two differ only in case.
    """
    if asked is None:
        usual = usual_columns(role, names)
        if len(usual) > 1 and _same_name(*usual[:2]):
            _refuse_several(role, usual[:2], where)
        return next(iter(usual), None)
    check_column(asked, names, where)
    return asked


def require_column(role: Role, names: Sequence[str], asked: str | None, where: str) -> str:
    """Return the column of a role that a file must have, chosen as ``choose_column`` does.

    Raises:
        FileError: there is none.
    """
    column = choose_column(role, names, asked, where)
    if column is None:
        raise FileError(
            f"{where} has no column with a usual name of the {role}; name it with {_option(role)}. "
            f"There are: {_listed(names)}."
        )
    return column


def check_column(column: str, names: Sequence[str], where: str) -> None:
    """Check that a column exists.

    Raises:
        FileError: it does not.
    """
    if column not in names:
        raise FileError(f"{where} has no column {column}; there are: {_listed(names)}.")


def prefixed_columns(existing: Iterable[str], added: Iterable[str], prefix: str) -> list[str]:
    """Return the names of added columns in the output.

    Raises:
        FileError: one of them exists.
    """
    prefixed = [prefix + name for name in added]
    refuse_existing_columns(existing, prefixed)
    return prefixed


def refuse_existing_columns(existing: Iterable[str], added: Iterable[str]) -> None:
    """Check that added columns have new names.

    Raises:
        FileError: one of them exists.
    """
    if both := sorted(set(existing) & set(added)):
        raise FileError(
            f"The input has a column {both[0]} already; rename the added columns with --prefix."
        )


def _listed(names: Sequence[str]) -> str:
    """Return names for a message; a table without a header has whole essays as names."""
    shown = [one if len(one) <= _MAX_SHOWN else f"{one[: _MAX_SHOWN - 1]}…" for one in names]
    return ", ".join(shown)


def _option(role: Role) -> str:
    return f"--{role.replace('_', '-')}"


def _same_name(one: str, other: str) -> bool:
    return normalize_title(one) == normalize_title(other)


def _refuse_several(role: Role, names: Sequence[str], where: str) -> None:
    if len(candidates := usual_columns(role, names)) > 1:
        raise FileError(
            f"{where} has several columns that could be the {role} ({', '.join(candidates)}); "
            f"name one with {_option(role)}."
        )
