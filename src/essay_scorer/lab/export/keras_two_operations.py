"""TensorFlow's operations in a head of Keras 2, such as a slice or a product.

Keras 2 recorded an operation on a layer's output as a layer of its own (``TFOpLambda``,
``SlicingOpLambda``), with TensorFlow's name of the operation and its arguments.
"""

from collections.abc import Callable
from typing import Any

from keras import ops

from essay_scorer.lab.export.head_file import HeadRefused

OPERATION_LAYERS = {"TFOpLambda", "SlicingOpLambda"}

_WAY_OUT = (
    "the export does not know it; use a layer of Keras, such as Rescaling, and save the model again"
)
_BOTH = {"y": "x2"}
_REDUCED = {"axis": "axis", "keepdims": "keepdims"}
_AXIS = {"axis": "axis"}


def _cast(value: Any, dtype: str) -> Any:
    if dtype not in {"float32", "float64"}:
        raise HeadRefused(f"it casts to {dtype}")
    return value


def _take(value: Any, spec: Any) -> Any:
    return value[tuple(_slice(part) for part in (spec if isinstance(spec, list) else [spec]))]


def _slice(part: Any) -> Any:
    if part in ("Ellipsis", {"class_name": "__ellipsis__"}):
        return ...
    return slice(part["start"], part["stop"], part["step"]) if isinstance(part, dict) else part


# Keras' function for each, and its names of TensorFlow's arguments after the first.
_OPERATIONS: dict[str, tuple[Callable[..., Any], dict[str, str]]] = {
    "__operators__.add": (ops.add, _BOTH),
    "__operators__.getitem": (_take, {"slice_spec": "spec"}),
    "cast": (_cast, {"dtype": "dtype"}),
    "clip_by_value": (ops.clip, {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "compat.v1.squeeze": (ops.squeeze, _AXIS),
    "concat": (ops.concatenate, _AXIS),
    "expand_dims": (ops.expand_dims, _AXIS),
    "math.abs": (ops.abs, {}),
    "math.add": (ops.add, _BOTH),
    "math.divide": (ops.divide, _BOTH),
    "math.exp": (ops.exp, {}),
    "math.maximum": (ops.maximum, _BOTH),
    "math.minimum": (ops.minimum, _BOTH),
    "math.multiply": (ops.multiply, _BOTH),
    "math.negative": (ops.negative, {}),
    "math.reduce_max": (ops.max, _REDUCED),
    "math.reduce_mean": (ops.mean, _REDUCED),
    "math.reduce_sum": (ops.sum, _REDUCED),
    "math.sigmoid": (ops.sigmoid, {}),
    "math.square": (ops.square, {}),
    "math.subtract": (ops.subtract, _BOTH),
    "math.tanh": (ops.tanh, {}),
    "math.truediv": (ops.divide, _BOTH),
    "nn.relu": (ops.relu, {}),
    "nn.softmax": (ops.softmax, _AXIS),
    "reshape": (ops.reshape, {"shape": "newshape"}),
    "squeeze": (ops.squeeze, _AXIS),
}


def apply_operation(function: str, value: Any, arguments: dict[str, Any]) -> Any:
    """Return the result of an operation of TensorFlow on a tensor of a model.

    Args:
        function: TensorFlow's name of it.
        value: the first argument.
        arguments: the others, by name.

    Raises:
        HeadRefused: the operation is not known, or its arguments are not.
    """
    if function not in _OPERATIONS:
        raise HeadRefused(f"it uses TensorFlow's operation tf.{function}; {_WAY_OUT}")
    operation, names = _OPERATIONS[function]
    try:
        given = {names[name]: given for name, given in arguments.items() if name != "name"}
        return operation(value, **given)
    except HeadRefused:
        raise
    except Exception as error:  # arguments that are not in the table, shapes that do not fit
        listed = ", ".join(arguments)
        raise HeadRefused(
            f"it uses TensorFlow's operation tf.{function} with {listed}; {_WAY_OUT}"
        ) from error
