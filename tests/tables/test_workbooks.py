"""Excel workbooks: in with their columns, out with numbers, and without formulas."""

import zipfile
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.essay_files import SENTENCES, run_batch

from essay_scorer.errors import FileError
from essay_scorer.tables.input_format import input_format
from essay_scorer.tables.readers import open_source
from essay_scorer.tables.rows import Row
from essay_scorer.tables.text_lines import DETECT
from essay_scorer.tables.writers import make_writer

HOSTILE = ("=1+1", "+1", "-x", "@SUM(A1)", '=HYPERLINK("http://x.example")', "#N/A", "\t=1")
ESSAY = " ".join(SENTENCES)


def write(path: Path, *rows: list[object], title: str = "Class") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def read(path: Path) -> list[Row]:
    name = str(path)
    with closing(open_source(name, input_format(name, None), encoding=DETECT)) as source:
        return list(source)


def cells(path: Path) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_values_keep_their_types(tmp_path: Path) -> None:
    path = write(
        tmp_path / "class.xlsx",
        ["id", "text", "mark", "day", "blank"],
        ["007", "An essay.\nTwo lines.", 14.5, datetime(2026, 5, 5), None],
        [8, "Another.", 14, date(2026, 5, 6), ""],
    )
    rows = read(path)
    assert [row.line for row in rows] == [2, 3]
    assert [list(row.fields.values()) for row in rows] == [
        ["007", "An essay.\nTwo lines.", 14.5, date(2026, 5, 5), ""],
        [8, "Another.", 14, date(2026, 5, 6), ""],
    ]


def test_a_title_above_blank_rows_and_other_sheets_are_no_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Instructions"])
    sheet = book.create_sheet("Essays")
    for row in (["Class 3b"], [], ["Name", "Essay"], ["Ann", "One."], [], ["Bob", "Two."]):
        sheet.append(row)
    book.save(tmp_path / "class.xlsx")
    with closing(open_source(str(tmp_path / "class.xlsx"), "xlsx", encoding=DETECT)) as source:
        assert [row.fields for row in source] == [
            {"Name": "Ann", "Essay": "One."},
            {"Name": "Bob", "Essay": "Two."},
        ]
        assert source.notes[0] == "read the sheet Essays alone, of 2"


def test_a_workbook_is_scored_into_a_workbook_that_can_be_scored_again(tmp_path: Path) -> None:
    source = write(tmp_path / "in.xlsx", ["id", "text", "day"], [7, ESSAY, datetime(2026, 5, 5)])
    assert run_batch(source, tmp_path / "out.xlsx").returncode == 0
    header, values = cells(tmp_path / "out.xlsx")
    row = dict(zip(header, values, strict=True))
    assert row["id"] == 7
    assert row["day"] == datetime(2026, 5, 5)
    assert row["text"] == ESSAY
    assert isinstance(row["essay score"], int)
    assert isinstance(row["raw"], (int, float))
    assert row["review"] in (True, False)
    again = run_batch(tmp_path / "out.xlsx", tmp_path / "again.xlsx", "--prefix", "b ")
    assert again.returncode == 0
    assert dict(zip(*cells(tmp_path / "again.xlsx"), strict=True))["b raw"] == row["raw"]


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    with path.open("wb") as file:
        writer = make_writer(file, "xlsx", [*HOSTILE], added={"score": "int64"})
        writer.write(Row(line=2, fields={name: name for name in HOSTILE}), {"score": -1})
        writer.finish()
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        markup = "".join(archive.read(name).decode() for name in sheets)
    assert "<f>" not in markup
    assert "<f " not in markup
    book = openpyxl.load_workbook(path)
    for row in book.active.iter_rows():
        assert [cell.data_type for cell in row] == ["s"] * 7 + ["s" if row[0].row == 1 else "n"]


def test_texts_that_workbooks_cannot_hold_are_written_as_far_as_they_can(tmp_path: Path) -> None:
    texts = ["a\x00b\x1fc", "x" * 40_000, "_x0041_ stays", "12345678901234567890", "😀"]
    numbers = [float("nan"), float("inf"), 12345678901234567890, 0.1, 10**15]
    path = tmp_path / "out.xlsx"
    with path.open("wb") as file:
        writer = make_writer(file, "xlsx", ["text"], added={"value": "float64"})
        for text, number in zip(texts, numbers, strict=True):
            writer.write(Row(line=2, fields={"text": text}), {"value": number})
        writer.finish()
    found = cells(path)[1:]
    assert found[0][0] == "abc"
    assert len(found[1][0]) == 32_767
    assert found[1][0].endswith("[cut: a cell of Excel has 32,767 characters]")
    assert found[2][0] in ("_x0041_ stays", "_x005F_x0041_ stays")
    assert [row[1] for row in found] == ["nan", "inf", "12345678901234567890", 0.1, 10**15]
    assert read(path)[2].fields["text"] == "_x0041_ stays"


def test_the_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    workbook = write(tmp_path / "class.xlsx", ["text"], [ESSAY])
    (tmp_path / "class.csv").write_bytes(workbook.read_bytes())
    assert read(tmp_path / "class.csv")[0].fields == {"text": ESSAY}
    (tmp_path / "saved.xlsx").write_text("id;text\n1;An essay.\n")
    assert read(tmp_path / "saved.xlsx")[0].fields == {"id": "1", "text": "An essay."}


@pytest.mark.parametrize("content", [b"PK\x03\x04 damaged", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_damaged_workbook_is_refused_with_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "class.xlsx").write_bytes(content)
    with pytest.raises(FileError, match=r"class\.xlsx .*\.$"):
        read(tmp_path / "class.xlsx")


def test_a_workbook_that_decompresses_to_gigabytes_is_refused(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(2**20))
    with pytest.raises(FileError, match="decompresses to more than 512 MiB"):
        read(tmp_path / "bomb.xlsx")
