"""Check the rows of a table of scored essays."""

import pandas as pd
import pandera.pandas as pa

from essay_scorer.errors import TextError
from essay_scorer.lab.data.splits import SPLITS
from essay_scorer.text.normalize import normalize

_UNKNOWN_SPLIT = "the split is not train, dev or test"
NOT_A_NUMBER = "the score is not a number"
_MISSING = {
    "text": "the text is missing",
    "score": NOT_A_NUMBER,
    "split": _UNKNOWN_SPLIT,
}


def find_bad_rows(
    table: pd.DataFrame, *, fractions: bool = False, step: float = 1
) -> dict[int, str]:
    """Return the reason why each bad row cannot be used, by index label.

    Args:
        table: the columns ``text``, ``score``, ``scale_min``, ``scale_max`` and, if the file has
            it, ``split``.
        fractions: whether scores need not be multiples of the step.
        step: between neighboring scores.
    """
    schema = _schema(has_splits="split" in table.columns, fractions=fractions, step=step)
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as found:
        reasons: dict[int, str] = {}
        for failure in found.failure_cases.itertuples():
            missing = failure.check == "not_nullable"
            reason = _MISSING[failure.column] if missing else failure.check
            reasons.setdefault(int(failure.index), reason)
        return reasons
    return {}


def is_multiple(scores: pd.Series, step: float) -> pd.Series:
    """Return which scores are whole multiples of a step."""
    positions = scores / step
    return (positions - positions.round()).abs() < 1e-6


def _schema(*, has_splits: bool, fractions: bool, step: float) -> pa.DataFrameSchema:
    words = pa.Check(_has_words, element_wise=True, error="the text has no words")
    whole = pa.Check(
        lambda score: is_multiple(score, step),
        error=f"the score is not a {f'multiple of {step:g}' if step != 1 else 'whole number'}",
    )
    score = pa.Column(float, [] if fractions else [whole])
    columns = {"text": pa.Column(object, words), "score": score}
    if has_splits:
        columns["split"] = pa.Column(object, pa.Check.isin(SPLITS, error=_UNKNOWN_SPLIT))
    on_scale = pa.Check(_is_on_scale, error="the score is outside the scale of its prompt")
    return pa.DataFrameSchema(columns, checks=on_scale, coerce=True)


def _has_words(text: object) -> bool:
    try:
        normalize(text)
    except TextError:
        return False
    return True


def _is_on_scale(table: pd.DataFrame) -> pd.Series:
    score = table["score"]
    return score.isna() | score.between(table["scale_min"], table["scale_max"])
