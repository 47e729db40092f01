"""The layout of a file: published corpora, usual names, and columns that the user names."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from essay_scorer import FileError
from essay_scorer.lab.data.essays import ReadOptions, read_essays
from essay_scorer.lab.data.layouts import ASAP2, KAGGLE

Write = Callable[[pd.DataFrame], Path]


def test_the_kaggle_file_is_recognized_with_its_encoding(tmp_path: Path) -> None:
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


def test_the_asap_2_file_is_recognized_with_its_groups(write_csv: Write) -> None:
    table = pd.DataFrame(
        {
            "essay_id": ["a", "b"],
            "score": [1, 6],
            "full_text": ["Cars are bad.", "Cars are good."],
            "prompt_name": ["Car-free cities", "Car-free cities"],
            "gender": ["F", "M"],
        }
    )
    read = read_essays(write_csv(table))
    assert read.layout.name == ASAP2.name
    assert read.layout.groups == ("gender",)
    assert read.table["gender"].tolist() == ["F", "M"]


def test_any_column_can_be_named(essays: pd.DataFrame, write_csv: Write) -> None:
    table = essays.rename(columns={"text": "Aufsatz", "score": "Note"})
    options = ReadOptions(named={"text": "Aufsatz", "score": "Note"}, scale=(0, 15))
    read = read_essays(write_csv(table), options)
    assert read.table["scale_max"].unique().tolist() == [15]


def test_usual_names_match_in_any_case(essays: pd.DataFrame, write_csv: Write) -> None:
    read = read_essays(write_csv(essays.rename(columns={"text": " Text", "score": "Score"})))
    assert read.table["text"].tolist() == essays["text"].tolist()


@pytest.mark.parametrize("name", ["prompt_id", "prompt", "essay_set", "prompt_name"])
def test_prompt_ids_have_several_usual_names(
    name: str, essays: pd.DataFrame, write_csv: Write
) -> None:
    read = read_essays(write_csv(essays.rename(columns={"prompt_id": name})))
    assert read.table["prompt_id"].tolist() == essays["prompt_id"].astype(str).tolist()


def test_a_missing_named_column_is_refused_in_one_sentence(
    essays: pd.DataFrame, write_csv: Write
) -> None:
    with pytest.raises(FileError, match="no column Aufsatz"):
        read_essays(write_csv(essays), ReadOptions(named={"text": "Aufsatz"}))
    with pytest.raises(FileError, match="no column Klasse"):
        read_essays(write_csv(essays), ReadOptions(groups=["Klasse"]))
