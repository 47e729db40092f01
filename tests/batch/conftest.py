"""The command that scores files."""

import pytest

from tests.essay_files import Batch, run_batch


@pytest.fixture(scope="session")
def batch() -> Batch:
    """Return a function that runs ``essay-scorer batch`` and returns what it did."""
    return run_batch
