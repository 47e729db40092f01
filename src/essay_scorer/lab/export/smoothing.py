"""Smooth activation outliers before quantization.

A few channels of a BERT's activations are ten times as large as the others. Where one scale
quantizes a whole tensor, they leave the others only a handful of steps. Two methods help, and
neither changes what a linear layer computes:

- Smoothing divides each channel by a power of its range and multiplies the channel's row of
  weights by the same (Xiao et al. 2023, *SmoothQuant*).
- Outlier channels, the largest ones, are multiplied in float32 (Dettmers et al. 2022,
  *LLM.int8()*).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import ExportRecipe
from essay_scorer.text.tokenizer import TokenizedText

_MIN_RELATIVE_RANGE = 1e-3  # of a channel, relative to the median channel

Channels: TypeAlias = npt.NDArray[np.float32]  # one value for each channel, (channels,)


@dataclass(frozen=True, kw_only=True)
class _Activations:
    """What was measured of a tensor of activations.

    Attributes:
        largest: the range, the largest absolute value, of each channel.
        total: the sum of all tokens' vectors.
        tokens: their number.
    """

    largest: Channels
    total: Channels
    tokens: int

    @classmethod
    def of(cls, tensor: npt.NDArray[np.float32]) -> Self:
        """Measure activations, (1, tokens, channels)."""
        largest, total = np.abs(tensor).max(axis=(0, 1)), tensor.sum(axis=(0, 1))
        return cls(largest=largest, total=total, tokens=tensor.shape[1])

    def __add__(self, other: "_Activations") -> "_Activations":
        return _Activations(
            largest=np.maximum(self.largest, other.largest),
            total=self.total + other.total,
            tokens=self.tokens + other.tokens,
        )

    @property
    def mean(self) -> Channels:
        """The mean of each channel."""
        return self.total / np.float32(self.tokens)


@dataclass(frozen=True, kw_only=True)
class _Settings:
    """How the input of one or several linear layers is smoothed.

    Attributes:
        tensor: the name of the activations in the graph, (1, tokens, channels).
        strength: the power of a channel's range that it is divided by, from 0 to 1.
        outliers: the number of outlier channels.
    """

    tensor: str
    strength: float
    outliers: int


def smooth_activations(
    model: onnx.ModelProto,
    layers: Mapping[str, str],
    recipe: ExportRecipe,
    essays: Iterable[TokenizedText],
) -> dict[str, Channels]:
    """Rewrite a graph so that its linear layers read smoothed activations.

    Args:
        model: the graph; it computes the same afterwards.
        layers: the name of each linear layer by the name of its node.
        recipe: the smoothing and the outlier channels of each linear layer.
        essays: on which the activations are measured.

    Returns:
        The mean activations that each linear layer reads afterwards, by the name of its weights.

    Raises:
        FileError: the recipe names a linear layer that the encoder does not have.
    """
    known = {_without_layer_number(name) for name in layers.values()}
    for name in (*recipe.smoothing, *recipe.outlier_channels):
        if name not in known:
            raise FileError(f"The recipe names {name}, a linear layer that the encoder lacks.")
    measured = _measure_activations(model, layers, essays)
    nodes = [node for node in model.graph.node if node.name in layers]
    means = {node.input[1]: measured[node.input[0]].mean for node in nodes}
    for settings, group in _group_by_settings(nodes, layers, recipe).items():
        factors = _smooth(model, group, measured[settings.tensor].largest, settings)
        means |= {node.input[1]: means[node.input[1]] * factors for node in group}
    return means


def _without_layer_number(name: str) -> str:
    """Return ``output.dense`` of ``layer.3.output.dense``."""
    return name.split(".", 2)[2]


def _group_by_settings(
    nodes: Iterable[onnx.NodeProto], layers: Mapping[str, str], recipe: ExportRecipe
) -> Mapping[_Settings, list[onnx.NodeProto]]:
    """Return the nodes to smooth; those that read the same, equally smoothed, are together."""
    groups: dict[_Settings, list[onnx.NodeProto]] = {}
    for node in nodes:
        name = _without_layer_number(layers[node.name])
        strength = recipe.smoothing.get(name, 0.0)
        outliers = recipe.outlier_channels.get(name, 0)
        if strength or outliers:
            settings = _Settings(tensor=node.input[0], strength=strength, outliers=outliers)
            groups.setdefault(settings, []).append(node)
    return groups


def _measure_activations(
    model: onnx.ModelProto, layers: Mapping[str, str], essays: Iterable[TokenizedText]
) -> Mapping[str, _Activations]:
    """Measure what the linear layers read, by the name of the tensor."""
    names = sorted({node.input[0] for node in model.graph.node if node.name in layers})
    session = _open_session(model, names)
    unused = {node.name: _zeros(node) for node in session.get_inputs()}
    measured: dict[str, _Activations] = {}
    for window in (window for essay in essays for window in essay.windows):
        tensors = session.run(names, {**unused, "input_ids": window})
        for name, tensor in zip(names, tensors, strict=True):
            found = _Activations.of(tensor)
            measured[name] = measured[name] + found if name in measured else found
    return measured


def _open_session(model: onnx.ModelProto, names: Sequence[str]) -> onnxruntime.InferenceSession:
    """Return a session that outputs these intermediate tensors, too."""
    observed = onnx.ModelProto()
    observed.CopyFrom(model)
    observed.graph.output.extend(
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names
    )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        observed.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _zeros(node: onnxruntime.NodeArg) -> npt.NDArray[np.generic]:
    """Return zeros for an input that does not reach the encoder."""
    shape = [size if isinstance(size, int) else 1 for size in node.shape]
    return np.zeros(shape, np.int64 if node.type == "tensor(int64)" else np.float32)


def _smooth(
    model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], ranges: Channels, settings: _Settings
) -> Channels:
    """Make linear layers read one smoothed tensor, and its outlier channels beside it.

    Returns:
        The factor of each channel in the smoothed tensor.
    """
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    relative = np.maximum(ranges / np.median(ranges), _MIN_RELATIVE_RANGE)
    divisors = relative ** np.float32(settings.strength)
    outliers = np.sort(np.argsort(-ranges / divisors)[: settings.outliers])
    factors = 1 / divisors
    factors[outliers] = 0
    smoothed, extracted = _insert_smoothing(model, nodes[0], settings.tensor, factors, outliers)
    for node in nodes:
        weight = numpy_helper.to_array(weights[node.input[1]])
        node.input[0] = smoothed
        if settings.outliers:
            _add_outliers(model, node, extracted, weight[outliers])
        weight = weight * divisors[:, None]
        weight[outliers] = 0
        weights[node.input[1]].CopyFrom(numpy_helper.from_array(weight, node.input[1]))
    return factors


def _insert_smoothing(
    model: onnx.ModelProto,
    first: onnx.NodeProto,
    tensor: str,
    factors: Channels,
    outliers: npt.NDArray[np.intp],
) -> tuple[str, str]:
    """Compute a smoothed tensor, and one of its outlier channels, before a node.

    Returns:
        The names of the two tensors.
    """
    smoothed, extracted = f"{tensor}_smoothed_{first.name}", f"{tensor}_outliers_{first.name}"
    nodes = [helper.make_node("Mul", [tensor, f"{smoothed}_factors"], [smoothed])]
    model.graph.initializer.append(numpy_helper.from_array(factors, f"{smoothed}_factors"))
    if len(outliers):
        indices = f"{extracted}_indices"
        nodes.append(helper.make_node("Gather", [tensor, indices], [extracted], axis=2))
        model.graph.initializer.append(numpy_helper.from_array(outliers, indices))
    _insert(model, before=first, nodes=nodes)
    return smoothed, extracted


def _add_outliers(
    model: onnx.ModelProto, node: onnx.NodeProto, outliers: str, weight: npt.NDArray[np.float32]
) -> None:
    """Multiply the outlier channels in float32, and add the product to a linear layer's output.

    Args:
        model: the graph.
        node: the linear layer's.
        outliers: the name of the tensor of the outlier channels.
        weight: the outlier channels' rows of the layer's weights.
    """
    output, weight_name = node.output[0], f"{node.input[1]}_outliers"
    model.graph.initializer.append(numpy_helper.from_array(weight, weight_name))
    following = model.graph.node[list(model.graph.node).index(node) + 1]
    node.output[0] = f"{output}_smoothed"
    product = helper.make_node("MatMul", [outliers, weight_name], [f"{output}_outliers"])
    total = helper.make_node("Add", [f"{output}_smoothed", f"{output}_outliers"], [output])
    _insert(model, before=following, nodes=[product, total])


def _insert(
    model: onnx.ModelProto, *, before: onnx.NodeProto, nodes: Sequence[onnx.NodeProto]
) -> None:
    index = list(model.graph.node).index(before)
    for node in reversed(nodes):
        model.graph.node.insert(index, node)
