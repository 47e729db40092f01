"""Uncertainty: which essays are the most uncertain, and what their review gains."""

import numpy as np
import numpy.typing as npt

from essay_scorer.checks.uncertainty import uncertainty_of
from essay_scorer.lab.calibration.fit_uncertainty import fit_uncertainty
from essay_scorer.lab.calibration.held_out import HeldOutScores
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.model.scale import Scale
from essay_scorer.text.features import FEATURE_NAMES

SCALE = Scale(min=1, max=6)
NO_FEATURES = np.zeros(len(FEATURE_NAMES), np.float32)


def _no_features(essays: int) -> npt.NDArray[np.float32]:
    """Return writing features that say nothing."""
    return np.zeros((essays, len(FEATURE_NAMES)), np.float32)


def test_scores_between_two_whole_ones_are_uncertain_and_the_ends_are_not() -> None:
    random = np.random.default_rng(5)
    human = np.clip(np.round(random.normal(3.5, 1.1, 2000)), 1, 6)
    raw = np.clip(human + random.normal(0, 0.5, human.size), 1, 6)
    essays = HeldOutScores(raw=raw, human=human, features=_no_features(2000))
    table = fit_uncertainty(essays, scale=SCALE)
    assert uncertainty_of(table, 3.5, NO_FEATURES) > 0.9
    assert uncertainty_of(table, 3.0, NO_FEATURES) < uncertainty_of(table, 3.45, NO_FEATURES)
    assert uncertainty_of(table, 5.9, NO_FEATURES) < 0.2


def test_without_the_most_uncertain_essays_agreement_is_higher() -> None:
    random = np.random.default_rng(6)
    human = np.clip(np.round(random.normal(3.5, 1.1, 2000)), 1, 6)
    raw = np.clip(human + random.normal(0, 0.6, human.size), 1, 6)
    essays = HeldOutScores(raw=raw[:1000], human=human[:1000], features=_no_features(1000))
    table = fit_uncertainty(essays, scale=SCALE)
    rest = [
        row
        for row in range(1000, 2000)
        if uncertainty_of(table, float(raw[row]), NO_FEATURES) <= 0.8
    ]
    whole = np.floor(raw + 0.5)
    assert 700 < len(rest) < 900
    assert qwk(human[rest], whole[rest], SCALE) >= qwk(human[1000:], whole[1000:], SCALE) + 0.02


def test_writing_features_add_to_what_the_raw_score_shows() -> None:
    random = np.random.default_rng(9)
    human = np.clip(np.round(random.normal(3.5, 1.1, 3000)), 1, 6)
    features = _no_features(3000)
    features[:, 0] = random.random(3000)
    raw = np.clip(human + random.normal(0, 0.2 + features[:, 0], human.size), 1, 6)
    table = fit_uncertainty(HeldOutScores(raw=raw, human=human, features=features), scale=SCALE)
    unusual = NO_FEATURES.copy()
    unusual[0] = 1.0
    certain = uncertainty_of(table, 3.0, NO_FEATURES)
    assert uncertainty_of(table, 3.0, unusual) > certain + 0.2
