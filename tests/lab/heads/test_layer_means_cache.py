"""The cache of layer means survives interruptions, and belongs to one encoder."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.heads.layer_means_cache import LAYER_MEANS_FILE, cached_layer_means
from essay_scorer.lab.recipe import Recipe


@pytest.fixture
def frozen_encoder(recipe_file: Path, tmp_path: Path) -> FrozenEncoder:
    return FrozenEncoder(Recipe.load(str(recipe_file)), tmp_path)


def test_an_interrupted_run_resumes(
    frozen_encoder: FrozenEncoder,
    essays: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = list(essays["text"].head(6))
    expected = cached_layer_means(texts, frozen_encoder, tmp_path / "uninterrupted")
    layer_means, read = frozen_encoder.layer_means, list[str]()

    def interrupt_at_the_fifth(text: str) -> npt.NDArray[np.float32]:
        read.append(text)
        if len(read) == 5:
            raise KeyboardInterrupt
        return layer_means(text)

    monkeypatch.setattr(frozen_encoder, "layer_means", interrupt_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        cached_layer_means(texts, frozen_encoder, tmp_path)
    resumed = cached_layer_means(texts, frozen_encoder, tmp_path)
    assert read == [*texts[:5], *texts[4:]]
    assert np.array_equal(resumed, expected)
    read.clear()
    fewer = cached_layer_means(texts[3:], frozen_encoder, tmp_path)
    assert np.array_equal(fewer, expected[3:])
    assert read == []


def test_the_cache_of_another_encoder_is_an_error(
    frozen_encoder: FrozenEncoder, tmp_path: Path
) -> None:
    cached_layer_means(["A text."], frozen_encoder, tmp_path)
    index = (tmp_path / LAYER_MEANS_FILE).with_suffix(".json")
    index.write_text(index.read_text().replace(frozen_encoder.fingerprint[:8], "00000000"))
    with pytest.raises(FileError, match="give another --out"):
        cached_layer_means(["A text."], frozen_encoder, tmp_path)
