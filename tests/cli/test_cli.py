import bz2
import gzip
import io
import json
import lzma
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from essay_scorer import Scorer
from essay_scorer.cli.entry_point import main

Capture = pytest.CaptureFixture[str]


def _give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_file_is_scored(root: Path, scorer: Scorer, capsys: Capture) -> None:
    path = root / "examples" / "strong.txt"
    assert main(["score", str(path)]) == 0
    out, err = capsys.readouterr()
    value = scorer.score(path.read_text(encoding="utf-8")).value
    assert out.startswith(f"{value} on the scale 1-6")
    assert err == ""


def test_standard_input_is_scored_as_json(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    text = "Ceci est un essai pour être noté."
    _give(monkeypatch, b"\xef\xbb\xbf" + text.encode())
    assert main(["score", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == scorer.score(text).to_dict()


def test_an_essay_to_review_is_marked(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    _give(monkeypatch, b"Too short.")
    assert main(["score"]) == 0
    assert "review: too_short" in capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"123", b"\xff\xfe\x00", b"PK\x03\x04\xff"])
def test_an_unscorable_text_is_a_one_line_error(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    _give(monkeypatch, data)
    assert main(["score"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("essay-scorer: ")
    assert err.count("\n") == 1


def test_an_endless_file_is_not_read_whole(capsys: Capture) -> None:
    assert main(["score", "/dev/zero"]) == 1
    assert capsys.readouterr().err == "essay-scorer: /dev/zero is over 4 MiB; is it one essay?\n"


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("bomb.docx", "word/document.xml", "is far larger than one essay; split it."),
        ("bomb.zip", "essay.docx", "is an archive or compressed; unpack it (`batch`"),
        ("bomb.xlsx", "xl/workbook.xml", "is a spreadsheet; save a list of essays as .xlsx"),
    ],
)
def test_archives_are_not_decompressed(
    name: str, part: str, said: str, root: Path, tmp_path: Path, capsys: Capture
) -> None:
    with ZipFile(tmp_path / name, "w", ZIP_DEFLATED) as archive:
        archive.writestr(part, bytes(20_000_000))
    essay, bomb = str(root / "examples" / "weak.txt"), str(tmp_path / name)
    for arguments in (["score", bomb], ["score", essay, "--prompt", bomb]):
        assert main(arguments) == 1
        err = capsys.readouterr().err
        assert err.startswith(f"essay-scorer: {bomb} {said}")
        assert err.count("\n") == 1


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_are_not_text(
    pack: Callable[[bytes], bytes], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "bomb").write_bytes(pack(bytes(20_000_000)))
    assert main(["score", str(tmp_path / "bomb")]) == 1
    assert "bomb is an archive or compressed;" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "nowhere.txt"],
        ["score", "."],
        ["bundle", "verify", "nowhere"],
        ["bundle", "show", "nowhere"],
        ["serve", "--bundle", "nowhere"],
        ["train", "--data", "nowhere.csv", "--out", "nowhere"],
    ],
)
def test_a_missing_file_is_a_one_line_error(arguments: list[str], capsys: Capture) -> None:
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "nowhere" in err or "." in err


@pytest.mark.parametrize(
    "arguments",
    [[], ["unknown"], ["score", "--unknown"], ["bundle"], ["serve", "--port", "99999"]],
)
def test_an_invalid_command_line_is_status_2(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_bundle_is_shown_and_verified(shipped: Path, capsys: Capture) -> None:
    assert main(["bundle", "show", str(shipped)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == json.loads((shipped / "bundle.json").read_bytes())
    assert main(["bundle", "verify", str(shipped)]) == 0
    assert shown["version"] in capsys.readouterr().out


def test_a_port_in_use_is_a_one_line_error(capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        assert main(["serve", "--port", str(busy.getsockname()[1])]) == 1
    err = capsys.readouterr().err
    assert "is in use; choose another with --port" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "package", "extra"),
    [
        (["serve"], "waitress", "serve"),
        (["train", "--data", "essays.csv", "--out", "out"], "torch", "train"),
    ],
)
def test_a_missing_extra_is_named_with_its_remedy(
    arguments: list[str],
    package: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    for name in [name for name in sys.modules if name.startswith("essay_scorer.lab")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(
        "essay_scorer.extras.find_spec", lambda name: None if name == package else object()
    )
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert f"needs {package}" in err
    assert f"pip install 'serverless-essay-scorer[{extra}]'" in err


def test_a_closed_pipe_is_not_an_error() -> None:
    command = f"{sys.executable} -m essay_scorer.cli bundle show | true"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert result.stderr == ""


def test_the_installed_command_runs(example: Callable[[str], str]) -> None:
    program = Path(sys.executable).with_name("essay-scorer")
    result = subprocess.run([program, "score"], input=example("weak"), capture_output=True,
                            text=True, check=True)  # fmt: skip
    assert "on the scale" in result.stdout
