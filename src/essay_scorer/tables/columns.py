"""Columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FEWEST_WORDS = 4  # of an assignment, in a column that nobody said holds any


USUAL = {
    "id": ("id", "essay_id", "essay_id_comp"),
    "text": ("text", "essay", "full_text", "essay_text"),
    "prompt": ("prompt", "prompt_text", "assignment"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds the text, the assignment's text, and what names a row.

    Where a column named like ``prompt`` was not asked for, it may as well hold the assignments'
    numbers or names; what is shorter than a sentence is not taken for an assignment then.
    """

    text: str
    prompt: str | None = None
    id: str | None = None
    prompt_is_guessed: bool = False

    @classmethod
    def choose(cls, names: Sequence[str], asked: Mapping[str, str], *, where: str) -> "Columns":
        """Choose the columns that the user asked for, else those with the usual names.

        Raises:
            FileError: one that was asked for is not there, none is the text, or several
                could be what is looked for.
        """
        chosen = {role: _choose(role, names, asked.get(role), where) for role in USUAL}
        text = chosen.pop("text")
        if text is None:
            raise FileError(
                f"{where} has no column that is surely the text; name it with --text. "
                f"There are: {', '.join(names)}."
            )
        return cls(text=text, prompt_is_guessed="prompt" not in asked, **chosen)

    def request(self, row: Row) -> dict[str, Any]:
        """Return what is asked of a worker; of a row that cannot be read, its error."""
        if row.error is not None:
            return {"error": row.error}
        request = {"text": row.fields[self.text]} if self.text in row.fields else {}
        prompt = row.fields.get(self.prompt) if self.prompt else None
        if self.prompt_is_guessed and len(str(prompt).split()) < FEWEST_WORDS:
            prompt = None
        return request if prompt in (None, "") else {**request, "prompt": prompt}

    def describe(self, row: Row) -> str:
        """Return where a person finds the row."""
        name = row.fields.get(self.id) if self.id else None
        return f"line {row.line}" if name in (None, "") else f"line {row.line}, {self.id} {name}"


def _choose(role: str, names: Sequence[str], asked: str | None, where: str) -> str | None:
    if asked is not None:
        if asked not in names:
            raise FileError(f"{where} has no column {asked}; there are: {', '.join(names)}.")
        return asked
    known = {usual: name for name in names for usual in USUAL[role] if name.lower() == usual}
    if len(known) > 1 and role != "id":
        raise FileError(
            f"{where} has several columns that could be the {role} "
            f"({', '.join(known.values())}); name one with --{role}."
        )
    return next((known[usual] for usual in USUAL[role] if usual in known), None)
