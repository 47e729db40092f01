"""A taught scorer: windows → encoder → mean over the essay → head."""

from collections.abc import Sequence

import keras
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import BertModel

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import HeadRecipe

WINDOWS_AT_ONCE = 16


def build_head(recipe: HeadRecipe, *, width: int, seed: int) -> keras.Model:
    """Return the scoring head, in units of the scale's range.

    Dense layers read (essays, vector); LSTM layers read (essays, 1, vector), an essay as
    a sequence of one.  Both give (essays, 1).

    Raises:
        FileError: the recipe wants more numbers than the encoder's ``width``.
    """
    vector = recipe.vector or width
    if vector > width:
        raise FileError(f"The head reads {vector} numbers; the encoder gives {width}.")
    make = {"dense": _dense, "lstm": _lstm}[recipe.kind]
    last = len(recipe.units) - 1
    # The names are given: a checkpoint knows the weights by them.
    hidden = [
        make(units, seed=seed, name=f"hidden_{place}", last=place == last)
        for place, units in enumerate(recipe.units)
    ]
    score = keras.layers.Dense(
        1,
        bias_initializer=keras.initializers.Constant(0.4),
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 1),
        name="score",
    )
    shape = (1, vector) if recipe.kind == "lstm" else (vector,)
    return keras.Sequential([keras.Input(shape, name="essay"), *hidden, score], name="head")


def _dense(units: int, *, seed: int, name: str, last: bool) -> keras.Layer:  # noqa: ARG001
    start = keras.initializers.GlorotUniform(seed=seed)
    return keras.layers.Dense(units, activation="tanh", kernel_initializer=start, name=name)


def _lstm(units: int, *, seed: int, name: str, last: bool) -> keras.Layer:
    return keras.layers.LSTM(
        units,
        return_sequences=not last,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed),
        name=name,
    )


def half_precision_is_fast(device: torch.device) -> bool:
    """Say whether the device multiplies in bfloat16; without that it costs 25 times as much."""
    if device.type != "cpu":
        return True
    can = torch.cpu.get_capabilities()
    return any(can.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


class HeadNetwork(nn.Module):
    """Scores essays that an encoder has read before."""

    def __init__(self, head: keras.Model) -> None:
        super().__init__()
        self.head = head

    def forward(self, vectors: Sequence[torch.Tensor]) -> torch.Tensor:
        """Score essays, each given as the encoder's mean vector, (width,); returns (essays,)."""
        shape = self.head.input_shape[1:]
        read = torch.stack(list(vectors))[:, : shape[-1]].reshape(-1, *shape)
        return self.head(read, training=self.training).squeeze(-1)


class EssayNetwork(HeadNetwork):
    """Scores whole essays, however many windows each has."""

    def __init__(self, encoder: BertModel, head: keras.Model) -> None:
        super().__init__(head)
        self.encoder = encoder

    def forward(self, essays: Sequence[Sequence[torch.Tensor]]) -> torch.Tensor:
        """Score essays, each given as windows of token ids, (tokens,); returns (essays,)."""
        return super().forward(list(self.pool(essays)))

    def pool(self, essays: Sequence[Sequence[torch.Tensor]]) -> torch.Tensor:
        """Return the mean over all tokens of all windows, (essays, width)."""
        flat = [(owner, window) for owner, windows in enumerate(essays) for window in windows]
        flat.sort(key=lambda pair: len(pair[1]), reverse=True)
        device = next(self.encoder.parameters()).device
        sums = torch.zeros(len(essays), self.encoder.config.hidden_size, device=device)
        counts = torch.zeros(len(essays), 1, device=device)
        for start in range(0, len(flat), WINDOWS_AT_ONCE):
            owners, windows = zip(*flat[start : start + WINDOWS_AT_ONCE], strict=True)
            index = torch.tensor(owners, device=device)
            total, count = self._encode(windows, device)
            sums = sums.index_add(0, index, total)
            counts = counts.index_add(0, index, count)
        return sums / counts

    def _encode(
        self, windows: Sequence[torch.Tensor], device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ids = pad_sequence(list(windows), batch_first=True).to(device)
        lengths = torch.tensor([len(window) for window in windows])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).to(device)
        half = self.training and half_precision_is_fast(device)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            states = self.encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        states = states.float() * mask[..., None]
        return states.sum(1), mask.sum(1, keepdim=True).float()
