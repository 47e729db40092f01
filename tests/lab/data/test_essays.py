"""Files of scored essays are read; bad rows are reported with their lines."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.lab.data.essays import ReadOptions, read_essays

Write = Callable[[pd.DataFrame], Path]


def _csv(table: pd.DataFrame, folder: Path) -> Path:
    table.to_csv(folder / "essays.csv", index=False)
    return folder / "essays.csv"


def _tsv(table: pd.DataFrame, folder: Path) -> Path:
    table.to_csv(folder / "essays.tsv", index=False, sep="\t")
    return folder / "essays.tsv"


def _jsonl(table: pd.DataFrame, folder: Path) -> Path:
    table.to_json(folder / "essays.jsonl", orient="records", lines=True)
    return folder / "essays.jsonl"


def _parquet(table: pd.DataFrame, folder: Path) -> Path:
    table.to_parquet(folder / "essays.parquet")
    return folder / "essays.parquet"


def _categories(table: pd.DataFrame, folder: Path) -> Path:
    return _parquet(table.astype("category"), folder)


@pytest.mark.parametrize("write", [_csv, _tsv, _jsonl, _parquet, _categories])
def test_every_format_gives_the_same_essays(
    write: Callable[[pd.DataFrame, Path], Path], essays: pd.DataFrame, tmp_path: Path
) -> None:
    read = read_essays(write(essays, tmp_path))
    assert read.table["text"].tolist() == essays["text"].tolist()
    assert read.table["score"].tolist() == essays["score"].tolist()
    assert read.table["prompt_id"].tolist() == essays["prompt_id"].astype(str).tolist()
    assert read.table["split"].tolist() == essays["split"].tolist()
    assert not read.problems


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("text", None, "line 4: the text has no words"),
        ("text", "123", "line 4: the text has no words"),
        ("score", "high", "line 4: the score is not a number"),
        ("score", "inf", "line 4: the score is not a number"),
        ("score", 2.5, "line 4: the score is not a whole number"),
        ("split", "exam", "line 4: the split is not train, dev or test"),
    ],
)
def test_bad_row_is_reported_with_its_line(
    essays: pd.DataFrame, write_csv: Write, column: str, value: object, sentence: str
) -> None:
    one_line = essays.assign(text=essays["text"].str.replace("\n\n", " "))
    values = list(one_line[column])
    values[2] = value
    read = read_essays(write_csv(one_line.assign(**{column: values})))
    assert [str(problem) for problem in read.problems] == [sentence]
    assert len(read.table) == len(essays) - 1
    with pytest.raises(FileError, match=sentence):
        read.usable()
    assert len(read.usable(skip_bad_rows=True)) == len(essays) - 1


def test_fractions_are_read_where_they_are_allowed(essays: pd.DataFrame, write_csv: Write) -> None:
    halves = essays.assign(score=essays["score"] - 0.5)
    read = read_essays(write_csv(halves), ReadOptions(fractions=True))
    assert read.usable()["score"].tolist() == halves["score"].tolist()
    off_scale = ReadOptions(fractions=True, scale=(1, 3))
    assert "outside the scale" in read_essays(write_csv(halves), off_scale).problems[0].reason


def test_half_points_are_a_step_of_the_scale(essays: pd.DataFrame, write_csv: Write) -> None:
    read = read_essays(write_csv(essays.assign(score=essays["score"] - essays.index % 2 / 2)))
    assert read.problems == []
    assert read.table["scale_step"].unique().tolist() == [0.5]


def test_a_single_fraction_is_a_bad_row(essays: pd.DataFrame, write_csv: Write) -> None:
    read = read_essays(write_csv(essays.assign(score=[2.5, *essays["score"][1:]])))
    assert [problem.reason for problem in read.problems] == ["the score is not a whole number"]
    assert read.table["scale_step"].unique().tolist() == [1]


def test_a_decimal_comma_is_a_decimal_point(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_text('text,score\none,"2,5"\ntwo,3\nthree,"4,0"\n')
    assert read_essays(path).table["score"].tolist() == [2.5, 3, 4]


@pytest.mark.parametrize("value", ["inf", "-inf", "1e30", "nan", "1,234,567"])
def test_a_score_that_is_none_is_skipped_with_its_line(value: str, tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_text(f'text,score\none,2\ntwo,"{value}"\nthree,4\n')
    read = read_essays(path)
    assert [str(problem) for problem in read.problems] == ["line 3: the score is not a number"]
    assert read.table["scale_max"].tolist() == [4, 4]


def test_a_missing_prompt_is_counted_as_none(tmp_path: Path) -> None:
    path = tmp_path / "essays.jsonl"
    path.write_text(
        '{"text": "one", "score": 1, "prompt": null}\n{"text": "two", "score": 2, "prompt": "a"}\n'
    )
    assert read_essays(path).table["prompt_id"].tolist() == ["", "a"]


@pytest.mark.parametrize("header", ["text,score,score", "text,Score,score ", "text,score,SCORE"])
def test_two_columns_of_one_name_are_refused(header: str, tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_text(f"{header}\none,1,2\n")
    with pytest.raises(FileError, match="score"):
        read_essays(path)


def test_a_school_year_is_no_score(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_text("text,grade,holistic\none,8,3\ntwo,9,4\n")
    read = read_essays(path)
    assert read.layout.describe_choice() == "text: text, score: holistic"


def test_lines_are_counted_through_multiline_texts(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_text('text,score\n"one\n\nand on",1\ntwo,2,extra\n"three\n",bad\nfour,3\n')
    read = read_essays(path)
    assert [str(problem) for problem in read.problems] == [
        "line 5: wrong number of fields (3 instead of 2)",
        "line 6: the score is not a number",
    ]
    assert read.table["line"].tolist() == [2, 8]


def test_score_outside_its_scale_is_a_bad_row(essays: pd.DataFrame, write_csv: Write) -> None:
    read = read_essays(write_csv(essays), ReadOptions(scale=(1, 3)))
    assert len(read.problems) == (essays["score"] == 4).sum()
    assert "outside the scale of its prompt" in read.problems[0].reason


def test_broken_json_lines_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "essays.jsonl"
    path.write_text(
        '{"text": "An essay.", "score": 1}\n{"text": "An\n\n[1]\n{"text": 7, "score": 2}\n'
    )
    read = read_essays(path)
    assert [problem.line for problem in read.problems] == [2, 4, 5]


def test_a_file_of_two_encodings_is_read_and_both_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_bytes("text,score\ncafé,1\n".encode() + "naïve,2\n".encode("cp1252"))
    read = read_essays(path)
    assert read.table["text"].tolist() == ["café", "naïve"]
    assert read.encodings == {"utf-8": 1, "windows-1252": 1}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("essays.csv", b"essay_text\nAn essay.\n", "name it with --score"),
        ("essays.csv", b"score\n1\n", "name it with --text"),
        ("essays.csv", b"text,score\n", "holds no row"),
        ("essays.csv", b"", "has no header line"),
        ("essays.jsonl", b"", "holds no row"),
        ("essays.csv", b"text,score\nAn essay.,none\n", "no usable row"),
        ("essays.csv", b"text,score\nAn essay.,1,2\n", "no usable row; the first: line 2: wrong"),
        ("essays.docx", b"PK", "no known suffix"),
        ("essays.parquet", b"PAR1", "cannot be read as Parquet"),
    ],
)
def test_unusable_file_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError, match=sentence):
        read_essays(path)
