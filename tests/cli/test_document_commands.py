"""Documents and workbooks in the commands that read one essay or a list of them."""

import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from tests.browser.word_bodies import paragraph, run
from tests.browser.word_files import word_file

from essay_scorer import Scorer
from essay_scorer.cli.entry_point import main

CASES = Path(__file__).parents[1] / "documents" / "cases"
HEADING = ("Ann Lee", "Mr. Smith", "English 10", "5 May 2026")


def test_the_same_essay_gets_one_score_in_every_format(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers = set()
    for name in ("pandoc.docx", "pandoc.odt", "libreoffice.rtf", "libreoffice.pdf"):
        assert main(["score", str(CASES / name)]) == 0
        answers.add(capsys.readouterr().out)
    assert len(answers) == 1


def test_a_document_may_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (CASES / "pandoc.docx").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["score"]) == 0
    piped = capsys.readouterr().out
    main(["score", str(CASES / "pandoc.docx")])
    assert capsys.readouterr().out == piped


def test_a_heading_is_left_out_and_said(
    root: Path, scorer: Scorer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    essay = (root / "examples" / "strong.txt").read_text(encoding="utf-8")
    path = tmp_path / "essay.docx"
    lines = [*HEADING, *essay.split("\n\n")]
    path.write_bytes(word_file("".join(paragraph(run(line)) for line in lines)))
    assert main(["score", str(path), "--without-heading"]) == 0
    out, err = capsys.readouterr()
    assert err == f"left out: {' / '.join(HEADING)}\n"
    assert out.startswith(f"{scorer.score(essay).value} on the scale 1-6")
    assert main(["score", str(root / "examples" / "strong.txt"), "--without-heading"]) == 0
    assert capsys.readouterr().err == "no heading was found\n"


def test_a_missing_package_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("essay_scorer.extras.find_spec", lambda _: None)
    for name in ("pandoc.docx", "libreoffice.pdf"):
        assert main(["score", str(CASES / name)]) == 1
        err = capsys.readouterr().err
        assert "pip install 'serverless-essay-scorer[documents]'" in err
    assert main(["score", str(CASES / "pandoc.rtf")]) == 0


def _workbook(path: Path, header: Sequence[str], rows: Sequence[Mapping[str, object]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(header))
    for row in rows:
        book.active.append([row[name] for name in header])
    book.save(path)
    return path


def test_a_workbook_is_a_file_of_scored_essays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {
            "essay_id": number,
            "full_text": f"Essay {number} is about a pool.",
            "score": 1 + number % 6,
        }
        for number in range(30)
    ]
    path = _workbook(tmp_path / "class.xlsx", list(rows[0]), rows)
    assert main(["data", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "30" in out
