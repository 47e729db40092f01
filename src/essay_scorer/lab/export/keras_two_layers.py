"""Build Keras 3 layers that compute what layers of Keras 2 computed.

Only layers that are listed here are built. For each of them the predictions are compared with those
of Keras 2 (``make keras2``); any other layer is refused.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import keras

from essay_scorer.lab.export.head_file import HeadRefused

Config = dict[str, Any]

# Layers that pass their input on, except in training.
_TRAINING_ONLY = {
    *("ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"),
    *("SpatialDropout1D", "SpatialDropout2D"),
}
_SAME = {
    *("Activation", "Add", "AdditiveAttention", "Attention", "Average", "AveragePooling1D"),
    *("BatchNormalization", "Bidirectional", "Concatenate", "Conv1D", "Cropping1D", "Dense", "Dot"),
    *("ELU", "Flatten", "GRU", "GRUCell", "GlobalAveragePooling1D", "GlobalMaxPooling1D"),
    *("LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU", "Masking", "MaxPooling1D", "Maximum"),
    *("Minimum", "MultiHeadAttention", "Multiply", "PReLU", "Permute", "RNN", "ReLU"),
    *("RepeatVector", "Rescaling", "Reshape", "SeparableConv1D", "SimpleRNN", "SimpleRNNCell"),
    *("Softmax", "StackedRNNCells", "Subtract", "TimeDistributed", "UnitNormalization"),
    *("UpSampling1D", "ZeroPadding1D"),
}
_ACTIVATIONS = {
    *("elu", "exponential", "gelu", "linear", "mish", "relu", "selu", "sigmoid", "silu"),
    *("softmax", "softplus", "softsign", "swish", "tanh"),
}
_WRAPPED = {"layer", "backward_layer", "cell"}  # options that hold another layer
# Options that only matter in training, or to how Keras 2 computed the same numbers.
_IGNORED = {
    *("batch_input_shape", "build_input_shape", "cache_size", "constants", "dropout", "dtype"),
    *("fused", "implementation", "input_dtype", "key_shape", "momentum", "name", "num_constants"),
    *("query_shape", "softmax_robust_masking", "value_shape"),
    *("recurrent_dropout", "renorm_clipping", "renorm_momentum", "reverse_state_order", "seed"),
    *("stateful", "synchronized", "trainable", "unit_forget_bias", "unroll"),
}
_IGNORED_ENDINGS = ("_initializer", "_regularizer", "_constraint")
# Options with the only value that is computed here; Keras 3 does not have the others.
_FIXED = {
    "time_major": False,
    "renorm": False,
    "virtual_batch_size": None,
    "adjustment": None,
    "causal": False,
}
_FIXED_OF_KIND = {"SeparableConv1D": {"groups": 1}}
_FLOATS = {"float32", "float64"}  # a policy of half precision computes other numbers
_DEFAULTS: dict[str, Config] = {  # where a file of Keras 2.0 to 2.2 does not name the option
    "GRU": {"reset_after": False, "recurrent_activation": "hard_sigmoid"},
    "GRUCell": {"reset_after": False, "recurrent_activation": "hard_sigmoid"},
    "LSTM": {"recurrent_activation": "hard_sigmoid"},
    "LSTMCell": {"recurrent_activation": "hard_sigmoid"},
}
_RENAMED = {("LeakyReLU", "alpha"): "negative_slope"}


# Under another name than Keras 3's own, because ``Bidirectional`` copies a layer by its names.
def keras_two_hard_sigmoid(values: Any) -> Any:
    """Return Keras 2's hard sigmoid; that of Keras 3 has another slope, 1/6."""
    return keras.ops.clip(0.2 * values + 0.5, 0.0, 1.0)


keras.saving.register_keras_serializable("essay_scorer")(keras_two_hard_sigmoid)


def build_layer(kind: str, config: Config, build_inner: Callable[[Config], Any]) -> keras.Layer:
    """Return a layer of Keras 3 that computes what a layer of Keras 2 computed.

    Args:
        kind: the class of Keras 2.
        config: the layer's configuration.
        build_inner: builds a layer in a layer from its class and configuration.

    Raises:
        HeadRefused: the layer, or an option of it, is not known.
    """
    name = str(config.get("name", kind.lower()))
    try:
        check_float(config)
        if kind in _TRAINING_ONLY:
            return keras.layers.Identity(name=name)
        if kind not in _SAME:
            refuse_kind(kind)
        options = _options(kind, _DEFAULTS.get(kind, {}) | config, build_inner)
        return getattr(keras.layers, kind)(name=name, **options)
    except HeadRefused as reason:
        raise HeadRefused(f"its layer {name} {reason}") from reason
    except Exception as error:  # Keras raises errors of many kinds for options that it lacks
        raise HeadRefused(f"its layer {name} ({kind}) has options that Keras 3 lacks") from error


def check_float(config: Config) -> None:
    """Raise ``HeadRefused`` if a layer computes in half precision; the layer is the subject."""
    policy = config.get("dtype") or "float32"
    while isinstance(policy, dict):
        policy = policy.get("config", {}).get("name") or policy.get("name", "?")
    if policy not in _FLOATS:
        raise HeadRefused(
            f"computes in {policy}, whose numbers differ from machine to machine; build the "
            'model under the policy "float32", set the same weights, and save that'
        )


def refuse_kind(kind: str) -> NoReturn:
    """Raise ``HeadRefused`` for a layer that no version can build."""
    raise HeadRefused(_unknown_kind(kind))


def _unknown_kind(kind: str) -> str:
    if kind == "Lambda":
        return (
            "is a Lambda, which has its code in the file, and no code of a file is run; "
            "replace it by layers such as Rescaling, Activation or Reshape, and save again"
        )
    if kind.startswith("CuDNN"):
        return f"is a {kind}, which needs a GPU; load its weights into {kind[5:]}, and save that"
    return (
        f"is of the class {kind}, which is not among the layers that the export knows; "
        "replace it by other layers of Keras, and save again"
    )


def _options(kind: str, config: Config, build_inner: Callable[[Config], Any]) -> Config:
    """Return the arguments of the layer's class in Keras 3."""
    options: Config = {}
    fixed = _FIXED | _FIXED_OF_KIND.get(kind, {})
    for name, value in config.items():
        if name in fixed and value != fixed[name]:
            raise HeadRefused(
                f"has {name} = {value}, which Keras 3 lacks; "
                f"build the model with {name} = {fixed[name]}, and save it again"
            )
        if name in _IGNORED | fixed.keys() or name.endswith(_IGNORED_ENDINGS):
            continue
        options[_RENAMED.get((kind, name), name)] = _convert(kind, name, value, build_inner)
    return options


def _convert(kind: str, name: str, value: Any, build_inner: Callable[[Config], Any]) -> Any:
    """Return the value of an option in Keras 3."""
    if name in {"activation", "recurrent_activation"}:
        return _activation(value, build_inner)
    if name in _WRAPPED and value is not None:
        return build_inner(value)
    if name == "cells":
        return [build_inner(cell) for cell in value]
    if name == "axis" and kind == "BatchNormalization" and isinstance(value, list):
        (value,) = value
    return value


def _activation(value: Any, build_inner: Callable[[Config], Any]) -> Any:
    """Return an activation by its name, or as a function if Keras 3 computes another one."""
    if isinstance(value, dict):
        inner = value.get("config")
        if isinstance(inner, dict):  # a layer that serves as an activation
            return build_inner(value)
        value = inner
    if value == "hard_sigmoid":
        return keras_two_hard_sigmoid
    if value is not None and value not in _ACTIVATIONS:
        raise HeadRefused(
            f"has the activation {value}, which is not one of Keras 2 that the export knows; "
            "replace it, and save the model again"
        )
    return value
