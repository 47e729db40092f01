"""Build a model of Keras 2 anew in Keras 3, from the configuration in its file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
from keras import tree

from essay_scorer.lab.export.head_file import HeadRefused
from essay_scorer.lab.export.keras_two_layers import Config, build_layer, check_float
from essay_scorer.lab.export.keras_two_operations import OPERATION_LAYERS, apply_operation

_MODELS = {"Sequential", "Functional", "Model"}
_RECURRENT = {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"}
_CONSTANT = "_CONSTANT_VALUE"  # stands for a layer's name where an argument is a number


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A layer or model with what Keras 2's file says of it.

    Attributes:
        name: in the file.
        kind: its class in Keras 2.
        layer: the same in Keras 3; none for an input or an operation, which have no weights.
        trainable: whether it was; in a model, the order of the weights depends on it.
        parts: the layers in it, each with the name of the attribute that holds it.
    """

    name: str
    kind: str
    layer: Any = None
    trainable: bool = True
    parts: tuple[tuple[str, "Piece"], ...] = ()


def build_model(stored: Config) -> Piece:
    """Return a model, without its weights.

    Args:
        stored: its class and configuration.

    Raises:
        HeadRefused: a layer of it is not known.
    """
    kind, config = str(stored["class_name"]), stored["config"]
    if kind not in _MODELS:
        raise HeadRefused(
            f"it is a {kind}, a class of your own; rebuild it as keras.Model(inputs, outputs) "
            "or keras.Sequential, set the same weights, and save that"
        )
    if isinstance(config, list):  # Keras 2.0 to 2.2.2
        config = {"name": "sequential", "layers": config}
    model, pieces = _sequential(config) if kind == "Sequential" else _Graph(config).build()
    return Piece(
        name=str(config.get("name", kind)),
        kind=kind,
        layer=model,
        trainable=bool(config.get("trainable", True)),
        parts=tuple(("layers", piece) for piece in pieces),
    )


def _sequential(config: Config) -> tuple[keras.Model, list[Piece]]:
    tensor = inputs = _input(_input_config(config))
    pieces = []
    for stored in config["layers"]:
        pieces.append(_piece(stored))
        if pieces[-1].layer is not None:
            tensor = _call(pieces[-1], tensor, {})
    return keras.Model(inputs, tensor, name=config.get("name")), pieces


def _input_config(config: Config) -> Config:
    """Return the configuration of a sequential model's input."""
    if not config["layers"]:
        raise HeadRefused("it is a Sequential without layers")
    first = config["layers"][0]
    inner = first["config"]
    if first["class_name"] == "Sequential" and "batch_input_shape" not in inner:
        nested = inner if isinstance(inner, dict) else {"layers": inner}
        return _input_config(nested)
    if first["class_name"] in _MODELS and "layers" in inner:
        return dict(inner["layers"][0]["config"])
    shape = inner.get("batch_input_shape") or config.get("build_input_shape")
    if shape is None:
        raise HeadRefused("it has no input shape; call it once on a vector, and save it again")
    name = inner["name"] if first["class_name"] == "InputLayer" else f"{inner['name']}_input"
    return inner | {"batch_input_shape": shape, "name": name}


def _input(config: Config) -> Any:
    _check_float(config)
    if config.get("sparse") or config.get("ragged"):
        raise HeadRefused("it reads a sparse or ragged tensor; it must read one vector")
    return keras.Input(tuple(config["batch_input_shape"][1:]), name=config["name"])


def _check_float(config: Config) -> None:
    try:
        check_float(config)
    except HeadRefused as reason:
        raise HeadRefused(f"its layer {config['name']} {reason}") from reason


def _piece(stored: Config) -> Piece:
    """Build a layer or model in a model."""
    kind, config = str(stored["class_name"]), stored["config"]
    if kind in _MODELS:
        return build_model(stored)
    name, trainable = str(config.get("name", kind)), bool(config.get("trainable", True))
    if kind == "InputLayer" or kind in OPERATION_LAYERS:
        return Piece(name=name, kind=kind)
    inner: list[Piece] = []

    def build_inner(part: Config) -> keras.Layer:
        inner.append(_piece(part))
        return inner[-1].layer

    layer = build_layer(kind, config, build_inner)
    parts = tuple(_parts(kind, layer, config, inner))
    return Piece(name=name, kind=kind, layer=layer, trainable=trainable, parts=parts)


def _parts(
    kind: str, layer: Any, config: Config, inner: list[Piece]
) -> Iterator[tuple[str, Piece]]:
    """Yield the layers in a layer, by the attributes that hold them."""
    if kind == "Bidirectional":
        wrapped = str(config["layer"]["class_name"])
        for attribute in ("forward_layer", "backward_layer"):
            part = getattr(layer, attribute)
            yield attribute, Piece(name=part.name, kind=wrapped, layer=part)
    elif kind in {"TimeDistributed", "RNN", "StackedRNNCells"}:
        attribute = {"TimeDistributed": "layer", "RNN": "cell", "StackedRNNCells": "cells"}[kind]
        yield from ((attribute, piece) for piece in inner)


def _call(piece: Piece, inputs: Any, arguments: Config) -> Any:
    """Call a layer in the model, as the file says."""
    if arguments.get("training"):
        raise HeadRefused(
            f"its layer {piece.name} is called with training=True, so its predictions are those "
            "of training; build the model without it, set the same weights, and save that"
        )
    if piece.kind in _RECURRENT and isinstance(inputs, list):
        raise HeadRefused(f"its layer {piece.name} starts from a state that is computed")
    given = {
        name: value for name, value in arguments.items() if not (value is None or value is False)
    }
    try:
        return piece.layer(inputs, **given)
    except Exception as error:  # Keras raises errors of many kinds
        raise HeadRefused(
            f"its layer {piece.name} ({piece.kind}) cannot be called in Keras 3"
        ) from error


class _Graph:
    """A functional model while it is built: the layers, and the outputs of each of their calls."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stored = {str(layer["name"]): layer for layer in config["layers"]}
        self._pieces = {name: _piece(layer) for name, layer in self._stored.items()}
        self._outputs: dict[tuple[str, int], list[Any]] = {}

    def build(self) -> tuple[keras.Model, list[Piece]]:
        """Return the model, and its pieces in the order of the file."""
        waiting = [
            (name, number, node)
            for name, layer in self._stored.items()
            for number, node in enumerate(layer["inbound_nodes"] or [None])
        ]
        while waiting:
            left = [call for call in waiting if not self._run(*call)]
            if len(left) == len(waiting):
                raise HeadRefused(f"its layer {left[0][0]} has inputs that are not in the file")
            waiting = left
        inputs, outputs = (
            [self._tensor(*reference) for reference in _references(self._config[end])]
            for end in ("input_layers", "output_layers")
        )
        model = keras.Model(
            inputs[0] if len(inputs) == 1 else inputs,
            outputs[0] if len(outputs) == 1 else outputs,
            name=self._config.get("name"),
        )
        return model, list(self._pieces.values())

    def _run(self, name: str, number: int, node: Any) -> bool:
        """Make one call of a layer, and return whether its inputs were there."""
        try:
            result = self._result(name, node)
        except LookupError:
            return False
        self._outputs[name, number] = tree.flatten(result)
        return True

    def _result(self, name: str, node: Any) -> Any:
        stored, piece = self._stored[name], self._pieces[name]
        if node is None:
            return _input(stored["config"] | {"name": name})
        if isinstance(node, dict):
            raise HeadRefused(f"its layer {name} is connected in a way that Keras 2 does not know")
        tensors, arguments = self._arguments(node)
        if piece.kind in OPERATION_LAYERS:
            _check_float(stored["config"])
            return apply_operation(str(stored["config"]["function"]), tensors, arguments)
        return _call(piece, tensors, arguments)

    def _arguments(self, node: Any) -> tuple[Any, Config]:
        """Return the inputs of a call, and its other arguments."""
        while len(node) == 1 and isinstance(node[0][0], list):
            (node,) = node
        calls = [node] if isinstance(node[0], str) else node
        tensors = [self._tensor(*call[:3]) for call in calls]
        given = calls[0][3] if len(calls[0]) > 3 else {}
        arguments = {name: self._resolve(value) for name, value in given.items()}
        return (tensors[0] if len(calls) == 1 else tensors), arguments

    def _resolve(self, value: Any) -> Any:
        """Return an argument, with the tensor in place of a reference to one."""
        if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
            return self._tensor(*value)
        return value

    def _tensor(self, name: str, call: int, place: Any) -> Any:
        if name == _CONSTANT:
            return place
        if self._pieces[name].kind in _MODELS:
            call = max(call - 1, 0)  # call 0 made the model itself
        return self._outputs[name, call][place]


def _references(ends: Any) -> list[Any]:
    """Return the inputs or outputs of a model; newer versions do not wrap a single one."""
    return [ends] if isinstance(ends[0], str) else list(ends)
