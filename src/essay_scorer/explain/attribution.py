"""The contribution of each sentence to a score, by leaving it out.

Reading the essay again without each sentence would take as many readings as there are
sentences. Instead, each sentence is read once by itself; the pooling state is a sum over
tokens, so the state without a sentence is the sum of the others. Writing features and n-grams
are computed anew each time. ``docs/trust.md`` says how well the result agrees with leaving out
sentences for real.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from essay_scorer.text.normalize import PARAGRAPH_BREAK
from essay_scorer.text.sentences import split_sentences

MAX_PIECES = 64  # each costs a reading; in longer texts, several sentences are one piece

State = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One sentence, several of one paragraph, or several paragraphs.

    Attributes:
        text: of the piece.
        paragraph: the number of its first paragraph, from 0.
    """

    text: str
    paragraph: int


def split_pieces(clean: str) -> list[Piece]:
    """Split a normalized text into at most ``MAX_PIECES`` pieces."""
    paragraphs = clean.split(PARAGRAPH_BREAK)
    if len(paragraphs) > MAX_PIECES:
        return _group_paragraphs(paragraphs)
    sentences = [split_sentences(paragraph) for paragraph in paragraphs]
    group = -(-sum(map(len, sentences)) // MAX_PIECES)
    while sum(-(-len(part) // group) for part in sentences) > MAX_PIECES:
        group += 1 + group // 16
    return [
        Piece(text=" ".join(part[start : start + group]), paragraph=number)
        for number, part in enumerate(sentences)
        for start in range(0, len(part), group)
    ]


def _group_paragraphs(paragraphs: Sequence[str]) -> list[Piece]:
    group = -(-len(paragraphs) // MAX_PIECES)
    return [
        Piece(text=PARAGRAPH_BREAK.join(paragraphs[start : start + group]), paragraph=start)
        for start in range(0, len(paragraphs), group)
    ]


def join_pieces(pieces: Sequence[Piece]) -> str:
    """Return the pieces as a normalized text."""
    paragraphs: dict[int, list[str]] = {}
    for piece in pieces:
        paragraphs.setdefault(piece.paragraph, []).append(piece.text)
    return PARAGRAPH_BREAK.join(" ".join(part) for part in paragraphs.values())


def contributions(
    pieces: Sequence[Piece],
    *,
    state_of: Callable[[str], State],
    predict: Callable[[str, State], float],
) -> list[float]:
    """Return how much the prediction drops when each piece is left out.

    Args:
        pieces: the parts of an essay.
        state_of: returns the pooling state of a text read by itself.
        predict: returns the prediction for a text, given its pooling state.
    """
    if len(pieces) < 2:
        return [0.0] * len(pieces)
    states = [state_of(piece.text) for piece in pieces]
    total = np.sum(states, axis=0)
    prediction = predict(join_pieces(pieces), total)
    return [
        prediction - predict(join_pieces([*pieces[:index], *pieces[index + 1 :]]), total - state)
        for index, state in enumerate(states)
    ]
