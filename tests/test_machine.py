"""The limit on the memory that reading a file may use."""

import resource

import pytest

from essay_scorer.errors import FileError
from essay_scorer.machine import DEFAULT_MEMORY_LIMIT, memory_limit


def test_the_memory_limit_ends_with_its_block() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with memory_limit("essays"):
        assert resource.getrlimit(resource.RLIMIT_DATA)[0] <= DEFAULT_MEMORY_LIMIT
    with pytest.raises(FileError, match="essays decompresses"), memory_limit("essays"):
        bytearray(1024**4)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
