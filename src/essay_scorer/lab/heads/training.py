"""Teaching a head, and the encoder below it, by gradient descent: the three artefacts."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from tokenizers import Tokenizer
from torch.optim.swa_utils import AveragedModel
from transformers import get_linear_schedule_with_warmup

from essay_scorer.errors import FileError
from essay_scorer.lab.export.artifacts import (
    ENCODER,
    TOKENIZER,
    find_encoder,
    read_encoder,
    save_encoder,
    save_head,
    window_tokenizer,
    writing,
)
from essay_scorer.lab.heads.frozen_encoder import ReadingEncoder
from essay_scorer.lab.heads.inputs import read_layers
from essay_scorer.lab.heads.network import EssayNetwork, HeadNetwork, build_head
from essay_scorer.lab.progress import report_steps
from essay_scorer.lab.recipe import Recipe, Taught
from essay_scorer.lab.wordnet import word_cleaner
from essay_scorer.text.classic import WordCleaner
from essay_scorer.text.normalize import normalize

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Essays as the network reads them, and their targets as shares of the scale's range."""

    essays: Sequence[torch.Tensor] | Sequence[list[torch.Tensor]]
    lengths: npt.NDArray[np.int64]
    targets: torch.Tensor


def tokenise(
    tokenizer: Tokenizer, texts: pd.Series, cleaner: WordCleaner | None = None
) -> list[list[torch.Tensor]]:
    """Cut every text into windows of token ids, each of shape (tokens,)."""
    clean = [normalize(text) for text in texts]
    encodings = tokenizer.encode_batch(
        [cleaner.clean(text) for text in clean] if cleaner else clean
    )
    return [
        [torch.tensor(part.ids) for part in (encoding, *encoding.overflowing)]
        for encoding in encodings
    ]


def targets_of(essays: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the human scores as shares of each prompt's scale, shape (essays,)."""
    low, high = essays["scale_min"], essays["scale_max"]
    return ((essays["score"] - low) / (high - low)).to_numpy(float)


class Training:
    """One run: its state is on disk after every few steps, so it can be killed."""

    def __init__(
        self,
        recipe: Recipe,
        essays: pd.DataFrame,
        out: Path,
        read: npt.NDArray[np.float32] | None = None,
    ) -> None:
        """Prepare to teach.

        Args:
            recipe: one that is taught.
            essays: the training essays.
            out: the folder for checkpoints and artefacts.
            read: the means of the encoder's layers for each essay, where they are known
                and the recipe leaves the encoder as it came.
        """
        if not isinstance(recipe.way, Taught):
            raise TypeError(recipe.name)
        if essays["score"].nunique() == 1:
            raise FileError(f"All essays have the score {essays['score'][0]}; nothing to learn.")
        self.recipe, self.out, self.settings = recipe, out, recipe.way.training
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(self.settings.seed)
        self.network, self.examples = (
            self._whole(recipe.way, essays)
            if self.settings.encoder_rate
            else self._head_alone(recipe.way, essays, read)
        )
        self.network.to(self.device).train()
        self.optimiser, self.schedule = self._optimiser()
        self.average = AveragedModel(self.network)
        self.identity = _identity(recipe, essays)
        self.step = 0

    def _whole(self, way: Taught, essays: pd.DataFrame) -> tuple[HeadNetwork, Examples]:
        source = find_encoder(self.recipe.encoder)
        encoder, tokenizer = read_encoder(source), window_tokenizer(source, self.recipe.tokenizer)
        with writing(self.out / TOKENIZER):
            tokenizer.save_pretrained(self.out / TOKENIZER)
        # No dropout: it blurs a regression's targets, and on a CPU its random
        # numbers cost more than the arithmetic.
        for part in encoder.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0.0
        head = build_head(way.head, width=encoder.config.hidden_size, seed=way.training.seed)
        cleaner = word_cleaner(self.recipe.cleaning)
        cut = tokenise(tokenizer.backend_tokenizer, essays["text"], cleaner)
        lengths = np.array([sum(map(len, windows)) for windows in cut])
        return EssayNetwork(encoder, head), self._examples(cut, lengths, essays)

    def _head_alone(
        self, way: Taught, essays: pd.DataFrame, read: npt.NDArray[np.float32] | None
    ) -> tuple[HeadNetwork, Examples]:
        encoder = ReadingEncoder(self.recipe, self.out)
        head = build_head(way.head, width=encoder.hidden, seed=way.training.seed)
        if read is None:
            read = read_layers([normalize(text) for text in essays["text"]], encoder, self.out)
        last_layer = torch.from_numpy(read[:, -encoder.hidden :]).to(self.device)
        lengths = np.ones(len(essays), np.int64)
        return HeadNetwork(head), self._examples(list(last_layer), lengths, essays)

    def _examples(
        self,
        read: Sequence[torch.Tensor] | Sequence[list[torch.Tensor]],
        lengths: npt.NDArray[np.int64],
        essays: pd.DataFrame,
    ) -> Examples:
        targets = torch.tensor(targets_of(essays), dtype=torch.float32, device=self.device)
        return Examples(essays=read, lengths=lengths, targets=targets)

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.examples.essays) // self.settings.batch)

    @property
    def steps(self) -> int:
        return self.steps_per_epoch * self.settings.epochs

    def _optimiser(
        self,
    ) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
        settings, network = self.settings, self.network
        groups = [{"params": list(network.head.parameters()), "lr": settings.head_rate}]
        if isinstance(network, EssayNetwork):
            taught = list(network.encoder.parameters())
            groups.append({"params": taught, "lr": settings.encoder_rate})
        optimiser = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
        warm = round(settings.warm_up * self.steps)
        return optimiser, get_linear_schedule_with_warmup(optimiser, warm, self.steps)

    def batches(self, epoch: int) -> Iterator[list[int]]:
        """Yield the epoch's batches: essays of like length together, in random order.

        The order depends on the seed and the epoch alone, so a resumed run sees
        the same batches.
        """
        order = np.random.default_rng([self.settings.seed, epoch])
        lengths = self.examples.lengths
        ranked = np.argsort(lengths * order.uniform(0.8, 1.25, lengths.shape))
        size = self.settings.batch
        chunks = [ranked[start : start + size] for start in range(0, len(ranked), size)]
        for index in order.permutation(len(chunks)):
            yield chunks[index].tolist()

    def run(self) -> None:
        """Train to the end, from the last checkpoint if there is one."""
        self.resume()
        with report_steps("training", self.steps, done=self.step) as report:
            while self.step < self.steps:
                epoch, done = divmod(self.step, self.steps_per_epoch)
                for batch in list(self.batches(epoch))[done:]:
                    loss = self.learn(batch)
                    report(self.step, f"loss {loss:.4f}")
                    if self.step % self.settings.checkpoint_every == 0:
                        self.checkpoint()
        self.checkpoint()

    def learn(self, batch: list[int]) -> float:
        """Take one step; returns the batch's mean squared error."""
        scores = self.network([self.examples.essays[index] for index in batch])
        loss = torch.nn.functional.mse_loss(scores, self.examples.targets[batch])
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.step += 1
        if self.step >= self.settings.average_from * self.steps:
            self.average.update_parameters(self.network)
        return loss.item()

    def checkpoint(self) -> None:
        """Write the whole state beside its final name, then move it there."""
        part = self.out / f"{CHECKPOINT}.part"
        _save(
            {
                "identity": self.identity,
                "step": self.step,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "schedule": self.schedule.state_dict(),
                "random": torch.get_rng_state(),
            },
            part,
        )
        part.replace(self.out / CHECKPOINT)

    def resume(self) -> None:
        """Go on from the checkpoint in the output folder, if it holds one."""
        self.out.mkdir(parents=True, exist_ok=True)
        path = self.out / CHECKPOINT
        if not path.is_file():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state.get("identity") != self.identity:
            raise FileError(f"{path} is of another recipe or other essays; give another --out.")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"].cpu())
        self.step = state["step"]

    def save(self) -> None:
        """Write the artefacts, from the averaged weights."""
        network = self.average.module.cpu().eval()
        if isinstance(network, EssayNetwork):
            save_encoder(network.encoder, self.out / ENCODER)
        save_head(network.head, self.out)


def _identity(recipe: Recipe, essays: pd.DataFrame) -> str:
    """Return what two runs share if and only if one can go on where the other stopped."""
    digest = hashlib.sha256(repr(recipe).encode())
    for text, score in zip(essays["text"], essays["score"], strict=True):
        digest.update(f"{score}\0{text}\0".encode())
    return digest.hexdigest()


def _save(state: dict[str, object], path: Path) -> None:
    try:
        with writing(path):
            torch.save(state, path)
    except FileError:
        path.unlink(missing_ok=True)
        raise


def teach(
    recipe: Recipe, essays: pd.DataFrame, out: Path, read: npt.NDArray[np.float32] | None = None
) -> None:
    """Teach on the training essays and write the three artefacts to ``out``."""
    training = Training(recipe, essays, out, read)
    if len(essays) < training.settings.batch:
        raise FileError(f"{len(essays)} training essays are too few; give at least one batch.")
    training.run()
    training.save()
    record = {"recipe": recipe.name, "essays": len(essays), "identity": training.identity}
    (out / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
