"""Find the student of a document in a list of students: by file, identifier, or name.

Platforms write names in different orders and forms: ``Lee, Ann``, ``Ann Lee``, ``leeann``.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from essay_scorer.errors import FileError

Fields = Mapping[str, object]

# Columns in lower case: of Canvas, Moodle (English, French, German, Spanish) and of `batch`.
_FILES = ("file",)
_IDENTIFIERS = ("identifier", "identifiant", "id", "id-nummer", "identificador")
_FULL_NAMES = ("name", "student", "full name", "student name", "nom complet", "étudiant", "élève")
_MORE_FULL_NAMES = (
    *("vollständiger name", "nombre completo", "nombre"),
    *("nom et prénom", "nom prénom", "prénom et nom"),
)
_LAST_NAMES = ("last name", "surname", "nom", "nom de famille", "nachname", "apellido(s)")
_FIRST_NAMES = ("first name", "prénom", "vorname")
_ASSIGNMENT = re.compile(r".+ \(\d+\)")  # a column of Canvas's gradebook
_GRADES = ("grade", "note", "bewertung", "calificación", "mark", "marks", "score", "points")


class Roster:
    """A list of students."""

    def __init__(self, students: Sequence[Fields]) -> None:
        self._places: dict[str, set[int]] = defaultdict(set)
        for place, student in enumerate(students):
            for key in _keys(student):
                self._places[key].add(place)

    def find(self, fields: Fields) -> int | None:
        """Return the place of the student of a row; None if there is none, or more than one."""
        for key in _keys(fields):
            places = self._places.get(key, set())
            if len(places) == 1:
                return next(iter(places))
        return None


def full_name(fields: Fields) -> str:
    """Return a student's name as the row has it; empty without one."""
    lower = {name.strip().lower(): str(value or "").strip() for name, value in fields.items()}
    return next(_names(lower), "")


def names_students(titles: Sequence[str]) -> bool:
    """Return whether a row has the titles of a list of students: who they are, and more."""
    lower = {title.strip().lower() for title in titles} - {""}
    who = {*_IDENTIFIERS, *_FULL_NAMES, *_MORE_FULL_NAMES, *_LAST_NAMES, *_FIRST_NAMES}
    return len(lower) > 1 and not lower.isdisjoint(who)


def grade_column(
    names: Sequence[str], asked: str | None, where: str, *, option: str = "--grade"
) -> str:
    """Return the column for the marks: the one that was asked for, else the only one that fits.

    Raises:
        FileError: there is none, or several.
    """
    if asked is not None:
        exact = [name for name in names if asked in (name, name.strip())]
        begins = [name for name in names if name.startswith(f"{asked} (")]
        if found := exact or begins:
            return found[0]
        raise FileError(f"{where} has no column {asked}; there are: {', '.join(names)}.")
    assignments = [name for name in names if _ASSIGNMENT.fullmatch(name)]
    found = assignments or [name for name in names if name.strip().lower() in _GRADES]
    if len(found) != 1:
        several = f"several ({', '.join(found)})" if found else "none"
        raise FileError(
            f"{where} should have one column for the marks, and has {several}; "
            f"name it with {option}."
        )
    return found[0]


def _keys(fields: Fields) -> Iterator[str]:
    """Yield what identifies the student of a row, the most certain first."""
    lower = {name.strip().lower(): str(value or "").strip() for name, value in fields.items()}
    for column in _FILES:
        if value := lower.get(column):
            yield f"file {value}"
    for column in _IDENTIFIERS:
        if digits := re.search(r"(\d+)$", lower.get(column, "")):
            yield f"identifier {int(digits[1])}"
            break
    for name in _names(lower):
        yield from _name_keys(name)


def _names(lower: Mapping[str, str]) -> Iterator[str]:
    for column in (*_FULL_NAMES, *_MORE_FULL_NAMES):
        if value := lower.get(column):
            yield value
    last = next((lower[column] for column in _LAST_NAMES if lower.get(column)), "")
    first = next((lower[column] for column in _FIRST_NAMES if lower.get(column)), "")
    if last and first:
        yield f"{last}, {first}"


def _name_keys(name: str) -> Iterator[str]:
    """Yield the keys under which a name is found, whatever the order of its words."""
    plain = unicodedata.normalize("NFD", name.casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    words = re.findall(r"[^\W_]+", plain)
    if not words:
        return
    yield f"name {' '.join(sorted(words))}"
    rotations = {"".join(words[start:] + words[:start]) for start in range(min(len(words), 5))}
    for glued in sorted(rotations):
        yield f"glued {glued}"
