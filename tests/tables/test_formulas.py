"""No cell of a written table is a formula, and a table that goes in and out stays the same."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.essay_files import read_csv, run_batch

from essay_scorer.tables.delimited import DelimitedWriter
from essay_scorer.tables.delimiters import Dialect
from essay_scorer.tables.formulas import guard_formula, remove_guard
from essay_scorer.tables.rows import Row

INJECTION = Path(__file__).parent / "cases" / "injection.csv"


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", " =1", "\r=1", "＝1+1", "＠x",
     "-I like", "+49 30 1234", "\tAn essay", "=", "\n=1", "\u00a0=1"],
)  # fmt: skip
def test_a_formula_becomes_text(cell: str) -> None:
    assert guard_formula(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    ["", "An essay = good", "'quoted' text", "-1.5", "+3", "-12,5 %", "1e-5", "-1.234,5", "'"],
)  # fmt: skip
def test_other_cells_stay(cell: str) -> None:
    assert guard_formula(cell) == cell


@given(st.text(alphabet=st.sampled_from("=+-@'\t\r\n 1.,aＺ＝"), max_size=6))
def test_a_guard_is_taken_away_again(cell: str) -> None:
    assert remove_guard(guard_formula(cell)) == cell


def test_titles_are_cells_too() -> None:
    file = io.BytesIO()
    writer = DelimitedWriter(
        file, ["=1+1"], added=["score"], prefix="", dialect=Dialect(separator=",")
    )
    writer.write(Row(line=2, fields={"=1+1": "@x"}), {"score": -1.5})
    assert list(csv.reader(io.StringIO(file.getvalue().decode()))) == [
        ["'=1+1", "score"],
        ["'@x", "-1.5"],
    ]


def test_a_batch_writes_no_formula_and_stays_the_same_when_it_is_read_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert run_batch(INJECTION, first).returncode == 0
    assert run_batch(first, second, "--prefix", "again ").returncode == 0
    once, twice = read_csv(first), read_csv(second)
    assert once[0]["name"].startswith("'=HYPERLINK(")
    assert [row["essay"][:2] for row in once[:2]] == ["'=", "'-"]
    assert [{name: row[name] for name in once[0]} for row in twice] == once
    assert [row["again raw"] for row in twice] == [row["raw"] for row in once]
