"""The weights of a blend."""

import numpy as np
import pytest

from essay_scorer.lab.heads.blend import Blend


def test_a_base_model_without_information_has_no_weight() -> None:
    random = np.random.default_rng(4)
    human = random.normal(3, 1, 300)
    predictions = {
        "good": human + random.normal(0, 0.3, 300),
        "noise": random.normal(0, 1, 300),
        "wrong": -human,
    }
    blend = Blend.fit(predictions, human)
    assert blend.weights["good"] == pytest.approx(0.96, abs=0.05)
    assert [blend.weights[name] for name in ("noise", "wrong")] == pytest.approx([0, 0], abs=0.05)
    blended = blend.combine(predictions)
    assert (blended.mean(), blended.std()) == pytest.approx((human.mean(), human.std()))
