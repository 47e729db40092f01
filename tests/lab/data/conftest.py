"""Write tables of essays as files, in every format."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Write = Callable[[pd.DataFrame], Path]


@pytest.fixture
def write_csv(tmp_path: Path) -> Write:
    """Return a function that writes a table as CSV and returns the file."""

    def write(table: pd.DataFrame) -> Path:
        table.to_csv(tmp_path / "essays.csv", index=False)
        return tmp_path / "essays.csv"

    return write
