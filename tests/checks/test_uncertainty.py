import numpy as np
import pytest

from essay_scorer import Scorer
from essay_scorer.checks.uncertainty import resolve_review_share, uncertainty_of
from essay_scorer.contract import REVIEW_SHARE_VARIABLE
from essay_scorer.errors import InvalidSetting
from essay_scorer.model.calibration import UncertaintyTable
from essay_scorer.text.features import FEATURE_NAMES

ZEROS = np.zeros(len(FEATURE_NAMES), np.float32)
TABLE = UncertaintyTable(
    raw_edges=(1.0, 2.0, 3.0),
    costs=(0.1, 0.9, 0.5),
    feature_weights=(1.0,) + (0.0,) * (len(FEATURE_NAMES) - 1),
    quantiles=(0.0, 0.2, 0.4, 0.6, 0.8),
)


@pytest.mark.parametrize(
    ("raw", "uncertainty"), [(0.0, 0.2), (1.0, 0.2), (1.99, 0.2), (2.0, 1.0), (9.0, 0.6)]
)
def test_uncertainty_depends_on_the_bin_of_the_raw_score(raw: float, uncertainty: float) -> None:
    assert uncertainty_of(TABLE, raw, ZEROS) == uncertainty


def test_writing_features_add_to_uncertainty() -> None:
    features = ZEROS.copy()
    features[0] = 0.6
    assert uncertainty_of(TABLE, 1.0, features) > uncertainty_of(TABLE, 1.0, ZEROS)


def test_the_review_share_sets_how_many_essays_need_review(shipped: object, scorer: Scorer) -> None:
    text = "School libraries matter because they give every student a quiet place to read. " * 12
    text += (
        "Nobody reads in a noisy room, and our homes are noisy rooms, as anyone knows who has one."
    )
    all_, none = (Scorer.load(review_share=share) for share in (1.0, 0.0))
    assert all_.score(text).review
    assert none.score(text).review == bool(none.score(text).flags)
    assert 0 <= scorer.score(text).uncertainty <= 1


def test_the_environment_variable_sets_the_review_share(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_review_share() == 0.2
    monkeypatch.setenv(REVIEW_SHARE_VARIABLE, "0.35")
    assert resolve_review_share() == 0.35
    assert resolve_review_share(0.0) == 0.0


@pytest.mark.parametrize("value", ["a fifth", "1.2", "-0.1", "nan"])
def test_an_invalid_review_share_is_rejected(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REVIEW_SHARE_VARIABLE, value)
    with pytest.raises(InvalidSetting, match="from 0 to 1"):
        resolve_review_share()
