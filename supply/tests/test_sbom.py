"""The bill of materials holds what the image holds, and is what CycloneDX says a bill is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom

from supply import sbom
from supply.locks import IMAGE, ROOT, read_lock
from supply.packages import SbomError
from supply.sbom import make, written
from supply.system import dpkg

from .test_system import DEBIAN, STATUS

SHIPPED = ROOT / "models" / "default"


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return make(SHIPPED)


def test_every_locked_package_is_in_it_with_its_hashes(bill: dict[str, Any]) -> None:
    listed = {
        one["name"]: (
            one["version"],
            {
                each["content"]
                for reference in one["externalReferences"]
                for each in reference["hashes"]
            },
        )
        for one in bill["components"]
        if one["type"] == "library"
    }
    assert listed == {
        package.name: (package.version, set(package.hashes)) for package in read_lock(IMAGE)
    }


def test_the_model_is_in_it_file_by_file(bill: dict[str, Any]) -> None:
    (model,) = [one for one in bill["components"] if one["type"] == "machine-learning-model"]
    manifest = json.loads((SHIPPED / "bundle.json").read_bytes())
    assert (model["name"], model["version"]) == (manifest["name"], manifest["version"])
    assert model["licenses"] == [{"license": {"id": "CC-BY-NC-SA-4.0"}}]
    hashes = {one["name"]: one["hashes"][0]["content"] for one in model["components"]}
    assert hashes == {name: record["sha256"] for name, record in manifest["files"].items()}


def test_every_part_has_a_licence_and_the_packages_have_what_their_metadata_say(
    bill: dict[str, Any],
) -> None:
    licences = {one["name"]: one["licenses"] for one in bill["components"]}
    assert all(licences.values())
    assert licences["onnxruntime"] == [{"license": {"id": "MIT", "acknowledgement": "declared"}}]
    assert "BSD-3-Clause" in licences["numpy"][0]["expression"]


def test_without_an_image_it_says_that_the_base_is_not_in_it(bill: dict[str, Any]) -> None:
    assert _said_of_the_base(bill).startswith("Not listed")
    program = bill["metadata"]["component"]["bom-ref"]
    assert bill["compositions"] == [{"aggregate": "incomplete", "dependencies": [program]}]


def test_the_system_of_an_image_is_in_it_whole(bill: dict[str, Any]) -> None:
    found = list(dpkg(STATUS, DEBIAN))
    whole = make(SHIPPED, found)
    assert whole["components"] == bill["components"] + found
    assert whole["serialNumber"] != bill["serialNumber"]
    assert not _said_of_the_base(whole).startswith("Not listed")
    read: Any = Bom.from_json(json.loads(written(whole)))
    assert {str(one.purl) for one in read.components} >= {one["purl"] for one in found}


def _said_of_the_base(bill: dict[str, Any]) -> str:
    properties = {one["name"]: one["value"] for one in bill["metadata"]["properties"]}
    return str(properties["essay-scorer:base-image"])


def test_the_program_is_what_they_are_parts_of(bill: dict[str, Any]) -> None:
    program = bill["metadata"]["component"]
    assert program["name"] == "essay-scorer"
    (parts,) = [one for one in bill["dependencies"] if one["ref"] == program["bom-ref"]]
    assert parts["dependsOn"] == sorted(one["bom-ref"] for one in bill["components"])


def test_another_reader_reads_it_and_finds_it_whole(bill: dict[str, Any]) -> None:
    read: Any = Bom.from_json(json.loads(written(bill)))
    assert read.validate()
    assert len(read.components) == len(bill["components"])


def test_the_same_image_has_the_same_bill(bill: dict[str, Any]) -> None:
    assert written(make(SHIPPED)) == written(bill)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bill: bill.pop("specVersion"),
        lambda bill: bill["components"][0].pop("name"),
        lambda bill: bill["components"][0].update(type="secret"),
        lambda bill: bill["components"].append(bill["components"][0]),
        lambda bill: bill.update(serialNumber="1"),
    ],
)
def test_what_is_no_bill_is_not_written(
    bill: dict[str, Any], spoil: Callable[[dict[str, Any]], object]
) -> None:
    copy = json.loads(json.dumps(bill))
    spoil(copy)
    with pytest.raises(SbomError, match=r"^The bill is not of CycloneDX 1\.6: "):
        written(copy)


@pytest.mark.parametrize("manifest", [None, "{", "[]", "{}", '{"files": []}'])
def test_without_a_bundle_there_is_none(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "bundle.json").write_text(manifest)
    with pytest.raises(SbomError, match="is no bundle"):
        make(tmp_path)


def test_the_command_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "sbom.json"
    monkeypatch.setattr("sys.argv", ["sbom", "--out", str(out)])
    assert sbom.main() == 0
    assert json.loads(out.read_bytes())["bomFormat"] == "CycloneDX"
    assert capsys.readouterr().out == f"wrote {out}\n"
