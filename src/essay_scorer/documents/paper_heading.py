"""The lines above a paper's title: name, teacher, class and date, as schools ask for them.

The rules are conservative: what may be the beginning of the essay stays. A heading has at least two
lines that are certain, such as a date, "Name: …" or "Mr. Smith", or one with a label.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_HEADING_LINES = 8
_MAX_CHARACTERS = 80  # of a line; a longer one is a sentence

_LABELS = (
    "full name|first name|last name|student name|student|name|author|by|written by|teacher|"
    "professor|instructor|class|course|period|block|section|grade|date|due date|due|assignment|"
    "subject|school|student id|id|word count|words|"
    "nom|prénom|nom et prénom|élève|étudiant|professeur|enseignant|classe|cours|matière|école|"
    "lycée|collège|année|groupe"
)
_LABEL = re.compile(rf"(?i)(?:{_LABELS})\s*(?::|#|n°).{{0,70}}")
_MONTHS = (
    "jan(?:uary|vier)?|feb(?:ruary)?|f[ée]vr(?:ier)?|mar(?:ch|s)?|apr(?:il)?|avr(?:il)?|may|mai|june?|"
    "juin|july?|juil(?:let)?|aug(?:ust)?|ao[ûu]t|sept?(?:ember|embre)?|oct(?:ober|obre)?|"
    "nov(?:ember|embre)?|dec(?:ember)?|d[ée]c(?:embre)?"
)
_DAYS = "mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun|lun|mar|mercre|jeu|vendre|same|diman"
_WEEKDAY = rf"(?:(?:{_DAYS})(?:day|di|che)?\.?,?\s+(?:the\s+|le\s+)?)?"
_YEAR = r"(?:\d{4}|\d{2})"
_DATES = (
    rf"{_WEEKDAY}\d{{1,2}}(?:st|nd|rd|th|er)?\s+(?:of )?(?:{_MONTHS})\.?,?\s*{_YEAR}?",
    rf"{_WEEKDAY}(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s*(?:\d{{4}}|\d{{2}})?",
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:\d{4}|\d{2})",
    r"\d{4}-\d{1,2}-\d{1,2}",
)
_DATE = re.compile(rf"(?i)(?:{'|'.join(_DATES)})\.?")
_WORD = r"[^\W\d_][\w.'’-]*"
_TEACHER = re.compile(
    rf"(?:(?i:mr|mrs|ms|miss|mx|dr|prof|professor|teacher|mme|mlle|madame|monsieur|m)\.?)\s+"
    rf"{_WORD}(?:\s+{_WORD}){{0,3}}(?:[’']s\s+class)?"
)
_SUBJECTS = (
    "english|eng|ela|language arts|literature|history|social studies|writing|composition|"
    "humanities|science|biology|civics|government|anglais|français|histoire"
)
_CLASS = re.compile(
    rf"(?i)(?:(?:ap|ib|honors|pre-ap|college)\s+)?(?:{_SUBJECTS})(?:\s+(?:lang|lit|language|class|"
    r"literature|composition|arts|honors))?"
    r"\s*[-,]?\s*(?:\d{1,3}[a-z]?|[ivx]{1,4})?\s*[-,/]?\s*"
    r"(?:(?:period|block|section|hour|p\.?|per\.?)\s*\w{1,2})?"
    r"|(?:period|block|section|grade|class|hour)\s*\w{1,3}"
    r"|\d{1,2}(?:st|nd|rd|th)\s+(?:grade|period|hour)"
    r"|(?:6|5|4|3)e(?:me|ème)?\s*\w|(?:2de|2nde|seconde|première|1re|1ère|terminale)\s*\w{0,2}"
)
_PERSON = re.compile(r"[^\W\d_a-z][\w.'’-]*(?:,? [^\W\d_a-z][\w.'’-]*){1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A text in two parts.

    Attributes:
        lines: of the heading; empty if none was found.
        rest: the text below it, or the whole text.
    """

    lines: Sequence[str]
    rest: str


def split_heading(text: str, writer: str = "") -> Heading:
    """Return a text's heading and the rest.

    Args:
        text: of a paper.
        writer: the student's name, if it is known.
    """
    lines = text.splitlines(keepends=True)
    filled = [number for number, line in enumerate(lines) if line.strip()][: MAX_HEADING_LINES + 1]
    stripped = [lines[number].strip() for number in filled]
    count = _heading_size(stripped, _name_key(writer))
    if count == 0 or count == len(stripped):
        return Heading(lines=(), rest=text)
    rest = "".join(lines[filled[count] :])
    return Heading(lines=stripped[:count], rest=rest)


def _heading_size(lines: Sequence[str], writer: frozenset[str]) -> int:
    """Return how many lines at the beginning are a heading."""
    size = 0
    while size < min(len(lines), MAX_HEADING_LINES) and _may_be_heading(lines, size, writer):
        size += 1
    while size and not _is_certain(lines[size - 1], writer):
        size -= 1
    certain = [line for line in lines[:size] if _is_certain(line, writer)]
    is_labelled = any(_LABEL.fullmatch(line) for line in certain)
    return size if len(certain) >= 2 or is_labelled else 0


def _may_be_heading(lines: Sequence[str], number: int, writer: frozenset[str]) -> bool:
    """Return whether a line is certain, or a person's name at the top."""
    line = lines[number]
    if len(line) > _MAX_CHARACTERS:
        return False
    return _is_certain(line, writer) or (number < 2 and _PERSON.fullmatch(line) is not None)


def _is_certain(line: str, writer: frozenset[str]) -> bool:
    patterns = (_LABEL, _DATE, _TEACHER, _CLASS)
    if any(pattern.fullmatch(line) for pattern in patterns):
        return True
    return bool(writer) and len(writer) > 1 and _name_key(line) == writer


def _name_key(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.casefold()))
