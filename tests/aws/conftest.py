"""A fake of AWS."""

from pathlib import Path

import pytest

from essay_scorer import Scorer
from tests.aws.fake_aws import FakeAws


@pytest.fixture
def aws(tmp_path: Path) -> FakeAws:
    return FakeAws(tmp_path / "s3", Scorer.load(threads=1))
