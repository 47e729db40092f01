"""How two human raters agree with each other, beside the machine's agreement."""

import numpy as np
import pandas as pd

from essay_scorer.lab.evaluation.bootstrap import Floats, Means, interval, resampled_means
from essay_scorer.lab.evaluation.metrics import (
    RaterAgreement,
    agreement_columns,
    agreement_of,
    known,
    measures_of,
    prmse_columns,
    prmse_of,
    rounded,
)
from essay_scorer.model.scale import Scale

_SAME_SCALE = 0.99  # share of the scores that are between the raters' if these are on one scale


def rater_agreement(scored: pd.DataFrame, scale: Scale) -> RaterAgreement | None:
    """Return how two human raters agree with each other, if the essays have two scores.

    Args:
        scored: columns ``score``, ``machine`` and ``raw``, and maybe ``rater1`` and ``rater2``.
        scale: of the scores.

    Returns:
        None if there are no two essays with two scores, in whole steps of some scale.
    """
    if not {"rater1", "rater2"} <= set(scored.columns):
        return None
    pairs = scored.dropna(subset=["rater1", "rater2"])
    first, second = (_steps(pairs[name], scale) for name in ("rater1", "rater2"))
    if len(pairs) < 2 or (np.concatenate([first, second]) % 1 != 0).any():
        return None
    return _compare(pairs, first, second, scale)


def _compare(pairs: pd.DataFrame, first: Floats, second: Floats, scale: Scale) -> RaterAgreement:
    lower, upper = np.minimum(first, second), np.maximum(first, second)
    human, machine, raw = (_steps(pairs[name], scale) for name in ("score", "machine", "raw"))
    raters_scale = Scale(min=int(lower.min()), max=int(upper.max()))
    own_scale = Scale(min=0, max=scale.levels - 1)
    raters = _means(agreement_columns(first, second, second, raters_scale))
    measured = _means(agreement_columns(human, machine, raw, own_scale))
    of_raters, of_machine = measures_of(raters), measures_of(measured)
    losses = {
        f"{name}_degradation": of_raters[name] - of_machine[name] for name in ("qwk", "pearson")
    }
    # Scores between the two ratings show that the raters used the score's own scale.
    if ((lower <= human) & (human <= upper)).mean() > _SAME_SCALE:
        losses["prmse"] = prmse_of(_means(prmse_columns(raw, first, second)))
    agreement = agreement_of(raters)
    found = known({name: interval(values) for name, values in losses.items()})
    values = {name: rounded(values[0]) for name, values in losses.items()}
    return RaterAgreement(
        **vars(agreement) | {"intervals": {**agreement.intervals, **found}},
        qwk_degradation=values["qwk_degradation"],
        pearson_degradation=values["pearson_degradation"],
        prmse=values.get("prmse"),
    )


def _steps(scores: pd.Series, scale: Scale) -> Floats:
    """Return scores as steps above the lowest of a scale; whole scores stay as they are.

    Raters may have used another scale of whole scores.
    """
    values = scores.to_numpy(float)
    return values if scale.step == 1 else ((values - scale.min) / scale.step).round(4)


def _means(columns: Means) -> Means:
    return next(resampled_means(columns, [np.ones(len(next(iter(columns.values()))), bool)]))
