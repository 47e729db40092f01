"""A malicious bundle is rejected with a clear error before its graph is loaded."""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from essay_scorer import BundleAltered, BundleInvalid, Scorer
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import (
    GIBBERISH,
    GRAPH,
    MANIFEST,
    MAX_FILE_BYTES,
    MAX_MANIFEST_BYTES,
    MODEL_CARD,
    TOKENIZER,
    TOPICS,
    WEIGHTS,
)
from essay_scorer.model.thresholds import PART_FEATURES

from .edits import Edit, edit_manifest, record_file, rejection

REGRESSION = {"weights": [0.0] * len(PART_FEATURES), "intercept": 0.0}


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if a graph is loaded."""
    monkeypatch.setattr(
        "essay_scorer.model.graph.onnxruntime.InferenceSession",
        lambda *_arguments, **_options: pytest.fail("a graph was loaded"),
    )


def test_the_unmodified_copy_loads(sparse_copy: Path) -> None:
    assert Scorer.load(sparse_copy, threads=1).manifest.scale.max == 6


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "name", ["../secret", "/etc/hostname", "sub/file", ".", "", "a\0b", "..\\x"]
)
def test_a_file_outside_of_the_bundle_is_rejected(sparse_copy: Path, name: str) -> None:
    def add(table: dict[str, Any]) -> None:
        table["files"][name] = {"size": 1, "sha256": ""}

    def replace(table: dict[str, Any]) -> None:
        table["files"][name] = table["files"].pop(MODEL_CARD, {"size": 1, "sha256": ""})

    for edit in (add, replace):
        edit_manifest(sparse_copy, edit)
        assert MANIFEST in rejection(sparse_copy, BundleInvalid)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("name", [MANIFEST, TOKENIZER, GRAPH, WEIGHTS, MODEL_CARD, GIBBERISH])
def test_a_link_is_rejected(sparse_copy: Path, tmp_path: Path, name: str) -> None:
    """A model card that links to a secret would be served to everybody."""
    (sparse_copy / name).rename(tmp_path / "secret")
    (sparse_copy / name).symlink_to(tmp_path / "secret")
    message = rejection(sparse_copy, BundleInvalid)
    assert message == f"{sparse_copy / name} is not a regular file; copy the bundle without links."


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("name", [MANIFEST, MODEL_CARD])
def test_a_pipe_or_a_folder_is_not_read(sparse_copy: Path, name: str) -> None:
    (sparse_copy / name).unlink()
    os.mkfifo(sparse_copy / name)
    assert name in rejection(sparse_copy, BundleInvalid)
    (sparse_copy / name).unlink()
    (sparse_copy / name).mkdir()
    assert name in rejection(sparse_copy, BundleInvalid)


def test_verification_rejects_another_hash(sparse_copy: Path) -> None:
    edit_manifest(sparse_copy, lambda table: table["files"][MODEL_CARD].update(sha256="0" * 64))
    with pytest.raises(BundleAltered, match=MODEL_CARD):
        verify_bundle(sparse_copy)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("size", [0, -1, 10**30, "3481", None, [3481], 3481.5])
def test_an_invalid_size_is_rejected(sparse_copy: Path, size: object) -> None:
    edit_manifest(sparse_copy, lambda table: table["files"][MODEL_CARD].update(size=size))
    assert MODEL_CARD in rejection(sparse_copy, BundleAltered)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("name", [TOKENIZER, GRAPH, MODEL_CARD, GIBBERISH])
def test_an_oversized_file_is_not_read(sparse_copy: Path, name: str) -> None:
    os.truncate(sparse_copy / name, MAX_FILE_BYTES + 1)
    record_file(sparse_copy, name)
    assert f"{sparse_copy / name} has {MAX_FILE_BYTES + 1} bytes" in rejection(
        sparse_copy, BundleInvalid
    )


@pytest.mark.usefixtures("no_session")
def test_an_oversized_manifest_is_not_read(sparse_copy: Path) -> None:
    os.truncate(sparse_copy / MANIFEST, MAX_MANIFEST_BYTES + 1)
    assert f"has {MAX_MANIFEST_BYTES + 1} bytes" in rejection(sparse_copy, BundleInvalid)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"format": 3, "scale": {"min": 1, "max": ' + b"9" * 5000 + b"}}",
    ],
)
def test_a_manifest_that_breaks_json_parsers_is_rejected(sparse_copy: Path, content: bytes) -> None:
    (sparse_copy / MANIFEST).write_bytes(content)
    assert "is not JSON" in rejection(sparse_copy, BundleInvalid)


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda table: table["scale"].update(max="HERE"),
        lambda table: table.update(hidden_size="HERE"),
        lambda table: table["calibration"].update(slope="HERE"),
        lambda table: table["calibration"]["bands"][0].__setitem__(0, "HERE"),
        lambda table: table["uncertainty"]["costs"].__setitem__(0, "HERE"),
        lambda table: table["thresholds"].update(max_words="HERE"),
        lambda table: table["thresholds"].update(gibberish="HERE"),
        lambda table: table["typical_ranges"]["1"].update(words=["HERE", 1]),
    ],
)
def test_a_number_that_is_not_finite_is_rejected(
    sparse_copy: Path, edit: Edit, number: str
) -> None:
    edit_manifest(sparse_copy, edit)
    text = (sparse_copy / MANIFEST).read_text()
    (sparse_copy / MANIFEST).write_text(text.replace('"HERE"', number))
    assert MANIFEST in rejection(sparse_copy, BundleInvalid)


class Pickled:
    """Creates a folder when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._place),)


def _npy(head: str, body: bytes = b"\0" * 16) -> bytes:
    head = head.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + body


@pytest.mark.usefixtures("no_session")
def test_pickles_are_not_loaded(sparse_copy: Path, tmp_path: Path) -> None:
    harm = tmp_path / "harm"
    np.save(sparse_copy / GIBBERISH, np.array([Pickled(harm)], dtype=object), allow_pickle=True)
    record_file(sparse_copy, GIBBERISH)
    assert "is not a NumPy array" in rejection(sparse_copy, BundleInvalid)
    assert not harm.exists()
    np.load(sparse_copy / GIBBERISH, allow_pickle=True)
    assert harm.exists()  # the pickle would have done it


def _zipped() -> bytes:
    file = io.BytesIO()
    np.savez(file, weights=np.zeros(3, np.float32))
    return file.getvalue()


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04.",  # a pickle
        _zipped(),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4398046511104,), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }"),
        _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", b"\0\0\xc0\x7f"),  # NaN
        _npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
        _npy("(" * 9000),
        _npy("__import__('os').mkdir('harm')"),
    ],
)
def test_an_invalid_array_is_rejected(sparse_copy: Path, content: bytes) -> None:
    (sparse_copy / GIBBERISH).write_bytes(content)
    record_file(sparse_copy, GIBBERISH)
    assert GIBBERISH in rejection(sparse_copy, BundleInvalid)


def test_the_weights_of_another_encoder_are_rejected_on_load(sparse_copy: Path) -> None:
    weights = np.load(sparse_copy / GIBBERISH)
    np.save(sparse_copy / GIBBERISH, weights[1:])
    record_file(sparse_copy, GIBBERISH)
    assert f"{sparse_copy / GIBBERISH} does not fit this bundle's encoder." == rejection(
        sparse_copy, BundleInvalid
    )


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04.",  # a pickle
        _npy("{'descr': '<f2', 'fortran_order': False, 'shape': (4398046511104, 9), }"),
        _npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"),
        _npy("{'descr': '<f2', 'fortran_order': False, 'shape': (8, 1), }"),
        _npy("{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2), }", b"\0\0\0\x7e"),  # NaN
    ],
)
def test_an_invalid_table_of_topics_is_rejected(sparse_copy: Path, content: bytes) -> None:
    (sparse_copy / TOPICS).write_bytes(content)
    record_file(sparse_copy, TOPICS)
    edit_manifest(sparse_copy, lambda table: table.update(off_topic_part=REGRESSION))
    assert TOPICS in rejection(sparse_copy, BundleInvalid)


def test_the_topics_of_another_tokenizer_are_rejected_on_load(sparse_copy: Path) -> None:
    np.save(sparse_copy / TOPICS, np.zeros((7, 3), np.float16))
    record_file(sparse_copy, TOPICS)
    edit_manifest(sparse_copy, lambda table: table.update(off_topic_part=REGRESSION))
    assert f"{sparse_copy / TOPICS} does not fit this bundle's tokenizer." == rejection(
        sparse_copy, BundleInvalid
    )


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize(
    "regression",
    [[], {}, {"weights": [1.0], "intercept": 0.0}, {"weights": [1.0] * 6, "intercept": "x"}],
)
def test_an_invalid_regression_is_rejected(sparse_copy: Path, regression: object) -> None:
    edit_manifest(sparse_copy, lambda table: table.update(off_topic_part=regression))
    assert MANIFEST in rejection(sparse_copy, BundleInvalid)
