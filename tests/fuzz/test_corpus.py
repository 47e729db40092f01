"""Every input that the fuzzer kept, once more: `make fuzz` looks for new ones."""

from pathlib import Path

import pytest

from .target import CORPUS, check

INPUTS = sorted(CORPUS.iterdir())


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_an_input_of_the_corpus_finds_no_bug(path: Path) -> None:
    check(path.read_bytes())


def test_there_is_a_corpus_and_it_is_small() -> None:
    assert len(INPUTS) >= 20
    assert sum(path.stat().st_size for path in INPUTS) < 2**20
