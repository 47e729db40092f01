from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from essay_scorer import BundleForeign
from essay_scorer.text.tokenizer import MAX_WINDOWS, WindowTokenizer


@pytest.fixture
def tokenizer(shipped: Path) -> WindowTokenizer:
    return WindowTokenizer(shipped / "tokenizer.json")


@pytest.fixture
def whole(shipped: Path) -> Tokenizer:
    """The same tokenizer, cutting nothing."""
    tokenizer = Tokenizer.from_file(str(shipped / "tokenizer.json"))
    tokenizer.no_truncation()
    return tokenizer


def test_a_short_text_is_one_window(tokenizer: WindowTokenizer) -> None:
    (window,) = tokenizer.tokens("A short essay.").windows
    assert window.shape[0] == 1
    assert window.dtype == np.int64


def test_the_windows_of_a_long_text_hold_every_token_in_order(
    tokenizer: WindowTokenizer, whole: Tokenizer
) -> None:
    text = " ".join(f"word{number}" for number in range(1500))
    windows = [window[0, 1:-1].tolist() for window in tokenizer.tokens(text).windows]
    assert len(windows) > 2
    stitched = windows[0]
    for window in windows[1:]:
        stitched = stitched + window[_shared(stitched, window) :]
    assert stitched == whole.encode(text).ids[1:-1]
    assert stitched == tokenizer.tokens(text).ids.tolist()


def test_a_text_of_marks_has_no_more_windows_than_long_prose(tokenizer: WindowTokenizer) -> None:
    assert len(tokenizer.tokens("a." * 2**17).windows) == MAX_WINDOWS
    assert len(tokenizer.tokens("the town should " * 2**14).windows) < MAX_WINDOWS  # 256 KiB


def _shared(left: list[int], right: list[int]) -> int:
    return next(size for size in range(len(right), 0, -1) if left[-size:] == right[:size])


def test_the_encoder_sees_where_a_paragraph_ends(tokenizer: WindowTokenizer) -> None:
    parted, joined = tokenizer.tokens("One.\n\nTwo.").ids, tokenizer.tokens("One. Two.").ids
    assert len(parted) == len(joined) + 1


def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}")
    with pytest.raises(BundleForeign, match=r"tokenizer\.json"):
        WindowTokenizer(path)


def test_a_tokenizer_without_a_window_is_refused(tmp_path: Path, whole: Tokenizer) -> None:
    path = tmp_path / "tokenizer.json"
    whole.save(str(path))
    with pytest.raises(BundleForeign, match="window"):
        WindowTokenizer(path)
