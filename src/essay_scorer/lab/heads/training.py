"""Train a head, and the encoder with it, by gradient descent."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch.optim.swa_utils import AveragedModel
from transformers import get_linear_schedule_with_warmup

from essay_scorer.errors import FileError
from essay_scorer.lab.export.artifacts import ENCODER_FOLDER, HEAD_FILE
from essay_scorer.lab.export.encoder_folder import save_encoder
from essay_scorer.lab.export.keras_head import save_head
from essay_scorer.lab.export.write_errors import convert_write_errors
from essay_scorer.lab.heads.network import EssayNetwork
from essay_scorer.lab.heads.training_network import (
    Built,
    build_essay_network,
    build_head_network,
)
from essay_scorer.lab.recipe import Recipe, TrainedHead
from essay_scorer.progress import report_steps

CHECKPOINT = "checkpoint.pt"

_MAX_GRADIENT_NORM = 1.0


def train_head(
    recipe: Recipe,
    essays: pd.DataFrame,
    out: Path,
    layer_means: npt.NDArray[np.float32] | None = None,
) -> None:
    """Train on the training essays, and write the three artifacts.

    An interrupted training resumes from its last checkpoint.

    Args:
        recipe: one with a trained head.
        essays: as ``lab.data.sources.training_essays`` returns them.
        out: the folder of checkpoints and artifacts.
        layer_means: of the essays, if they are known and the encoder is frozen.

    Raises:
        FileError: the essays cannot be learned from, or a file cannot be read or written.
    """
    training = Training(recipe, essays, out, layer_means)
    if len(essays) < training.settings.batch_size:
        raise FileError(f"{len(essays)} training essays are too few; give at least one batch.")
    training.run()
    training.save_artifacts()
    record = {"recipe": recipe.name, "essays": len(essays), "fingerprint": training.fingerprint}
    (out / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


class Training:
    """One training run. Its whole state is in its checkpoint, so that it can be resumed.

    Attributes:
        settings: the recipe's.
        network: what is trained.
        average: the same network with averaged weights.
        step: steps done.
        fingerprint: a hash of recipe and essays.
    """

    def __init__(
        self,
        recipe: Recipe,
        essays: pd.DataFrame,
        out: Path,
        layer_means: npt.NDArray[np.float32] | None = None,
    ) -> None:
        """Prepare a run; the arguments are those of ``train_head``."""
        if not isinstance(recipe.head, TrainedHead):
            raise TypeError(recipe.name)
        self.settings = recipe.head.training
        self.fingerprint = _fingerprint(recipe, essays)
        self.step = 0
        self._out = out
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(self.settings.seed)
        self.network, self.examples = self._build(recipe, recipe.head, essays, layer_means)
        self.network.to(self._device).train()
        self._optimizer = self._make_optimizer()
        self._schedule = get_linear_schedule_with_warmup(
            self._optimizer, round(self.settings.warmup_share * self.steps), self.steps
        )
        self.average = AveragedModel(self.network)

    def _build(
        self,
        recipe: Recipe,
        head: TrainedHead,
        essays: pd.DataFrame,
        layer_means: npt.NDArray[np.float32] | None,
    ) -> Built:
        arguments = recipe, head, essays, self._out, self._device
        if self.settings.encoder_learning_rate:
            return build_essay_network(*arguments)
        return build_head_network(*arguments, layer_means=layer_means)

    def _make_optimizer(self) -> torch.optim.Optimizer:
        settings, network = self.settings, self.network
        groups = [{"params": list(network.head.parameters()), "lr": settings.head_learning_rate}]
        if isinstance(network, EssayNetwork):
            parameters = list(network.encoder.parameters())
            groups.append({"params": parameters, "lr": settings.encoder_learning_rate})
        return torch.optim.AdamW(groups, weight_decay=settings.weight_decay)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch; the last one may be smaller."""
        return -(-len(self.examples) // self.settings.batch_size)

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.steps_per_epoch * self.settings.epochs

    def batches(self, epoch: int) -> list[list[int]]:
        """Return the rows of each of the epoch's batches."""
        size, seed = self.settings.batch_size, self.settings.seed
        return list(self.examples.batches(size=size, seed=seed, epoch=epoch))

    def run(self) -> None:
        """Train to the end, from the checkpoint if there is one."""
        self.resume()
        with report_steps("training", self.steps, done=self.step) as report:
            while self.step < self.steps:
                epoch, done = divmod(self.step, self.steps_per_epoch)
                for batch in self.batches(epoch)[done:]:
                    loss = self.learn(batch)
                    report(self.step, f"loss {loss:.4f}")
                    if self.step % self.settings.checkpoint_every == 0:
                        self.save_checkpoint()
        self.save_checkpoint()

    def learn(self, batch: list[int]) -> float:
        """Take one step on a batch of rows, and return its weighted mean squared error."""
        predictions = self.network([self.examples.inputs[row] for row in batch])
        errors = predictions - self.examples.targets[batch]
        loss = (self.examples.weights[batch] * errors.square()).mean()
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _MAX_GRADIENT_NORM)
        self._optimizer.step()
        self._schedule.step()
        self.step += 1
        if self.step >= self.settings.average_from * self.steps:
            self.average.update_parameters(self.network)
        return loss.item()

    def save_checkpoint(self) -> None:
        """Write the whole state atomically.

        Raises:
            FileError: it cannot be written; an earlier checkpoint stays.
        """
        part = self._out / f"{CHECKPOINT}.part"
        state = {
            "fingerprint": self.fingerprint,
            "step": self.step,
            "random": torch.get_rng_state(),
            **{name: source.state_dict() for name, source in self._stateful().items()},
        }
        try:
            with convert_write_errors(part):
                torch.save(state, part)
        except FileError:
            part.unlink(missing_ok=True)
            raise
        part.replace(self._out / CHECKPOINT)

    def resume(self) -> None:
        """Continue from the checkpoint in the output folder, if there is one.

        Raises:
            FileError: it belongs to another recipe or other essays.
        """
        self._out.mkdir(parents=True, exist_ok=True)
        path = self._out / CHECKPOINT
        if not path.is_file():
            return
        state = torch.load(path, map_location=self._device, weights_only=True)
        if state.get("fingerprint") != self.fingerprint:
            raise FileError(
                f"{path} belongs to another recipe or other essays; give another --out."
            )
        for name, target in self._stateful().items():
            target.load_state_dict(state[name])
        torch.set_rng_state(state["random"].cpu())
        self.step = state["step"]

    def save_artifacts(self) -> None:
        """Write encoder and head with the averaged weights.

        Raises:
            FileError: one cannot be written.
        """
        network = self.average.module.cpu().eval()
        if isinstance(network, EssayNetwork):
            save_encoder(network.encoder, self._out / ENCODER_FOLDER)
        save_head(network.head, self._out / HEAD_FILE)

    def _stateful(self) -> dict[str, Any]:
        """Return what a checkpoint stores the state of, by its name there."""
        return {
            "network": self.network,
            "average": self.average,
            "optimizer": self._optimizer,
            "schedule": self._schedule,
        }


def _fingerprint(recipe: Recipe, essays: pd.DataFrame) -> str:
    """Return a hash that is equal for two runs if one can resume the other."""
    digest = hashlib.sha256(repr(recipe).encode())
    for text, score, weight in essays[["text", "score", "weight"]].itertuples(index=False):
        digest.update(f"{score}\0{weight}\0{text}\0".encode())
    return digest.hexdigest()
