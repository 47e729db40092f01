import json
import shutil
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from essay_scorer import BundleAltered, BundleError, BundleInvalid, BundleMissing, Manifest, Scorer
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import MANIFEST, REQUIRED_FILES
from essay_scorer.model.thresholds import Thresholds

Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def copy(shipped: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped, tmp_path / "bundle"))


def test_the_shipped_bundle_is_intact(shipped: Path) -> None:
    assert verify_bundle(shipped).license == "CC-BY-NC-SA-4.0"


def test_the_shipped_model_card_states_the_license_of_the_weights(shipped: Path) -> None:
    card = (shipped / "README.md").read_text(encoding="utf-8")
    assert "CC-BY-NC-SA-4.0" in card
    assert "Crossley et al. 2024" in card


def test_a_written_manifest_is_read_back(shipped: Path, tmp_path: Path) -> None:
    manifest = Manifest.read(shipped)
    manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == manifest


def test_the_shipped_manifest_has_every_threshold(shipped: Path) -> None:
    thresholds = json.loads((shipped / MANIFEST).read_text(encoding="utf-8"))["thresholds"]
    assert set(thresholds) == {field.name for field in fields(Thresholds)}


@pytest.mark.parametrize("name", sorted({MANIFEST, *REQUIRED_FILES}))
def test_the_error_names_a_missing_file(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleMissing, match=name):
        Scorer.load(copy)


@pytest.mark.parametrize("name", sorted(REQUIRED_FILES))
def test_the_error_names_a_truncated_file(copy: Path, name: str) -> None:
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(BundleAltered, match=name):
        Scorer.load(copy)


@pytest.mark.parametrize("name", sorted(REQUIRED_FILES))
def test_verification_detects_one_changed_byte(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(BundleAltered, match=name):
        verify_bundle(copy)


@pytest.mark.parametrize("name", ["tokenizer.json", "model.onnx"])
def test_garbage_of_the_right_size_is_rejected(copy: Path, name: str) -> None:
    size = (copy / name).stat().st_size
    (copy / name).write_bytes(b"\x00" * size)
    with pytest.raises(BundleInvalid, match=name):
        Scorer.load(copy)


@pytest.mark.parametrize(
    "edit",
    [
        lambda table: table.update(format=99),
        lambda table: table.pop("scale"),
        lambda table: table["scale"].update(min=7),
        lambda table: table["scale"].update(min="one"),
        lambda table: table["calibration"].pop("slope"),
        lambda table: table["calibration"].update(slope=None),
        lambda table: table["files"].pop("model.onnx"),
        lambda table: table["files"].update({"../outside": {"size": 1, "sha256": ""}}),
    ],
)
def test_an_invalid_manifest_is_rejected(copy: Path, edit: Edit) -> None:
    table = json.loads((copy / MANIFEST).read_bytes())
    edit(table)
    (copy / MANIFEST).write_text(json.dumps(table))
    with pytest.raises(BundleInvalid, match=MANIFEST):
        Scorer.load(copy)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_manifest_that_is_not_a_json_object_is_rejected(copy: Path, content: bytes) -> None:
    (copy / MANIFEST).write_bytes(content)
    with pytest.raises(BundleInvalid, match=MANIFEST):
        Scorer.load(copy)


def test_the_error_names_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="nowhere"):
        Scorer.load(tmp_path / "nowhere")


def test_the_environment_variable_selects_a_bundle(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = json.loads((copy / MANIFEST).read_bytes())
    (copy / MANIFEST).write_text(json.dumps({**table, "name": "another"}))
    monkeypatch.setenv("ESSAY_SCORER_BUNDLE", str(copy))
    assert Scorer.load().manifest.model.name == "another"
