"""Set the weights of a model of Keras 2, each where the file says that it belongs.

Keras 3 itself assigns weights by the order of the layers, which is not the same in both versions:
two layers of the same shape could change places.
"""

import re
from collections import Counter
from typing import Any

import h5py

from essay_scorer.lab.export.head_file import HeadFile, HeadRefused, dataset, saved_names
from essay_scorer.lab.export.keras_two_model import Piece

_CELL_INSIDE = {"LSTM", "GRU", "SimpleRNN"}  # whose weights belong to a cell
_LISTS = {"layers", "cells"}  # attributes that hold several layers


def set_weights(model: Piece, file: HeadFile) -> None:
    """Set the weights of a model that was built without them.

    Raises:
        HeadRefused: a weight is missing, is left over, or has another shape.
    """
    if file.named:
        _set_by_name(model, file.weights)
    else:
        _set_by_kind(model, file.weights, "")


def _set_by_name(model: Piece, group: h5py.Group) -> None:
    pieces = {piece.name: piece for _, piece in model.parts}
    stored = {name: saved_names(group[name], "weight_names") for name in group}
    left_over = [name for name in stored if stored[name] and name not in pieces]
    if left_over:
        raise HeadRefused(f"it has weights for {left_over[0]}, which is no layer of it")
    for name, piece in pieces.items():
        paths = stored.get(name, [])
        _assign(name, [*_ordered(piece)], [dataset(group, f"{name}/{path}") for path in paths])


def _ordered(piece: Piece) -> list[Any]:
    """Return the variables of a layer or model in the order in which Keras 2 saved them."""
    trainable, fixed = _by_training(piece)
    return trainable + fixed


def _by_training(piece: Piece) -> tuple[list[Any], list[Any]]:
    if piece.layer is None:
        return [], []
    trainable, fixed = list(piece.layer.trainable_weights), list(piece.layer.non_trainable_weights)
    if piece.parts:
        parts = [_by_training(part) for _, part in piece.parts]
        trainable = [variable for part, _ in parts for variable in part]
        fixed = [variable for _, part in parts for variable in part]
    return (trainable, fixed) if piece.trainable else ([], trainable + fixed)


def _set_by_kind(piece: Piece, group: h5py.Group, path: str) -> None:
    """Set the weights of a ``.keras`` file, where a layer's place is its kind and number."""
    if not piece.parts:
        _set_variables(piece, group, path)
    seen: Counter[str] = Counter()
    for attribute, part in piece.parts:
        kind = _snake_case("InputLayer" if part.layer is None else part.kind)
        if part.layer is not None:
            number = f"_{seen[kind]}" if seen[kind] else ""
            place = f"{attribute}/{kind}{number}" if attribute in _LISTS else attribute
            _set_by_kind(part, group, f"{path}/{place}")
        seen[kind] += 1


def _set_variables(piece: Piece, group: h5py.Group, path: str) -> None:
    path = f"{path}/cell/vars" if piece.kind in _CELL_INSIDE else f"{path}/vars"
    variables = _ordered(piece)
    stored = group.get(path.strip("/")) if variables else None
    count = len(stored) if isinstance(stored, h5py.Group) else 0
    paths = [f"{path.strip('/')}/{number}" for number in range(count)]
    _assign(piece.name, variables, [dataset(group, path) for path in paths])


def _snake_case(name: str) -> str:
    """Return the name of a class as Keras writes it into a file."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _assign(name: str, variables: list[Any], datasets: list[h5py.Dataset]) -> None:
    expected = [tuple(variable.shape) for variable in variables]
    found = [tuple(values.shape) for values in datasets]
    if expected != found:
        raise HeadRefused(
            f"its layer {name} has weights of {found}, not of {expected}; save it again, as .h5"
        )
    for variable, values in zip(variables, datasets, strict=True):
        variable.assign(values[()].astype("float32"))
