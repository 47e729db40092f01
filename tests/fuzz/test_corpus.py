"""Replay the fuzzer's corpus; `make fuzz` looks for new inputs."""

from pathlib import Path

import pytest

from .fuzz_target import CORPUS, check

INPUTS = sorted(CORPUS.iterdir())


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_an_input_of_the_corpus_passes(path: Path) -> None:
    check(path.read_bytes())


def test_the_corpus_exists_and_is_small() -> None:
    assert len(INPUTS) >= 20
    assert sum(path.stat().st_size for path in INPUTS) < 2**20
