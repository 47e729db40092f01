"""Split a text into units: a few sentences each, so that runs of units are its passages."""

from collections.abc import Iterator
from dataclasses import dataclass

from essay_scorer.text.normalize import PARAGRAPH_BREAK
from essay_scorer.text.sentences import ends_sentence

MAX_UNITS = 48
MIN_WORDS = 20  # of a unit, unless a paragraph ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A few sentences.

    Attributes:
        start: the place of its first character.
        end: the place after its last character.
        words: their number.
    """

    start: int
    end: int
    words: int


def split_units(clean: str) -> list[Unit]:
    """Split a normalized text into at most about ``MAX_UNITS`` units.

    A unit ends at the first end of a sentence after ``MIN_WORDS`` words, at the end of a
    paragraph after half as many, or without either after twice as many. Units of a long text
    are longer.
    """
    places = list(_word_places(clean))
    least = max(MIN_WORDS, -(-2 * len(places) // MAX_UNITS))
    units: list[Unit] = []
    first = 0
    for index, (start, end) in enumerate(places):
        words = index + 1 - first
        if (
            words >= 2 * least
            or (words >= least and ends_sentence(clean[start:end]))
            or (2 * words >= least and clean.startswith(PARAGRAPH_BREAK, end))
            or end == len(clean)
        ):
            units.append(Unit(start=places[first][0], end=end, words=words))
            first = index + 1
    return units


def _word_places(clean: str) -> Iterator[tuple[int, int]]:
    place = 0
    for word in clean.split():
        place = clean.index(word, place)
        yield place, place + len(word)
        place += len(word)
