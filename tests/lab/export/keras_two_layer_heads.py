"""Sequential heads of Keras 2 of many kinds, for ``keras_two_reference``."""

from collections.abc import Callable
from functools import partial
from typing import Any

import tf_keras as keras

L = keras.layers
STEP, VECTOR, ROWS = (1, 32), (32,), (4, 8)
HARD = "hard_sigmoid"
ACTIVATIONS = (
    *("elu", "exponential", "gelu", HARD, "linear", "mish", "relu", "selu", "sigmoid"),
    *("softmax", "softplus", "softsign", "swish", "tanh"),
)
HEADS: dict[str, Callable[[], Any]] = {}


def _add(name: str, shape: tuple[int, ...], layers: Callable[[], list[Any]]) -> None:
    """Add a sequential head that ends in a dense layer."""
    HEADS[name] = lambda: keras.Sequential([L.Input(shape), *layers(), L.Dense(1)])


def _one(make: Callable[[], Any]) -> list[Any]:
    return [make()]


def _gru(after: bool) -> list[Any]:
    return [
        L.GRU(8, reset_after=after, return_sequences=True),
        L.GRU(5, reset_after=after, recurrent_activation=HARD, implementation=1),
    ]


def _bidirectional(merge: str) -> list[Any]:
    return [L.Bidirectional(L.LSTM(6, recurrent_activation=HARD), merge_mode=merge)]


for activation in ACTIVATIONS:
    dense, lstm = partial(L.Dense, 8, activation), partial(L.LSTM, 8, "tanh", activation)
    _add(f"dense_{activation}", VECTOR, partial(_one, dense))
    _add(f"lstm_{activation}", STEP, partial(_one, lstm))
for merge_mode in ("concat", "sum", "mul", "ave"):
    _add(f"bidirectional_{merge_mode}", STEP, partial(_bidirectional, merge_mode))
for reset_after in (True, False):
    _add(f"gru_reset_after_{reset_after}", STEP, partial(_gru, reset_after))
_add(
    "activation_layers",
    VECTOR,
    lambda: [L.Dense(8, activation=L.LeakyReLU(0.1)), L.Activation(HARD)],
)
_add(
    "lstm_options",
    STEP,
    lambda: [
        L.LSTM(8, implementation=1, dropout=0.3, recurrent_dropout=0.3, return_sequences=True),
        L.LSTM(4, unit_forget_bias=False, use_bias=False, go_backwards=True, unroll=True),
    ],
)
_add("simple_rnn", STEP, lambda: [L.SimpleRNN(8, activation="relu")])
_add(
    "bidirectional_backward",
    STEP,
    lambda: [
        L.Bidirectional(L.LSTM(6), backward_layer=L.LSTM(6, go_backwards=True, activation="relu"))
    ],
)
_add("bidirectional_rnn", STEP, lambda: [L.Bidirectional(L.RNN(L.LSTMCell(6)))])
_add(
    "cells",
    STEP,
    lambda: [
        L.RNN(L.GRUCell(6, recurrent_activation=HARD), return_sequences=True),
        L.RNN([L.LSTMCell(6), L.LSTMCell(5), L.GRUCell(4), L.SimpleRNNCell(3)]),
    ],
)
_add(
    "batch_normalization",
    STEP,
    lambda: [
        L.BatchNormalization(scale=False),
        L.LSTM(4),
        L.BatchNormalization(epsilon=0.01),
        L.BatchNormalization(center=False, trainable=False),
    ],
)
_add(
    "normalizations",
    VECTOR,
    lambda: [
        L.LayerNormalization(),
        L.Dense(8),
        L.LayerNormalization(epsilon=1e-6, scale=False),
        L.UnitNormalization(),
    ],
)
_add(
    "leaky_layers",
    VECTOR,
    lambda: [
        L.Dense(8),
        L.LeakyReLU(),
        L.LeakyReLU(alpha=0.05),
        L.ELU(0.7),
        L.PReLU(alpha_initializer="random_normal"),
    ],
)
_add(
    "relu_layer",
    VECTOR,
    lambda: [
        L.Dense(8),
        L.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2),
    ],
)
_add("softmax_layers", VECTOR, lambda: [L.Dense(8), L.Softmax(), L.Softmax(axis=[-1])])
_add(
    "shared_prelu",
    STEP,
    lambda: [
        L.PReLU(alpha_initializer="random_normal", shared_axes=[1]),
        L.Flatten(),
    ],
)
_add(
    "training_only",
    STEP,
    lambda: [
        L.SpatialDropout1D(0.3),
        L.GaussianNoise(0.5),
        L.GaussianDropout(0.3),
        L.AlphaDropout(0.2),
        L.ActivityRegularization(0.1),
        L.LSTM(4),
        L.Dropout(0.5),
    ],
)
_add(
    "convolutions",
    STEP,
    lambda: [
        L.Reshape((32, 1)),
        L.Conv1D(4, 5, padding="same", activation="relu"),
        L.MaxPooling1D(2),
        L.Conv1D(3, 3, padding="causal", dilation_rate=2),
        L.AveragePooling1D(3, padding="same"),
        L.SeparableConv1D(4, 3),
        L.Permute((2, 1)),
        L.Flatten(),
    ],
)
_add(
    "cropping",
    VECTOR,
    lambda: [
        L.Reshape(ROWS),
        L.ZeroPadding1D(1),
        L.Cropping1D((1, 0)),
        L.UpSampling1D(2),
        L.Conv1D(4, 2, strides=2, groups=2, use_bias=False),
        L.GlobalMaxPooling1D(),
    ],
)
_add(
    "max_pooling",
    VECTOR,
    lambda: [
        L.Reshape(ROWS),
        L.MaxPooling1D(3, strides=2, padding="same"),
        L.Flatten(),
    ],
)
_add(
    "repeated",
    VECTOR,
    lambda: [
        L.RepeatVector(3),
        L.LSTM(4, return_sequences=True, go_backwards=True),
        L.TimeDistributed(L.BatchNormalization()),
        L.TimeDistributed(L.Dense(2)),
        L.Flatten(),
    ],
)
_add(
    "masking",
    STEP,
    lambda: [
        L.Masking(0.0),
        L.LSTM(4, return_sequences=True),
        L.Bidirectional(L.GRU(3, return_sequences=True)),
        L.GlobalAveragePooling1D(),
    ],
)
_add("rescaling", VECTOR, lambda: [L.Rescaling(0.5, offset=1.0), L.Dense(4)])
_add("float64", VECTOR, lambda: [L.Dense(8, dtype="float64", activation="tanh")])
_add(
    "sequential_in_sequential",
    STEP,
    lambda: [
        keras.Sequential([L.LSTM(5, return_sequences=True), L.LSTM(4)]),
        keras.Sequential([L.Dense(3, input_shape=(4,), activation=HARD), L.BatchNormalization()]),
    ],
)
_add(
    "partly_frozen",
    VECTOR,
    lambda: [
        keras.Sequential(
            [
                L.Input(VECTOR),
                L.Dense(8),
                L.Dense(8, trainable=False),
                L.BatchNormalization(),
                L.Dense(8),
                L.Dense(8, trainable=False),
            ]
        ),
    ],
)
HEADS["first_is_sequential"] = lambda: keras.Sequential(
    [keras.Sequential([L.Dense(3, input_shape=VECTOR, activation=HARD), L.Dense(2)]), L.Dense(1)]
)
HEADS["stateful"] = lambda: keras.Sequential(
    [L.Input(batch_shape=(1, *STEP)), L.LSTM(6, stateful=True), L.Dense(1)]
)

# Heads that the export refuses: their names start with ``refused``.
_add("refused_lambda", VECTOR, lambda: [L.Lambda(lambda x: x * 2)])
_add("refused_thresholded_relu", VECTOR, lambda: [L.ThresholdedReLU(0.5)])
_add("refused_renorm", VECTOR, lambda: [L.BatchNormalization(renorm=True)])
_add("refused_mixed_float16", VECTOR, lambda: [L.Dense(3, dtype="mixed_float16")])
_add("refused_time_major", STEP, lambda: [L.LSTM(4, time_major=True), L.RepeatVector(1)])
