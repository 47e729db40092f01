"""Refuse heads whose predictions would not be those that they had where they were made."""

from collections.abc import Iterator
from typing import Any

import keras

from essay_scorer.lab.export.head_file import HeadFile, HeadRefused
from essay_scorer.lab.export.keras_two_layers import check_float, refuse_kind


def check_head_file(file: HeadFile) -> None:
    """Check version and layers of a head's file.

    Raises:
        HeadRefused: nothing can be predicted with it, or something else than it did.
    """
    if file.major < 2:
        raise HeadRefused(
            f"it was saved by Keras {file.version or '1'}; "
            "load it in Keras 2.3.1, which still reads it, and save it again"
        )
    if file.major == 2:
        return  # building it anew checks every layer
    for layer in _layers(file.config):
        _check_layer(layer)


def _check_layer(stored: dict[str, Any]) -> None:
    """Check a layer that Keras 3 saved; its class is found by Keras itself, or is the user's."""
    kind, config = str(stored["class_name"]), stored["config"]
    name = config.get("name", kind)
    try:
        check_float(config)
        known = hasattr(keras.layers, kind) or kind in {"Functional", "Model", "Sequential"}
        module = str(stored.get("module", "keras" if known else "own"))
        if kind == "Lambda" or not module.startswith("keras"):
            refuse_kind(kind)
    except HeadRefused as reason:
        raise HeadRefused(f"its layer {name} {reason}") from reason


def _layers(stored: Any) -> Iterator[dict[str, Any]]:
    """Yield the configuration of every layer, of layers in layers too."""
    if isinstance(stored, list):
        for part in stored:
            yield from _layers(part)
    elif isinstance(stored, dict) and isinstance(stored.get("config"), dict):
        config = stored["config"]
        if "name" in config and "class_name" in stored and "trainable" in config:
            yield stored
        for value in config.values():
            yield from _layers(value)
