"""What is typical of essays on one assignment: within prompts, and in a file that is checked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from essay_scorer import BundleInvalid
from essay_scorer.adapt.essay_vector import MAX_LAYER_MEANS, TypicalEssays
from essay_scorer.lab.calibration.fit_typical_essays import fit_typical_essays
from essay_scorer.text.features import FEATURE_NAMES

HIDDEN, LAYERS = 4, 3
FEATURES = slice(1, 1 + len(FEATURE_NAMES))
LOG_WORDS = 1 + FEATURE_NAMES.index("log_words")


class _Reader:
    """Gives every text the layer means of its number of words."""

    def __init__(self, width: int = HIDDEN * LAYERS) -> None:
        self.layer_means_width = width

    def read(self, clean: str) -> Any:
        means = np.full(self.layer_means_width, len(clean.split()), np.float32)
        return SimpleNamespace(layer_means=means)


def _essays() -> pd.DataFrame:
    """Return essays of two prompts: longer ones have higher scores, on different scales."""
    rows = [
        {"text": "A word. " * words, "score": base + words / 20, "prompt_id": prompt}
        for prompt, base in (("a", 0), ("b", 100))
        for words in range(10, 40)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def table() -> np.ndarray:
    fitted = fit_typical_essays(_essays(), _Reader(), hidden_size=HIDDEN)  # type: ignore[arg-type]
    assert fitted is not None
    return fitted


def test_deviations_are_within_prompts(table: np.ndarray) -> None:
    expected = np.std(np.arange(10, 40) / 20)
    assert table[1, 0] == pytest.approx(expected, rel=1e-4)  # not the hundred between the prompts
    assert table[0, 0] == pytest.approx(_essays()["score"].mean(), rel=1e-4)


def test_longer_essays_are_expected_to_be_better(table: np.ndarray) -> None:
    assert table[2, LOG_WORDS] > 0
    assert (table[2, FEATURES.stop :] == 0).all()


def test_the_layers_that_fit_are_kept_whole() -> None:
    fitted = fit_typical_essays(_essays(), _Reader(5 * 768), hidden_size=768)  # type: ignore[arg-type]
    assert fitted is not None
    assert fitted.shape[1] - FEATURES.stop == 2 * 768 <= MAX_LAYER_MEANS


def test_prompts_with_few_essays_teach_nothing() -> None:
    few = _essays().groupby("prompt_id").head(10)
    assert fit_typical_essays(few, _Reader(), hidden_size=HIDDEN) is None  # type: ignore[arg-type]


def test_the_file_is_read_as_it_was_written(table: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "adaptation.npy", table)
    typical = TypicalEssays.load(tmp_path / "adaptation.npy")
    assert typical.layer_means == HIDDEN * LAYERS
    assert typical.prior == pytest.approx(table[2, FEATURES])


@pytest.mark.parametrize("damage", ["truncated", "nan", "rows", "type", "zero", "objects"])
def test_a_damaged_file_is_refused(damage: str, table: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "adaptation.npy"
    changed: Any = table.copy()
    if damage == "nan":
        changed[0, 3] = np.nan
    elif damage == "rows":
        changed = changed[:2]
    elif damage == "type":
        changed = changed.astype(np.float64)
    elif damage == "zero":
        changed[1, 5] = 0
    elif damage == "objects":
        changed = np.array([{"a": 1}], dtype=object)
    np.save(path, changed, allow_pickle=True)
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(BundleInvalid, match=r"adaptation\.npy"):
        TypicalEssays.load(path)
