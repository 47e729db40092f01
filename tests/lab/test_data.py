"""Files as people have them: read, or refused with a line's number."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.data.essays import Columns, assign_splits, read_essays
from essay_scorer.lab.data.layouts import ASAP2, KAGGLE

Writer = Callable[[pd.DataFrame, Path], Path]


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
    write: Writer, essays: pd.DataFrame, tmp_path: Path
) -> None:
    read = read_essays(write(essays, tmp_path))
    assert read.table["text"].tolist() == essays["text"].tolist()
    assert read.table["score"].tolist() == essays["score"].tolist()
    assert read.table["prompt"].tolist() == essays["prompt"].astype(str).tolist()
    assert read.table["split"].tolist() == essays["split"].tolist()
    assert not read.problems


def test_the_kaggle_file_is_recognised_with_its_encoding(tmp_path: Path) -> None:
    header = "essay_id\tessay_set\tessay\trater1_domain1\trater2_domain1\tdomain1_score\textra"
    first = '1\t1\t"Dear \x93editor\x94, it\x92s ""good""."\t4\t4\t8\t'
    second = "2\t8\tA story about caf\xe9s.\t20\t21\t41\t"
    path = tmp_path / "training_set_rel3.tsv"
    path.write_bytes("\r\n".join([header, first, second, ""]).encode("latin-1"))
    read = read_essays(path)
    assert read.layout.name == KAGGLE.name
    assert read.table["text"].tolist() == ['Dear “editor”, it’s "good".', "A story about cafés."]
    assert read.table[["scale_min", "scale_max"]].to_numpy().tolist() == [[2, 12], [0, 60]]
    assert read.table["rater2"].tolist() == [4, 21]
    assert read.encodings == {"windows-1252": 2}


def test_the_asap_2_file_is_recognised_with_its_groups(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "essay_id": ["a", "b"],
            "score": [1, 6],
            "full_text": ["Cars are bad.", "Cars are good."],
            "prompt_name": ["Car-free cities", "Car-free cities"],
            "gender": ["F", "M"],
        }
    )
    read = read_essays(_csv(table, tmp_path))
    assert read.layout.name == ASAP2.name
    assert read.layout.groups == ("gender",)
    assert read.table["gender"].tolist() == ["F", "M"]


def test_any_column_can_be_named(essays: pd.DataFrame, tmp_path: Path) -> None:
    table = essays.rename(columns={"text": "Aufsatz", "score": "Note"})
    columns = Columns(named={"text": "Aufsatz", "score": "Note"}, scale=(0, 15))
    read = read_essays(_csv(table, tmp_path), columns)
    assert read.table["scale_max"].unique().tolist() == [15]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("text", None, "line 4: its text holds no word"),
        ("text", "123", "line 4: its text holds no word"),
        ("score", "high", "line 4: its score is not a number"),
        ("score", 2.5, "line 4: its score is not a whole number"),
        ("split", "exam", "line 4: its split is not train, dev or test"),
    ],
)
def test_a_bad_row_is_named_by_its_line(
    essays: pd.DataFrame, tmp_path: Path, column: str, value: object, sentence: str
) -> None:
    flat = essays.assign(text=essays["text"].str.replace("\n\n", " "))
    values = list(flat[column])
    values[2] = value
    read = read_essays(_csv(flat.assign(**{column: values}), tmp_path))
    assert [str(problem) for problem in read.problems] == [sentence]
    assert len(read.table) == len(essays) - 1
    with pytest.raises(FileError, match=sentence):
        read.usable()
    assert len(read.usable(skip_bad_rows=True)) == len(essays) - 1


def test_lines_are_counted_through_texts_of_many_lines(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_text('text,score\n"one\n\nand on",1\ntwo,2,extra\n"three\n",bad\nfour,3\n')
    read = read_essays(path)
    assert [str(problem) for problem in read.problems] == [
        "line 5: it has 3 fields instead of 2",
        "line 6: its score is not a number",
    ]
    assert read.table["line"].tolist() == [2, 8]


def test_a_score_outside_its_scale_is_a_bad_row(tmp_path: Path, essays: pd.DataFrame) -> None:
    read = read_essays(_csv(essays, tmp_path), Columns(scale=(1, 3)))
    assert len(read.problems) == (essays["score"] == 4).sum()
    assert "outside its prompt's scale" in read.problems[0].what


def test_a_broken_json_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "essays.jsonl"
    path.write_text(
        '{"text": "An essay.", "score": 1}\n{"text": "An\n\n[1]\n{"text": 7, "score": 2}\n'
    )
    read = read_essays(path)
    assert [problem.line for problem in read.problems] == [2, 4, 5]


def test_lines_of_two_encodings_are_read_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "essays.csv"
    path.write_bytes("text,score\ncafé,1\n".encode() + "naïve,2\n".encode("cp1252"))
    read = read_essays(path)
    assert read.table["text"].tolist() == ["café", "naïve"]
    assert read.encodings == {"utf-8": 1, "windows-1252": 1}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("essays.csv", b"essay_text\nAn essay.\n", "No column is the score"),
        ("essays.csv", b"score\n1\n", "No column is the text"),
        ("essays.csv", b"text,score\n", "holds no row"),
        ("essays.csv", b"", "holds no row"),
        ("essays.csv", b"text,score\nAn essay.,none\n", "no usable row"),
        ("essays.docx", b"PK", "no known suffix"),
        ("essays.parquet", b"PAR1", "cannot be read as Parquet"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError, match=sentence):
        read_essays(path)


def test_a_named_column_that_is_not_there_is_one_sentence(
    essays: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match="no column Aufsatz"):
        read_essays(_csv(essays, tmp_path), Columns(named={"text": "Aufsatz"}))


def test_splits_are_stable_balanced_and_keep_copies_together(essays: pd.DataFrame) -> None:
    table = pd.concat([essays, essays.assign(score=1)], ignore_index=True)
    split = assign_splits(table)
    half = len(essays)
    assert split[:half].tolist() == split[half:].tolist()
    shuffled = table.sample(frac=1, random_state=3)
    assert assign_splits(shuffled).sort_index().tolist() == split.tolist()
    assert set(split.unique()) == {"train", "dev", "test"}


def test_the_check_reports_what_there_is(
    essays: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = essays[essays["split"] == "train"].head(1).assign(split="test", score=4)
    bad = essays.head(1).assign(score=None)
    path = _csv(pd.concat([essays, copy, bad]), tmp_path)
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
