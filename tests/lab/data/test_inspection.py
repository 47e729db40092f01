"""``essay-scorer data check`` reports what a file contains."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from essay_scorer.cli.entry_point import main


def test_the_report_counts_bad_rows_and_duplicates(
    essays: pd.DataFrame,
    write_csv: Callable[[pd.DataFrame], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = essays[essays["split"] == "train"].head(1).assign(split="test", score=4)
    bad = essays.head(1).assign(score=None)
    path = write_csv(pd.concat([essays, copy, bad]))
    assert main(["data", "check", str(path), "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (report["rows"], report["usable"], len(report["problems"])) == (62, 61, 1)
    assert report["duplicates"]["across_splits"] == 1
    assert report["duplicates"]["with_different_scores"] == 1
    assert report["prompts"]["0"]["scale"] == [1, 4]
    assert main(["data", "check", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "1 of them across splits" in shown
    assert report["problems"][0] in shown
