"""Insert a passage of one essay into another: what the detector of off-topic parts learns from."""

import random
from dataclasses import dataclass

from essay_scorer.lab.evaluation.text_changes import join_sentences, sentences_by_paragraph
from essay_scorer.text.normalize import PARAGRAPH_BREAK, Passage

_SHARES = (0.15, 0.2, 0.25, 0.3, 0.35)  # of the words of the changed essay
_MIN_WORDS = 20


@dataclass(frozen=True, kw_only=True)
class ChangedEssay:
    """An essay with a foreign passage.

    Attributes:
        clean: the normalized text.
        passage: where the foreign passage is in it.
    """

    clean: str
    passage: Passage


def insert_foreign_passage(host: str, donor: str, rng: random.Random) -> ChangedEssay:
    """Insert a passage of a donor at a random place: before, after or between sentences.

    Args:
        host: a normalized essay.
        donor: a normalized essay about something else.
        rng: decides on the passage, its length, its place and whether it is a paragraph.
    """
    share = rng.choice(_SHARES)
    words = max(_MIN_WORDS, round(len(host.split()) * share / (1 - share)))
    passage = _passage(donor, words, rng)
    before, after = _split(host, rng)
    gap = PARAGRAPH_BREAK if rng.random() < 0.5 else " "
    start = len(before) + len(gap) if before else 0
    parts = [part for part in (before, passage, after) if part]
    return ChangedEssay(
        clean=gap.join(parts), passage=Passage(start=start, end=start + len(passage))
    )


def _passage(donor: str, words: int, rng: random.Random) -> str:
    """Return successive words, from the start of a sentence if enough words follow one."""
    sentences = [one for part in sentences_by_paragraph(donor) for one in part]
    available = donor.split()
    starts, place = [], 0
    for sentence in sentences:
        starts.append(place)
        place += len(sentence.split())
    start = rng.choice([one for one in starts if one + words <= len(available)] or [0])
    return " ".join(available[start : start + words])


def _split(host: str, rng: random.Random) -> tuple[str, str]:
    """Split a text at its start, at its end, or between two sentences, each in a third of cases."""
    place = rng.choice(("start", "end", "inside"))
    if place == "start":
        return "", host
    if place == "end":
        return host, ""
    paragraphs = sentences_by_paragraph(host)
    cuts = [(number, index) for number, part in enumerate(paragraphs) for index in range(len(part))]
    number, index = rng.choice(cuts[1:] or cuts)
    return (
        join_sentences([*paragraphs[:number], paragraphs[number][:index]]),
        join_sentences([paragraphs[number][index:], *paragraphs[number + 1 :]]),
    )
