"""The network that gradient descent trains: windows → encoder → mean over the essay → head."""

from collections.abc import Sequence

import keras
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import BertModel

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import NetworkRecipe

WINDOWS_PER_BATCH = 16  # that the encoder reads at once

_MEAN_TARGET = 0.4  # so that training starts near the mean score


def build_head(recipe: NetworkRecipe, *, hidden_size: int, seed: int) -> keras.Model:
    """Return an untrained head.

    Its input is (essays, input size) for dense layers, and (essays, 1, input size) for LSTM
    layers, which read an essay as a sequence of one. Its output, (essays, 1), is a share of the
    scale's range.

    Args:
        recipe: the layers.
        hidden_size: of the encoder's token vectors.
        seed: of the initial weights.

    Raises:
        FileError: the head's input is larger than the encoder's vectors.
    """
    input_size = recipe.input_size or hidden_size
    if input_size > hidden_size:
        raise FileError(
            f"The head reads vectors of {input_size}; the encoder's have only {hidden_size}."
        )
    make = {"dense": _dense, "lstm": _lstm}[recipe.kind]
    last = len(recipe.units) - 1
    # The layers have fixed names, because a checkpoint identifies the weights by them.
    hidden = [
        make(units, seed=seed, name=f"hidden_{place}", last=place == last)
        for place, units in enumerate(recipe.units)
    ]
    score = keras.layers.Dense(
        1,
        bias_initializer=keras.initializers.Constant(_MEAN_TARGET),
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 1),
        name="score",
    )
    shape = (1, input_size) if recipe.kind == "lstm" else (input_size,)
    return keras.Sequential([keras.Input(shape, name="essay"), *hidden, score], name="head")


def _dense(units: int, *, seed: int, name: str, last: bool) -> keras.Layer:  # noqa: ARG001
    kernel = keras.initializers.GlorotUniform(seed=seed)
    return keras.layers.Dense(units, activation="tanh", kernel_initializer=kernel, name=name)


def _lstm(units: int, *, seed: int, name: str, last: bool) -> keras.Layer:
    return keras.layers.LSTM(
        units,
        return_sequences=not last,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed),
        name=name,
    )


def has_fast_bfloat16(device: torch.device) -> bool:
    """Return whether the device computes in bfloat16; emulation would be 25 times as slow."""
    if device.type != "cpu":
        return True
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


class HeadNetwork(nn.Module):
    """A head alone, for essays that a frozen encoder has read."""

    def __init__(self, head: keras.Model) -> None:
        super().__init__()
        self.head = head

    def forward(self, vectors: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return a prediction for each essay, (essays,).

        Args:
            vectors: each essay's mean token vector, (hidden size,).
        """
        shape = self.head.input_shape[1:]
        inputs = torch.stack(list(vectors))[:, : shape[-1]].reshape(-1, *shape)
        return self.head(inputs, training=self.training).squeeze(-1)


class EssayNetwork(HeadNetwork):
    """Encoder and head, for essays of any number of windows."""

    def __init__(self, encoder: BertModel, head: keras.Model) -> None:
        super().__init__(head)
        self.encoder = encoder

    def forward(self, essays: Sequence[Sequence[torch.Tensor]]) -> torch.Tensor:
        """Return a prediction for each essay, (essays,).

        Args:
            essays: each essay's windows of token ids, (tokens,).
        """
        return super().forward(list(self.pool(essays)))

    def pool(self, essays: Sequence[Sequence[torch.Tensor]]) -> torch.Tensor:
        """Return the mean token vector over all windows of each essay, (essays, hidden size)."""
        pairs = [(essay, window) for essay, windows in enumerate(essays) for window in windows]
        pairs.sort(key=lambda pair: len(pair[1]), reverse=True)  # so that little is padded
        device = next(self.encoder.parameters()).device
        sums = torch.zeros(len(essays), self.encoder.config.hidden_size, device=device)
        counts = torch.zeros(len(essays), 1, device=device)
        for start in range(0, len(pairs), WINDOWS_PER_BATCH):
            owners, windows = zip(*pairs[start : start + WINDOWS_PER_BATCH], strict=True)
            index = torch.tensor(owners, device=device)
            total, count = self._encode(windows, device)
            sums = sums.index_add(0, index, total)
            counts = counts.index_add(0, index, count)
        return sums / counts

    def _encode(
        self, windows: Sequence[torch.Tensor], device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the sum of each window's token vectors, and their number."""
        ids = pad_sequence(list(windows), batch_first=True).to(device)
        lengths = torch.tensor([len(window) for window in windows])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).to(device)
        half = self.training and has_fast_bfloat16(device)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            states = self.encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        states = states.float() * mask[..., None]
        return states.sum(1), mask.sum(1, keepdim=True).float()
