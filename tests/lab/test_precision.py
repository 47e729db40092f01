"""Weights as whole numbers: the scores of float32, on every kind of processor."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper
from transformers import BertModel

from essay_scorer import FileError, Scorer
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import GRAPH, TOKENIZER
from essay_scorer.cli.entry_point import main
from essay_scorer.lab import pipeline
from essay_scorer.lab.export.artifacts import Artefacts, find_encoder, read_encoder
from essay_scorer.lab.calibration.conformal import fit_line
from essay_scorer.lab.data.essays import read_essays
from essay_scorer.lab.export.compile_graph import compile_graph, load_graph
from essay_scorer.lab.export.smoothing import make_level
from essay_scorer.lab.evaluation.metrics import qwk
from essay_scorer.lab.export.quantization import KEPT, name_products, narrow, whole_numbers
from essay_scorer.lab.recipe import ExportRecipe, Recipe
from essay_scorer.model.reader import Reader
from essay_scorer.text.normalize import normalize
from essay_scorer.text.tokenizer import WindowTokenizer

NARROW = {"DynamicQuantizeMatMul", "MatMulIntegerToFloat"}
ROOM = 2**15 - 1  # what two products may add up to, where they are added in sixteen bits


def _train(recipe: Path, data: Path, out: Path) -> Path:
    command = ["train", "--recipe", str(recipe), "--data", str(data), "--out", str(out)]
    assert main([*command, "--name", "tiny", "--licence", "MIT"]) == 0
    return out / "bundle"


@pytest.fixture
def narrow_recipe(recipe_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "narrow.toml"
    export = '[export]\nweights = "int8"\n[export.apart]\n"output.dense" = 2\n'
    path.write_text(recipe_file.read_text(encoding="utf-8") + export, encoding="utf-8")
    return path


def _narrow_products(graph: onnx.ModelProto) -> list[str]:
    names = [node.input[1] for node in graph.graph.node if node.op_type in NARROW]
    return sorted(name.removesuffix("_quantized") for name in names)


def test_the_products_of_a_recipe_in_int8_are_narrow(
    narrow_recipe: Path, data: Path, tmp_path: Path
) -> None:
    bundle = _train(narrow_recipe, data, tmp_path / "out")
    manifest = verify_bundle(bundle)
    numbers = manifest.metrics["number_format"]
    assert numbers["weights"] == "int8"
    assert numbers["kept_scores"] >= KEPT
    layers = ("attention.self.query", "attention.self.key", "attention.self.value",
              "attention.output.dense", "intermediate.dense", "output.dense")  # fmt: skip
    products = {f"layer.{layer}.{name}" for layer in range(2) for name in layers}
    assert _narrow_products(onnx.load(bundle / GRAPH)) == sorted(products)


def test_where_scores_would_change_float32_stays(
    narrow_recipe: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "kept_scores", lambda *_, **__: KEPT - 0.001)
    bundle = _train(narrow_recipe, data, tmp_path / "out")
    numbers = verify_bundle(bundle).metrics["number_format"]
    assert numbers == {"weights": "float32", "kept_scores_in_int8": KEPT - 0.001}
    assert _narrow_products(onnx.load(bundle / GRAPH)) == []


@pytest.fixture
def artefacts(recipe_file: Path, data: Path, tmp_path: Path) -> Artefacts:
    """A scorer one of whose figures is far larger than the rest, as in every BERT that counts."""
    _train(recipe_file, data, tmp_path / "trained")
    artefacts = Artefacts.load(tmp_path / "trained")
    for layer in artefacts.encoder.encoder.layer:
        layer.intermediate.dense.weight.data[0] *= 100
        layer.output.dense.weight.data[:, 0] /= 10
    return artefacts


TEXTS = pipeline.proof_texts()


def test_level_figures_and_those_set_apart_change_no_product(
    artefacts: Artefacts, tmp_path: Path
) -> None:
    wide, level = tmp_path / "wide", tmp_path / "level"
    compile_graph(artefacts, wide)
    shutil.copytree(wide, level)
    graph, windows = load_graph(wide / GRAPH), WindowTokenizer(wide / TOKENIZER)
    recipe = ExportRecipe(
        level={"attention.self.key": 0.5, "intermediate.dense": 0.25, "output.dense": 0.4},
        apart={"output.dense": 3, "attention.output.dense": 1},
    )
    products = name_products(graph, artefacts.encoder)
    make_level(graph, products, recipe, map(windows.tokens, TEXTS))
    assert len([node for node in graph.graph.node if "_level_" in node.output[0]]) == 4 * 2
    assert len([node for node in graph.graph.node if "_apart_" in node.output[0]]) == 2 * 2
    onnx.save_model(graph, level / GRAPH)
    for text in TEXTS:
        assert Reader(level).read(text).means == pytest.approx(
            Reader(wide).read(text).means, abs=1e-5
        )


def test_large_figures_set_apart_leave_the_others_their_steps(
    artefacts: Artefacts, tmp_path: Path
) -> None:
    wide = tmp_path / "wide"
    compile_graph(artefacts, wide)
    losses = {}
    for apart in (0, 1):
        target = tmp_path / f"narrow{apart}"
        shutil.copytree(wide, target)
        recipe = ExportRecipe(weights="int8", apart={"output.dense": apart})
        narrow(wide, target, artefacts.encoder, recipe, TEXTS)
        before, after = Reader(wide), Reader(target)
        losses[apart] = np.mean(
            [np.abs(after.read(text).means - before.read(text).means).mean() for text in TEXTS]
        )
    assert losses[1] < losses[0] / 2


def test_a_product_that_is_not_there_is_named(
    recipe_file: Path, data: Path, tmp_path: Path
) -> None:
    bundle = _train(recipe_file, data, tmp_path)
    recipe = ExportRecipe(weights="int8", level={"output.sparse": 0.5})
    with pytest.raises(FileError, match=r"speaks of output\.sparse, which"):
        narrow(bundle, tmp_path, read_encoder(tmp_path / "bert-model"), recipe, TEXTS)


def test_a_number_format_that_nobody_knows_is_refused(recipe_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(recipe_file.read_text(encoding="utf-8") + '[export]\nweights = "int4"\n')
    with pytest.raises(FileError, match="float32 or int8, not int4"):
        Recipe.load(str(path))


# ---- the shipped bundle ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def narrow_graph(shipped: Path) -> onnx.ModelProto:
    graph = onnx.load(shipped / GRAPH)
    if not _narrow_products(graph):
        pytest.skip("the shipped bundle is in float32")
    return graph


@pytest.fixture(scope="module")
def wide(
    narrow_graph: onnx.ModelProto, shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> Reader:
    """The shipped graph, with every narrow product in float32 again, from the encoder itself."""
    folder = tmp_path_factory.mktemp("wide")
    encoder = read_encoder(find_encoder(Recipe.load("default").encoder))
    onnx.save_model(_widened(narrow_graph, encoder), folder / GRAPH, save_as_external_data=True)
    shutil.copy(shipped / TOKENIZER, folder)
    return Reader(folder)


def _widened(graph: onnx.ModelProto, encoder: BertModel) -> onnx.ModelProto:
    layers = dict(encoder.encoder.named_modules())
    wide = onnx.ModelProto()
    wide.CopyFrom(graph)
    made_by = {name: node for node in wide.graph.node for name in node.output}
    stored = {tensor.name: tensor for tensor in wide.graph.initializer}
    for node in list(wide.graph.node):
        if node.op_type not in NARROW:
            continue
        name = node.input[1].removesuffix("_quantized").removesuffix(".weight")
        vectors, bias = node.input[0], node.input[4:5]
        if node.op_type == "MatMulIntegerToFloat":
            vectors, bias = made_by[vectors].input[0], node.input[6:7]
        weight = layers[name].weight.detach().T.contiguous().numpy()
        if "_level_" in vectors:
            factors = numpy_helper.to_array(stored[f"{vectors}_factors"])[:, None]
            weight = np.divide(weight, factors, out=np.zeros_like(weight), where=factors > 0)
        wide.graph.initializer.append(numpy_helper.from_array(weight, f"{name}.wide"))
        product = f"{node.output[0]}.product" if bias and bias[0] else node.output[0]
        added = [helper.make_node("MatMul", [vectors, f"{name}.wide"], [product])]
        if product != node.output[0]:
            added.append(helper.make_node("Add", [product, bias[0]], node.output))
        place = list(wide.graph.node).index(node)
        wide.graph.node.remove(node)
        for new in reversed(added):
            wide.graph.node.insert(place, new)
    return wide


def test_no_sum_of_two_products_can_overflow(narrow_graph: onnx.ModelProto) -> None:
    """So no essay whatever meets another number where AVX2 adds in sixteen bits."""
    weights = [
        numpy_helper.to_array(tensor)
        for tensor in narrow_graph.graph.initializer
        if tensor.name.endswith("_quantized")
    ]
    assert len(weights) == len(_narrow_products(narrow_graph))
    assert max(255 * _largest_pair(matrix) for matrix in weights) <= ROOM


def _largest_pair(matrix: npt.NDArray[np.int8]) -> int:
    sizes = np.abs(matrix.astype(int))
    return int((sizes[0::2] + sizes[1::2]).max())


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(1e-30, 1e30))
def test_weights_of_any_size_have_room(seed: int, size: float) -> None:
    random = np.random.default_rng(seed)
    weights = (size * random.standard_t(2, (64, 8))).astype(np.float32)
    whole, scale = whole_numbers(weights)
    assert 255 * _largest_pair(whole) <= ROOM
    assert np.abs(whole * scale - weights).max() <= 0.501 * scale.max()


def test_short_texts_keep_their_number(
    root: Path, scorer: Scorer, shipped: Path, wide: Reader
) -> None:
    narrow_reader, slope = Reader(shipped), scorer.manifest.calibration.slope
    texts = [
        *pipeline.proof_texts(),
        *(path.read_text() for path in (root / "examples").glob("*.txt")),
    ]
    for text in texts:
        clean = normalize(text)
        difference = slope * (narrow_reader.number(clean) - wide.number(clean))
        assert abs(difference) < 0.1  # of a score point


def test_a_thousand_essays_keep_their_scores(
    asap2: Path, scorer: Scorer, shipped: Path, wide: Reader
) -> None:
    essays = read_essays(asap2).usable()
    chosen = essays[essays["split"] != "train"].sort_values("split", ascending=False).head(1000)
    human = chosen["score"].to_numpy(float)
    dev = (chosen["split"] == "dev").to_numpy()
    scale = scorer.manifest.scale
    narrow_scores, wide_scores = (
        _scores(reader, chosen, dev, scorer) for reader in (Reader(shipped), wide)
    )
    assert np.mean(narrow_scores == wide_scores) >= KEPT
    gap = qwk(human, narrow_scores, scale) - qwk(human, wide_scores, scale)
    assert abs(gap) <= 0.005


def _scores(
    reader: Reader, essays: pd.DataFrame, dev: npt.NDArray[np.bool_], scorer: Scorer
) -> npt.NDArray[np.int64]:
    """Whole scores, each graph brought to the scale on ``dev``, as a bundle is."""
    numbers = np.array([reader.number(normalize(text)) for text in essays["text"]])
    slope, intercept = fit_line(numbers[dev], essays["score"].to_numpy(float)[dev])
    line = replace(scorer.manifest.calibration, slope=slope, intercept=intercept)
    return np.array([line.value(line.raw(number, scorer.manifest.scale)) for number in numbers])


# ---- a processor without VNNI, emulated -----------------------------------------------------

AS_ON_HASWELL = ["qemu-x86_64", "-cpu", "Haswell"]

ONE_PRODUCT = """
import sys, numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print(session.run(None, {"vectors": numpy.ones((1, 64), numpy.float32)})[0][0, 0])
"""

ONE_NUMBER = """
import sys, pathlib
from essay_scorer.scorer import Reader
print(Reader(pathlib.Path(sys.argv[1]), threads=1).number(sys.argv[2]))
"""


def _run(command: list[str], code: str, *arguments: object) -> float:
    words = [*command, sys.executable, "-c", code, *map(str, arguments)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


@pytest.fixture
def emulator() -> list[str]:
    if shutil.which(AS_ON_HASWELL[0]) is None:
        pytest.skip("there is no qemu-x86_64 (Debian: qemu-user, by make system)")
    return AS_ON_HASWELL


@pytest.mark.parametrize(
    ("pair", "exact"), [((64, 64), True), ((127, 1), True), ((127, 127), False), ((127, 40), False)]
)
def test_pairs_over_128_overflow_without_vnni_and_others_do_not(
    pair: tuple[int, int], exact: bool, emulator: list[str], tmp_path: Path
) -> None:
    """The emulation sees what it is there to see, and neighbours are what we take for them."""
    path = tmp_path / "product.onnx"
    onnx.save_model(_product(pair), path)
    assert (_run(emulator, ONE_PRODUCT, path) == pytest.approx(32 * sum(pair))) is exact


def _product(pair: tuple[int, int]) -> onnx.ModelProto:
    """Ones, which become 255, times 32 pairs of such weights."""
    weights = np.tile(np.array(pair, np.int8)[:, np.newaxis], (32, 16))
    initializers = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array(1.0, np.float32), "scale"),
        numpy_helper.from_array(np.array(0, np.int8), "zero"),
    ]
    node = helper.make_node(
        "DynamicQuantizeMatMul", ["vectors", "weights", "scale", "zero"], ["out"],
        domain="com.microsoft",
    )  # fmt: skip
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("vectors", onnx.TensorProto.FLOAT, (1, 64))],
        [helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, (1, 16))],
        initializers,
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def test_a_text_has_the_same_number_without_vnni(shipped: Path, emulator: list[str]) -> None:
    text = "A library should be open on Sundays."
    there, here = (_run(command, ONE_NUMBER, shipped, text) for command in (emulator, []))
    assert there == pytest.approx(here, abs=1e-4)
