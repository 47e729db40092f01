"""Build heads of many kinds with Keras 2 and save them: the reference of ``make keras2``.

Runs in an environment of its own, with Keras 2 (``tf_keras``). Writes for each head ``NAME.h5`` and
``NAME.keras``, and in ``expected.json`` some vectors and Keras 2's predictions of them.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tests.lab.export.keras_two_layer_heads import HEADS, ROWS, STEP, VECTOR

L = keras.layers


def _graph(name: str, shape: tuple[int, ...], output: Callable[[Any], Any]) -> None:
    """Add a functional head that ends in a dense layer."""

    def build() -> Any:
        inputs = L.Input(shape)
        return keras.Model(inputs, L.Dense(1)(output(inputs)))

    HEADS[name] = build


def _branches(inputs: Any) -> Any:
    a, b = L.Dense(8, name="last")(inputs), L.Dense(8, name="first", activation="tanh")(inputs)
    c = L.Dense(8, name="between")(a)
    merged = [
        *(L.Add()([b, a]), L.Multiply()([c, b]), L.Subtract()([a, b]), L.Average()([a, c])),
        *(L.Maximum()([a, b]), L.Minimum()([b, c]), L.Dot(axes=1, normalize=True)([a, b])),
        L.Dot(1)([a, c]),
    ]
    return L.Concatenate()(merged)


def _models(inputs: Any) -> Any:
    inner_inputs = L.Input(VECTOR)
    ends = [L.Dense(8, name="second")(inner_inputs), L.Dense(8, name="other")(inner_inputs)]
    inner = keras.Model(inner_inputs, L.Concatenate()(ends[::-1]))
    return L.Add()([inner(inputs), inner(L.Dense(32)(inputs))])


def _shared(inputs: Any) -> Any:
    dense = L.Dense(32, activation="tanh")
    return dense(dense(inputs))


def _attention(inputs: Any) -> Any:
    rows = L.Reshape(ROWS)(inputs)
    rows = L.Attention(use_scale=True)([rows, rows])
    return L.GlobalAveragePooling1D()(L.AdditiveAttention()([rows, rows]))


def _heads_of_attention(inputs: Any) -> Any:
    rows = L.Reshape(ROWS)(inputs)
    attended = L.MultiHeadAttention(2, 4)(query=rows, value=rows, key=rows)
    return L.Flatten()(L.LayerNormalization()(L.Add()([rows, attended])))


def _operations(inputs: Any) -> Any:
    x = L.Dense(8)(inputs[:, 0, :])
    y = 6.0 - tf.sigmoid(x) * 6.0 + tf.nn.relu(x) / 2.0 - (-x)
    x = tf.reshape(y, (-1, 2, 4))
    parts = [tf.reduce_mean(x, axis=1), keras.backend.sum(x, axis=1), tf.reduce_max(x, 1)]
    x = tf.squeeze(tf.expand_dims(tf.concat(parts, -1), 1), axis=1)
    x = tf.cast(tf.clip_by_value(x, -1.0, 1.0), "float32")
    x = tf.maximum(x, -0.5) + tf.minimum(x, 0.5) + tf.exp(x) + tf.abs(x) + tf.square(x)
    return keras.activations.hard_sigmoid((tf.tanh(x) + tf.nn.softmax(x))[:, 1:])


_graph("branches", VECTOR, _branches)
_graph("models_in_a_model", VECTOR, _models)
_graph("shared_layer", VECTOR, _shared)
_graph("states", STEP, lambda x: L.Concatenate()(L.LSTM(6, return_state=True)(x)))
_graph("attention", VECTOR, _attention)
_graph("multi_head_attention", VECTOR, _heads_of_attention)
_graph("operations", STEP, _operations)

_graph("refused_operation", VECTOR, tf.sin)
_graph("refused_training", VECTOR, lambda x: L.Dropout(0.5)(x, training=True))


def _randomize(head: Any, generator: np.random.Generator) -> None:
    """Give a head weights that make every one of them matter."""
    for weight in head.weights:
        values = generator.normal(size=weight.shape) * 0.6
        if "variance" in weight.name or "stddev" in weight.name:
            values = abs(values) + 0.2
        weight.assign(values.astype(weight.dtype.as_numpy_dtype))


def save_heads(folder: Path) -> None:
    """Save every head, some vectors and the predictions of Keras 2."""
    folder.mkdir(parents=True, exist_ok=True)
    generator, expected = np.random.default_rng(7), {}
    for name, make in HEADS.items():
        keras.backend.clear_session()
        head = make()
        _randomize(head, generator)
        count = head.input_shape[0] or 4
        vectors = generator.normal(size=(count, *head.input_shape[1:])).astype(np.float32)
        predictions = head.predict(vectors, verbose=0, batch_size=count).ravel().tolist()
        expected[name] = {"vectors": vectors.tolist(), "predictions": predictions}
        head.save(folder / f"{name}.h5")
        head.save(folder / f"{name}.keras")
    (folder / "expected.json").write_text(json.dumps(expected), encoding="utf-8")


if __name__ == "__main__":
    save_heads(Path(sys.argv[1]))
