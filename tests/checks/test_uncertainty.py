import numpy as np
import pytest

from essay_scorer import Scorer
from essay_scorer.errors import InvalidSetting
from essay_scorer.text.features import FEATURE_NAMES
from essay_scorer.checks.uncertainty import resolve_review_share
from essay_scorer.contract import REVIEW_SHARE_VARIABLE
from essay_scorer.model.calibration import UncertaintyTable

NO_FIGURES = np.zeros(len(FEATURE_NAMES), np.float32)
DOUBT = UncertaintyTable(
    raw=(1.0, 2.0, 3.0),
    cost=(0.1, 0.9, 0.5),
    weights=(1.0,) + (0.0,) * (len(FEATURE_NAMES) - 1),
    ranks=(0.0, 0.2, 0.4, 0.6, 0.8),
)


@pytest.mark.parametrize(
    ("raw", "doubt"), [(0.0, 0.2), (1.0, 0.2), (1.99, 0.2), (2.0, 1.0), (9.0, 0.6)]
)
def test_doubt_follows_the_step_that_a_raw_score_lies_on(raw: float, doubt: float) -> None:
    assert DOUBT.of(raw, NO_FIGURES) == doubt


def test_the_writing_features_add_to_it() -> None:
    figures = NO_FIGURES.copy()
    figures[0] = 0.6
    assert DOUBT.of(1.0, figures) > DOUBT.of(1.0, NO_FIGURES)


def test_one_knob_says_how_many_essays_go_to_a_person(shipped: object, scorer: Scorer) -> None:
    text = "School libraries matter because they give every student a quiet place to read. " * 12
    text += (
        "Nobody reads in a noisy room, and our homes are noisy rooms, as anyone knows who has one."
    )
    all_, none = (Scorer.load(review_share=share) for share in (1.0, 0.0))
    assert all_.score(text).review
    assert none.score(text).review == bool(none.score(text).flags)
    assert 0 <= scorer.score(text).doubt <= 1


def test_the_environment_may_hold_the_knob(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_review_share() == 0.2
    monkeypatch.setenv(REVIEW_SHARE_VARIABLE, "0.35")
    assert resolve_review_share() == 0.35
    assert resolve_review_share(0.0) == 0.0


@pytest.mark.parametrize("value", ["a fifth", "1.2", "-0.1", "nan"])
def test_a_knob_that_cannot_be_set_so_is_refused(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REVIEW_SHARE_VARIABLE, value)
    with pytest.raises(InvalidSetting, match="from 0 to 1"):
        resolve_review_share()
