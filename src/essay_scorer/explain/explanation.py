"""An explanation of a score: its sentences, the passages to look at first, and observations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from essay_scorer.explain.attribution import State, contributions, split_pieces
from essay_scorer.explain.highlights import Highlight, emphases, find_highlights
from essay_scorer.explain.observations import Observation, observe
from essay_scorer.model.thresholds import TypicalRange
from essay_scorer.text.features import FeatureVector
from essay_scorer.text.normalize import Text


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence, or several, with its contribution.

    Attributes:
        text: of the sentence.
        paragraph: the number of its paragraph, from 0.
        contribution: the score points that it adds.
        emphasis: the score points that it adds beyond what as many words of this essay add on
            average; negative if it adds fewer.
    """

    text: str
    paragraph: int
    contribution: float
    emphasis: float


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Reasons for a score.

    Attributes:
        sentences: in reading order.
        highlights: the passages to look at first: at most three of each kind, in reading order;
            fewer if they are not distinct from the rest.
        observations: measures of the writing.
    """

    sentences: tuple[Sentence, ...]
    highlights: tuple[Highlight, ...]
    observations: tuple[Observation, ...]


def explain_score(
    essay: Text,
    features: FeatureVector,
    typical_ranges: Mapping[str, TypicalRange],
    *,
    state_of: Callable[[str], State],
    predict: Callable[[str, State], float],
) -> Explanation:
    """Explain the score of an essay.

    Args:
        essay: the text.
        features: its writing features, (features,).
        typical_ranges: of essays with the same score, by the measure's code.
        state_of: returns the pooling state of a text read by itself.
        predict: returns the prediction for a text, given its pooling state.
    """
    pieces = split_pieces(essay.clean)
    drops = contributions(pieces, state_of=state_of, predict=predict)
    emphasis = emphases(pieces, drops)
    return Explanation(
        sentences=tuple(
            Sentence(
                text=piece.text,
                paragraph=piece.paragraph,
                contribution=round(drop, 4),
                emphasis=round(beyond, 4),
            )
            for piece, drop, beyond in zip(pieces, drops, emphasis, strict=True)
        ),
        highlights=find_highlights(essay, pieces, emphasis),
        observations=observe(features, typical_ranges),
    )
