"""The scorer as it is trained: windows → encoder → mean over the essay → head."""

from collections.abc import Sequence

import keras
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import BertModel

WINDOWS_AT_ONCE = 16


def build_head(*, width: int, units: int, seed: int) -> keras.Model:
    """Return the scoring head: (essays, width) → (essays, 1), in units of the scale's range."""
    return keras.Sequential(
        [
            keras.Input((width,), name="essay"),
            keras.layers.Dense(
                units,
                activation="tanh",
                kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
                name="hidden",
            ),
            keras.layers.Dense(
                1,
                bias_initializer=keras.initializers.Constant(0.4),
                kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 1),
                name="score",
            ),
        ],
        name="head",
    )


class EssayNetwork(nn.Module):
    """Scores whole essays, however many windows each has."""

    def __init__(self, encoder: BertModel, head: keras.Model) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, essays: Sequence[Sequence[torch.Tensor]]) -> torch.Tensor:
        """Score essays, each given as windows of shape (tokens,); returns (essays,)."""
        return self.head(self.pool(essays), training=self.training).squeeze(-1)

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
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.training):
            states = self.encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        states = states.float() * mask[..., None]
        return states.sum(1), mask.sum(1, keepdim=True).float()
