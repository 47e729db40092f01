"""Scoring heads: read and save Keras files, and call a head with what it needs."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import keras
import torch
from transformers import BertModel

from essay_scorer.errors import FileError
from essay_scorer.lab.export.head_checks import check_head_file
from essay_scorer.lab.export.head_file import HeadFile, HeadRefused, open_head_file
from essay_scorer.lab.export.keras_two_model import build_model
from essay_scorer.lab.export.keras_two_weights import set_weights
from essay_scorer.lab.export.write_errors import convert_write_errors
from essay_scorer.model.graph import FAMILIARITY_OUTPUT, OPTIONAL_INPUTS

LAYER_MEANS_INPUT = "layer_means"  # the input of a head that reads the means of all layers
_FURTHER_OUTPUTS: tuple[list[str], ...] = ([], [FAMILIARITY_OUTPUT])

logging.getLogger("absl").setLevel(logging.ERROR)  # Keras warns that .h5 is an old format


def read_head(path: Path) -> keras.Model:
    """Read a head that Keras 3, or Keras 2 in TensorFlow, saved.

    A head of Keras 2 is built anew, because some layers have another meaning in Keras 3.

    Raises:
        FileError: it cannot be loaded, or would not predict what it predicted where it was made.
    """
    try:
        with open_head_file(path) as file:
            check_head_file(file)
            head = _rebuild(file) if file.major == 2 else _load(path)
        _prepare(head)
    except HeadRefused as reason:
        raise FileError(f"{path} is not a Keras model that can be loaded: {reason}.") from reason
    except Exception as error:  # the readers of the formats share no other base class
        raise FileError(
            f"{path} is not a Keras model that can be loaded: it is damaged, "
            "or of a kind that Keras 3 does not know."
        ) from error
    return head


def _load(path: Path) -> keras.Model:
    return keras.models.load_model(path, compile=False)


def _rebuild(file: HeadFile) -> keras.Model:
    piece = build_model(file.config)
    set_weights(piece, file)
    return piece.layer


def _prepare(head: keras.Model) -> None:
    """Check the weights, and let every essay start from the same state."""
    for weight in head.weights:
        if not bool(torch.isfinite(weight.value).all()):
            raise HeadRefused(f"its weights {weight.path} have values that are not finite")
    for layer in head._flatten_layers():  # layers in layers too
        if getattr(layer, "stateful", False):
            layer.stateful = False


def describe_head(path: Path) -> str:
    """Return a line about what was changed in a head of Keras 2, or nothing.

    Args:
        path: a file that ``read_head`` reads or refuses; if it refuses it, there is no line.
    """
    try:
        with open_head_file(path) as file:
            version, config = file.version, json.dumps(file.config)
    except Exception:  # noqa: BLE001 - ``read_head`` says what is wrong
        return ""
    rebuilt = "is rebuilt in Keras 3 to compute the same" if version.startswith("2.") else ""
    state = "starts every essay from the zero state" if '"stateful": true' in config else ""
    changes = " and ".join(filter(None, (rebuilt, state)))
    return f"{path}, saved by Keras {version}, {changes}" if changes else ""


def save_head(head: keras.Model, path: Path) -> None:
    """Save a head.

    Raises:
        FileError: the file cannot be written.
    """
    with convert_write_errors(path):
        head.save(path)


@dataclass(frozen=True, kw_only=True)
class HeadSignature:
    """What a head reads and returns.

    It reads one vector of the essay, and optional inputs beside it. The vector is the mean of the
    last layer's token vectors, or its first n values; a head with an input called ``layer_means``
    reads the means of all layers instead. It returns a prediction. A second output called
    ``familiarity`` tells how familiar the essay's prompt is.

    Attributes:
        vector_shape: of one essay: (n,), or (1, n) for a sequence of one step.
        all_layers: whether the vector has the means of all layers.
        optional: names of further inputs, of ``model.graph.OPTIONAL_INPUTS`` in their order.
        tells_familiarity: whether it has the second output.
    """

    vector_shape: tuple[int, ...]
    all_layers: bool
    optional: tuple[str, ...]
    tells_familiarity: bool

    @classmethod
    def of(cls, head: keras.Model, encoder: BertModel) -> Self:
        """Return a head's signature, and check it against the encoder.

        Raises:
            FileError: the head does not fit the encoder, or does not return one number.
        """
        shapes = {tensor.name: tuple(tensor.shape) for tensor in head.inputs}
        optional = tuple(name for name in OPTIONAL_INPUTS if name in shapes)
        vectors = {name: shape for name, shape in shapes.items() if name not in optional}
        ranks = [len(shape) for shape in vectors.values()]
        widths, further = [tensor.shape[-1] for tensor in head.outputs], _further_outputs(head)
        if ranks not in ([2], [3]) or set(widths) != {1} or further not in _FURTHER_OUTPUTS:
            raise FileError(
                f"The head maps {shapes} to {head.output_shape}; "
                "it must map one vector to one number."
            )
        ((name, shape),) = vectors.items()
        all_layers = name == LAYER_MEANS_INPUT
        vector_shape = _check_vector(shape[1:], encoder, all_layers=all_layers)
        return cls(
            vector_shape=vector_shape,
            all_layers=all_layers,
            optional=optional,
            tells_familiarity=bool(further),
        )

    def outputs(
        self, head: keras.Model, means: torch.Tensor, optional: Mapping[str, torch.Tensor]
    ) -> list[torch.Tensor]:
        """Return the head's outputs for one essay, (1,) each: the prediction first.

        Args:
            head: the head with this signature.
            means: the mean token vector, shape (width,), of the last layer or of all layers.
            optional: the optional inputs by name, without a batch dimension.
        """
        vector = means[: self.vector_shape[-1]].reshape(1, *self.vector_shape)
        batch = {name: optional[name].unsqueeze(0) for name in self.optional}
        name = next(tensor.name for tensor in head.inputs if tensor.name not in self.optional)
        outputs = head({name: vector, **batch} if batch else vector, training=False)
        return [tensor.reshape(1) for tensor in (outputs if self.tells_familiarity else [outputs])]


def _further_outputs(head: keras.Model) -> list[str]:
    """Return the names of the outputs after the first; only a functional model names them."""
    return head.output_names[1:] if len(head.outputs) > 1 else []


def _check_vector(
    shape: tuple[int | None, ...], encoder: BertModel, *, all_layers: bool
) -> tuple[int, ...]:
    """Check the shape of a head's vector, without the batch; an open number of steps is one."""
    width = encoder.config.hidden_size
    width *= encoder.config.num_hidden_layers + 1 if all_layers else 1
    *steps, size = shape
    fits = size is not None and (size == width if all_layers else size <= width)
    if size is None or not fits or steps not in ([], [1], [None]):
        raise FileError(f"The head reads {shape}, but the encoder gives vectors of {width}.")
    return (*(1 for _ in steps), size)
