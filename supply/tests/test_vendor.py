"""The files that the page takes from npm are those of the locked packages."""

import json
import re
from pathlib import Path

import pytest

from supply.tests.node_program import run_module
from supply.vendor import EXPORTS, FILES, PACKAGES, RECORD, VENDOR, hashes, vendor

RECORDS = {path.parent.name: json.loads(path.read_bytes()) for path in VENDOR.glob(f"*/{RECORD}")}


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_the_recorded_ones(name: str) -> None:
    assert hashes(VENDOR / name) == RECORDS[name]["sha256"]
    assert set(RECORDS[name]["sha256"]) == set(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_the_version_is_the_locked_one(name: str) -> None:
    lock = json.loads((PACKAGES / "package-lock.json").read_bytes())["packages"]
    wanted = json.loads((PACKAGES / "package.json").read_bytes())["dependencies"]
    record = RECORDS[name]
    assert lock[f"node_modules/{record['package']}"]["version"] == record["version"]
    assert wanted[record["package"]] == record["version"]
    assert "integrity" in lock[f"node_modules/{record['package']}"]


def test_no_folder_is_unknown() -> None:
    assert {path.name for path in VENDOR.iterdir()} == set(FILES)


def test_vendoring_again_gives_the_same_files(tmp_path: Path) -> None:
    modules = tmp_path / "node_modules"
    for name, files in FILES.items():
        for file, source in files.items():
            path = modules / source
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((VENDOR / name / file).read_bytes())
        record = RECORDS[name]
        manifest = {"name": record["package"]} | {
            key: record[key] for key in ("version", "license")
        }
        (modules / record["package"] / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "vendor" / "pdfjs").mkdir(parents=True)
    (tmp_path / "vendor" / "pdfjs" / "old.mjs").touch()
    vendor(modules, tmp_path / "vendor")
    for name in FILES:
        copied, expected = _files(tmp_path / "vendor" / name), _files(VENDOR / name)
        assert copied.keys() == expected.keys()
        if not copied.keys() & EXPORTS.keys():
            assert copied == expected


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_browser_gets_the_detector_as_a_module_without_imports() -> None:
    source = (VENDOR / "chardet" / "chardet.mjs").read_text("utf-8")
    assert "\nexport const { analyse } = " in source
    assert re.findall(r"^import\b|\bimport\(|sourceMappingURL|require\('fs'\)", source, re.M) == []


def test_the_detector_finds_an_encoding() -> None:
    text = "Я думаю, что школа должна начинаться позже, потому что ученики спят мало."
    script = (
        f"import {{ analyse }} from {json.dumps((VENDOR / 'chardet' / 'chardet.mjs').as_uri())};"
        f"console.log(analyse({list(text.encode('koi8-r'))})[0].name);"
    )
    assert run_module(script) == "KOI8-R"
