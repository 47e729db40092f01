"""Quantization of a small BERT: which layers, and how little it changes."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lab.export.quantized_graphs import (
    INT16_MAX,
    MAX_ACTIVATION,
    largest_pair,
    quantized_layers,
)
from transformers import BertModel

from essay_scorer import FileError
from essay_scorer.cli.entry_point import main
from essay_scorer.lab import compile_bundle
from essay_scorer.lab.export.artifacts import Artifacts
from essay_scorer.lab.export.compile_graph import compile_graph
from essay_scorer.lab.export.embedding_rows import quantize_embeddings, quantize_rows
from essay_scorer.lab.export.encoder_folder import read_encoder
from essay_scorer.lab.export.equivalence import proof_texts
from essay_scorer.lab.export.graph_files import load_graph
from essay_scorer.lab.export.quantization import (
    name_linear_layers,
    quantize_encoder,
    quantize_weights,
)
from essay_scorer.lab.export.score_stability import MIN_UNCHANGED_SCORES
from essay_scorer.lab.export.smoothing import smooth_activations
from essay_scorer.lab.recipe import ExportRecipe, Recipe
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import GRAPH, TOKENIZER
from essay_scorer.model.reader import Reader
from essay_scorer.text.tokenizer import WindowTokenizer

TEXTS = proof_texts()


def _train(recipe: Path, data: Path, out: Path) -> Path:
    command = ["train", "--recipe", str(recipe), "--data", str(data), "--out", str(out)]
    assert main([*command, "--name", "tiny", "--license", "MIT"]) == 0
    return out / "bundle"


@pytest.fixture
def int8_recipe(recipe_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "int8.toml"
    export = '[export]\nweights = "int8"\n[export.outlier_channels]\n"output.dense" = 2\n'
    path.write_text(recipe_file.read_text(encoding="utf-8") + export, encoding="utf-8")
    return path


def test_a_recipe_with_int8_quantizes_all_linear_layers(
    int8_recipe: Path, data: Path, tmp_path: Path
) -> None:
    bundle = _train(int8_recipe, data, tmp_path / "out")
    quantization = verify_bundle(bundle).metrics["quantization"]
    assert quantization["weights"] == "int8"
    assert quantization["unchanged_scores"] >= MIN_UNCHANGED_SCORES
    names = ("attention.self.query", "attention.self.key", "attention.self.value",
             "attention.output.dense", "intermediate.dense", "output.dense")  # fmt: skip
    layers = {f"layer.{number}.{name}" for number in range(2) for name in names}
    assert quantized_layers(onnx.load(bundle / GRAPH)) == sorted(layers)


def test_a_bundle_whose_scores_would_change_stays_in_float32(
    int8_recipe: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = MIN_UNCHANGED_SCORES - 0.001
    monkeypatch.setattr(compile_bundle, "unchanged_score_share", lambda *_, **__: share)
    bundle = _train(int8_recipe, data, tmp_path / "out")
    quantization = verify_bundle(bundle).metrics["quantization"]
    assert quantization == {"weights": "float32", "unchanged_scores": share}
    assert quantized_layers(onnx.load(bundle / GRAPH)) == []


@pytest.fixture
def artifacts(trained: Path) -> Artifacts:
    """A scorer with one outlier channel in each layer, as every real BERT has."""
    artifacts = Artifacts.load(trained)
    for layer in artifacts.encoder.encoder.layer:
        layer.intermediate.dense.weight.data[0] *= 100
        layer.output.dense.weight.data[:, 0] /= 10
    return artifacts


def test_smoothing_does_not_change_what_linear_layers_compute(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    original, smoothed = tmp_path / "original", tmp_path / "smoothed"
    compile_graph(artifacts, original)
    shutil.copytree(original, smoothed)
    graph, tokenizer = load_graph(original / GRAPH), WindowTokenizer(original / TOKENIZER)
    recipe = ExportRecipe(
        smoothing={"attention.self.key": 0.5, "intermediate.dense": 0.25, "output.dense": 0.4},
        outlier_channels={"output.dense": 3, "attention.output.dense": 1},
    )
    layers = name_linear_layers(graph, artifacts.encoder)
    smooth_activations(graph, layers, recipe, map(tokenizer.tokenize, TEXTS))
    outputs = [node.output[0] for node in graph.graph.node]
    assert len([name for name in outputs if "_smoothed_" in name]) == 4 * 2
    assert len([name for name in outputs if "_outliers_" in name]) == 2 * 2
    onnx.save_model(graph, smoothed / GRAPH)
    for text in TEXTS:
        assert Reader(smoothed).read(text).layer_means == pytest.approx(
            Reader(original).read(text).layer_means, abs=1e-5
        )


def test_outlier_channels_make_quantization_more_precise(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    original = tmp_path / "original"
    _make_embeddings_exact(artifacts.encoder)
    compile_graph(artifacts, original)
    errors = {}
    for channels in (0, 1):
        target = tmp_path / f"quantized{channels}"
        shutil.copytree(original, target)
        recipe = ExportRecipe(weights="int8", outlier_channels={"output.dense": channels})
        quantize_encoder(original, target, artifacts.encoder, recipe, TEXTS)
        errors[channels] = _mean_error(Reader(original), Reader(target))
    assert errors[1] < errors[0] / 2


def _make_embeddings_exact(encoder: BertModel) -> None:
    """Round the word embeddings to int8, so that only linear layers have an error."""
    table = encoder.embeddings.word_embeddings.weight
    rows, scales = quantize_rows(table.detach().numpy())
    table.data = torch.from_numpy(rows * scales)


def test_quantized_embeddings_hardly_change_vectors(artifacts: Artifacts, tmp_path: Path) -> None:
    original, target = tmp_path / "original", tmp_path / "rows"
    compile_graph(artifacts, original)
    shutil.copytree(original, target)
    graph = load_graph(original / GRAPH)
    quantize_embeddings(graph)
    onnx.save_model(graph, target / GRAPH)
    assert 0 < _mean_error(Reader(original), Reader(target)) < 0.002


def _mean_error(reference: Reader, quantized: Reader) -> float:
    differences = [
        quantized.read(text).layer_means - reference.read(text).layer_means for text in TEXTS
    ]
    return float(np.mean([np.abs(difference).mean() for difference in differences]))


def test_an_unknown_linear_layer_is_named(trained: Path, tmp_path: Path) -> None:
    recipe, encoder = ExportRecipe(smoothing={"output.sparse": 0.5}), trained / "bert-model"
    with pytest.raises(FileError, match=r"names output\.sparse, a linear layer"):
        quantize_encoder(trained / "bundle", tmp_path, read_encoder(encoder), recipe, TEXTS)


def test_an_unknown_quantization_is_refused(recipe_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(recipe_file.read_text(encoding="utf-8") + '[export]\nweights = "int4"\n')
    with pytest.raises(FileError, match="float32 or int8, not int4"):
        Recipe.load(str(path))


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(1e-30, 1e30))
def test_quantized_weights_of_any_size_cannot_overflow(seed: int, size: float) -> None:
    random = np.random.default_rng(seed)
    weights = (size * random.standard_t(2, (64, 8))).astype(np.float32)
    whole, scale = quantize_weights(weights)
    assert MAX_ACTIVATION * largest_pair(whole) <= INT16_MAX
    assert np.abs(whole * scale - weights).max() <= 0.501 * scale.max()
