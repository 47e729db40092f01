"""The bill of materials lists what the image contains, and is valid CycloneDX."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom

from supply import sbom
from supply.locks import IMAGE_LOCK, ROOT, read_lock
from supply.python_packages import SbomError
from supply.sbom import make_bill, serialize
from supply.system_packages import parse_dpkg_status
from supply.tests.test_system_packages import DEBIAN, DPKG_STATUS

SHIPPED = ROOT / "models" / "default"


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return make_bill(SHIPPED)


def test_every_locked_package_is_listed_with_its_hashes(bill: dict[str, Any]) -> None:
    listed = {
        component["name"]: (
            component["version"],
            {
                digest["content"]
                for reference in component["externalReferences"]
                for digest in reference["hashes"]
            },
        )
        for component in bill["components"]
        if component["type"] == "library"
    }
    assert listed == {
        package.name: (package.version, set(package.hashes)) for package in read_lock(IMAGE_LOCK)
    }


def test_every_file_of_the_model_is_listed(bill: dict[str, Any]) -> None:
    (model,) = [one for one in bill["components"] if one["type"] == "machine-learning-model"]
    manifest = json.loads((SHIPPED / "bundle.json").read_bytes())
    assert (model["name"], model["version"]) == (manifest["name"], manifest["version"])
    assert model["licenses"] == [{"license": {"id": "CC-BY-NC-SA-4.0"}}]
    hashes = {file["name"]: file["hashes"][0]["content"] for file in model["components"]}
    assert hashes == {name: record["sha256"] for name, record in manifest["files"].items()}


def test_every_component_has_the_license_of_its_metadata(bill: dict[str, Any]) -> None:
    licenses = {component["name"]: component["licenses"] for component in bill["components"]}
    assert all(licenses.values())
    assert licenses["onnxruntime"] == [{"license": {"id": "MIT", "acknowledgement": "declared"}}]
    assert "BSD-3-Clause" in licenses["numpy"][0]["expression"]


def test_without_an_image_it_says_that_the_base_is_missing(bill: dict[str, Any]) -> None:
    assert _base_image_note(bill).startswith("Not listed")
    program = bill["metadata"]["component"]["bom-ref"]
    assert bill["compositions"] == [{"aggregate": "incomplete", "dependencies": [program]}]


def test_all_system_packages_of_an_image_are_listed(bill: dict[str, Any]) -> None:
    system = list(parse_dpkg_status(DPKG_STATUS, DEBIAN))
    whole = make_bill(SHIPPED, system)
    assert whole["components"] == bill["components"] + system
    assert whole["serialNumber"] != bill["serialNumber"]
    assert not _base_image_note(whole).startswith("Not listed")
    parsed: Any = Bom.from_json(json.loads(serialize(whole)))
    assert {str(one.purl) for one in parsed.components} >= {one["purl"] for one in system}


def _base_image_note(bill: dict[str, Any]) -> str:
    properties = {one["name"]: one["value"] for one in bill["metadata"]["properties"]}
    return str(properties["essay-scorer:base-image"])


def test_the_program_depends_on_all_components(bill: dict[str, Any]) -> None:
    program = bill["metadata"]["component"]
    assert program["name"] == "serverless-essay-scorer"
    (parts,) = [one for one in bill["dependencies"] if one["ref"] == program["bom-ref"]]
    assert parts["dependsOn"] == sorted(one["bom-ref"] for one in bill["components"])


def test_independent_parser_reads_all_of_it(bill: dict[str, Any]) -> None:
    parsed: Any = Bom.from_json(json.loads(serialize(bill)))
    assert parsed.validate()
    assert len(parsed.components) == len(bill["components"])


def test_equal_images_have_equal_bills(bill: dict[str, Any]) -> None:
    assert serialize(make_bill(SHIPPED)) == serialize(bill)


@pytest.mark.parametrize(
    "damage",
    [
        lambda bill: bill.pop("specVersion"),
        lambda bill: bill["components"][0].pop("name"),
        lambda bill: bill["components"][0].update(type="secret"),
        lambda bill: bill["components"].append(bill["components"][0]),
        lambda bill: bill.update(serialNumber="1"),
    ],
)
def test_invalid_bill_is_not_written(
    bill: dict[str, Any], damage: Callable[[dict[str, Any]], object]
) -> None:
    copy = json.loads(json.dumps(bill))
    damage(copy)
    with pytest.raises(SbomError, match=r"^The bill is not valid CycloneDX 1\.6: "):
        serialize(copy)


@pytest.mark.parametrize("manifest", [None, "{", "[]", "{}", '{"files": []}'])
def test_folder_that_is_not_a_bundle_is_an_error(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "bundle.json").write_text(manifest)
    with pytest.raises(SbomError, match="is not a bundle"):
        make_bill(tmp_path)


def test_command_writes_the_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "sbom.json"
    monkeypatch.setattr("sys.argv", ["sbom", "--out", str(out)])
    assert sbom.main() == 0
    assert json.loads(out.read_bytes())["bomFormat"] == "CycloneDX"
    assert capsys.readouterr().out == f"wrote {out}\n"
