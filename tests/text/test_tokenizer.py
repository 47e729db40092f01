from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from essay_scorer import BundleInvalid
from essay_scorer.text.tokenizer import MAX_WINDOWS, WindowTokenizer


@pytest.fixture
def tokenizer(shipped: Path) -> WindowTokenizer:
    return WindowTokenizer(shipped / "tokenizer.json")


@pytest.fixture
def untruncated(shipped: Path) -> Tokenizer:
    """The same tokenizer, without truncation."""
    tokenizer = Tokenizer.from_file(str(shipped / "tokenizer.json"))
    tokenizer.no_truncation()
    return tokenizer


def test_a_short_text_is_one_window(tokenizer: WindowTokenizer) -> None:
    (window,) = tokenizer.tokenize("A short essay.").windows
    assert window.shape[0] == 1
    assert window.dtype == np.int64


def test_the_windows_of_a_long_text_contain_every_token_in_order(
    tokenizer: WindowTokenizer, untruncated: Tokenizer
) -> None:
    text = " ".join(f"word{number}" for number in range(1500))
    windows = [window[0, 1:-1].tolist() for window in tokenizer.tokenize(text).windows]
    assert len(windows) > 2
    stitched = windows[0]
    for window in windows[1:]:
        stitched = stitched + window[_overlap(stitched, window) :]
    assert stitched == untruncated.encode(text).ids[1:-1]
    assert stitched == tokenizer.tokenize(text).token_ids.tolist()


def test_the_number_of_windows_is_limited(tokenizer: WindowTokenizer) -> None:
    assert len(tokenizer.tokenize("a." * 2**17).windows) == MAX_WINDOWS
    assert len(tokenizer.tokenize("the town should " * 2**14).windows) < MAX_WINDOWS  # 256 KiB


def _overlap(left: list[int], right: list[int]) -> int:
    return next(size for size in range(len(right), 0, -1) if left[-size:] == right[:size])


def test_a_paragraph_break_is_a_token(tokenizer: WindowTokenizer) -> None:
    separated = tokenizer.tokenize("One.\n\nTwo.").token_ids
    joined = tokenizer.tokenize("One. Two.").token_ids
    assert len(separated) == len(joined) + 1


def test_the_error_names_an_invalid_tokenizer_file(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("{}")
    with pytest.raises(BundleInvalid, match=r"tokenizer\.json"):
        WindowTokenizer(path)


def test_a_tokenizer_without_a_window_is_rejected(tmp_path: Path, untruncated: Tokenizer) -> None:
    path = tmp_path / "tokenizer.json"
    untruncated.save(str(path))
    with pytest.raises(BundleInvalid, match="window"):
        WindowTokenizer(path)
