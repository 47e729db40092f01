"""What a batch reports at its end."""

from pathlib import Path

from tests.essay_files import run_batch, write_csv


def test_the_summary_counts(tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "Too short."}, {"id": "b", "text": "12"}, {"id": "c", "text": ""}]
    done = run_batch(write_csv(tmp_path / "essays.csv", rows), tmp_path / "scores.csv")
    assert done.returncode == 3
    assert "scored   1 of 3 rows" in done.stderr
    assert "failed   2 (text_without_words: 2)" in done.stderr
    assert "too_short: 1" in done.stderr
    assert "scores   1: 1" in done.stderr
    assert "line 3, id b: text_without_words" in done.stderr
