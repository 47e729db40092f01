"""The result of scoring one essay, a score or an error, and its JSON between processes.

Importing this module does not load the model's runtime.
"""

from collections.abc import Mapping
from typing import Any

from essay_scorer.errors import RowError, ScorerError
from essay_scorer.score import SCORE_KEY, Score

Outcome = Score | ScorerError
Answer = Outcome | tuple[Outcome, ...]  # to a request of one text, or of several


def outcomes_of(answer: Answer) -> tuple[Outcome, ...]:
    """Return the outcomes of an answer: one, or one for each text."""
    return answer if isinstance(answer, tuple) else (answer,)


def outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    """Return a score or an error as JSON: the wire's answer, or ``{"error": code}``."""
    return outcome.to_dict() if isinstance(outcome, Score) else {"error": outcome.code}


def outcome_from_dict(table: Mapping[str, Any]) -> Outcome:
    """Read what ``outcome_to_dict`` returned; an error becomes a ``RowError``.

    Raises:
        KeyError, TypeError: it is something else.
    """
    return Score.from_dict(table) if SCORE_KEY in table else RowError(table["error"])
