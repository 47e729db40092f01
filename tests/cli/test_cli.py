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


def test_a_doubtful_essay_is_said_to_be_one(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    _give(monkeypatch, b"Too short.")
    assert main(["score"]) == 0
    assert "a person should read this one: too_short" in capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"123", b"\xff\xfe\x00", b"PK\x03\x04\xff"])
def test_a_text_that_cannot_be_scored_is_one_line(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    _give(monkeypatch, data)
    assert main(["score"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("essay-scorer: ")
    assert err.count("\n") == 1


def test_a_text_without_end_is_not_read_to_its_end(capsys: Capture) -> None:
    assert main(["score", "/dev/zero"]) == 1
    assert capsys.readouterr().err == "essay-scorer: /dev/zero is over 4 MiB; is it one essay?\n"


@pytest.mark.parametrize("name", ["bomb.docx", "bomb.zip", "bomb.xlsx"])
def test_nothing_is_unpacked(name: str, root: Path, tmp_path: Path, capsys: Capture) -> None:
    with ZipFile(tmp_path / name, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(20_000_000))
    essay, bomb = str(root / "examples" / "weak.txt"), str(tmp_path / name)
    for arguments in (["score", bomb], ["score", essay, "--prompt", bomb]):
        assert main(arguments) == 1
        said = "is an archive, as every .docx file is; save it as a text."
        assert capsys.readouterr().err == f"essay-scorer: {bomb} {said}\n"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_is_packed_is_no_text(
    pack: Callable[[bytes], bytes], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "bomb").write_bytes(pack(bytes(20_000_000)))
    assert main(["score", str(tmp_path / "bomb")]) == 1
    assert "bomb is not a text in UTF-8; save it as one." in capsys.readouterr().err


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
def test_what_is_not_there_is_named_in_one_line(arguments: list[str], capsys: Capture) -> None:
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "nowhere" in err or "." in err


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["score", "--nonsense"], ["bundle"], ["serve", "--port", "99999"]],
)
def test_a_wrong_command_is_status_2(arguments: list[str], capsys: Capture) -> None:
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


def test_a_busy_port_is_one_line(capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        assert main(["serve", "--port", str(busy.getsockname()[1])]) == 1
    err = capsys.readouterr().err
    assert "is taken; choose another with --port" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "package", "extra"),
    [
        (["serve"], "waitress", "serve"),
        (["train", "--data", "essays.csv", "--out", "out"], "torch", "train"),
    ],
)
def test_a_missing_part_is_named_with_its_remedy(
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
    assert f"pip install 'essay-scorer[{extra}]'" in err


def test_a_reader_that_goes_away_is_no_accident() -> None:
    command = f"{sys.executable} -m essay_scorer.cli bundle show | true"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert result.stderr == ""


def test_the_installed_command_is_the_module(example: Callable[[str], str]) -> None:
    program = Path(sys.executable).with_name("essay-scorer")
    result = subprocess.run([program, "score"], input=example("weak"), capture_output=True,
                            text=True, check=True)  # fmt: skip
    assert "on the scale" in result.stdout
