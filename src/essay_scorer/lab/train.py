"""Fine-tuning: a recipe and scored essays become the three artefacts."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from tokenizers import Tokenizer
from torch.optim.swa_utils import AveragedModel
from transformers import BertModel, get_linear_schedule_with_warmup

from ..cleaning import WordCleaner
from ..errors import FileError
from ..text import normalise
from .artefacts import ENCODER, HEAD, TOKENIZER, find_encoder, save_encoder, window_tokenizer
from .network import EssayNetwork, build_head
from .progress import report_steps
from .recipe import Recipe
from .wordnet import word_cleaner

CHECKPOINT = "checkpoint.pt"
Essay = list[torch.Tensor]


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Tokenised essays and their targets as shares of the scale's range."""

    essays: list[Essay]
    targets: torch.Tensor


def tokenise(
    tokenizer: Tokenizer, texts: pd.Series, cleaner: WordCleaner | None = None
) -> list[Essay]:
    """Cut every text into windows of token ids, each of shape (tokens,)."""
    clean = [normalise(text) for text in texts]
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

    def __init__(self, recipe: Recipe, essays: pd.DataFrame, out: Path) -> None:
        self.recipe, self.out = recipe, out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(recipe.training.seed)
        source = find_encoder(recipe.encoder)
        self.tokenizer = window_tokenizer(source, recipe.tokenizer)
        self.network = self._build(source)
        self.examples = self._examples(essays)
        self.optimiser, self.schedule = self._optimiser()
        self.average = AveragedModel(self.network)
        self.identity = _identity(recipe, essays)
        self.step = 0

    def _build(self, source: Path) -> EssayNetwork:
        # No dropout: it blurs a regression's targets, and on a CPU its random
        # numbers cost more than the arithmetic.
        encoder = BertModel.from_pretrained(
            source,
            local_files_only=True,
            add_pooling_layer=False,
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=0.0,
        )
        settings = self.recipe.training
        head = build_head(self.recipe.head, width=encoder.config.hidden_size, seed=settings.seed)
        network = EssayNetwork(encoder, head, frozen=settings.frozen_layers)
        return network.to(self.device).train()

    def _examples(self, essays: pd.DataFrame) -> Examples:
        if essays["score"].nunique() == 1:
            raise FileError(f"All essays have the score {essays['score'][0]}; nothing to learn.")
        cleaner = word_cleaner(self.recipe.cleaning)
        cut = tokenise(self.tokenizer.backend_tokenizer, essays["text"], cleaner)
        return Examples(
            essays=self._read_frozen(cut) if self.recipe.training.frozen_layers else cut,
            targets=torch.tensor(targets_of(essays), dtype=torch.float32, device=self.device),
        )

    def _read_frozen(self, essays: list[Essay]) -> list[Essay]:
        with report_steps("reading", len(essays)) as report:
            read = []
            for number, essay in enumerate(essays, 1):
                read.append(self.network.read_frozen(essay))
                report(number)
        return read

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.examples.essays) // self.recipe.training.batch)

    @property
    def steps(self) -> int:
        return self.steps_per_epoch * self.recipe.training.epochs

    def _optimiser(
        self,
    ) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
        settings = self.recipe.training
        optimiser = torch.optim.AdamW(
            [
                {"params": _taught(self.network.encoder), "lr": settings.encoder_rate},
                {"params": _taught(self.network.head), "lr": settings.head_rate},
            ],
            weight_decay=settings.weight_decay,
        )
        warm = round(settings.warm_up * self.steps)
        return optimiser, get_linear_schedule_with_warmup(optimiser, warm, self.steps)

    def batches(self, epoch: int) -> Iterator[list[int]]:
        """Yield the epoch's batches: essays of like length together, in random order.

        The order depends on the seed and the epoch alone, so a resumed run sees
        the same batches.
        """
        order = np.random.default_rng([self.recipe.training.seed, epoch])
        lengths = np.array([sum(map(len, essay)) for essay in self.examples.essays])
        ranked = np.argsort(lengths * order.uniform(0.8, 1.25, lengths.shape))
        size = self.recipe.training.batch
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
                    if self.step % self.recipe.training.checkpoint_every == 0:
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
        if self.step >= self.recipe.training.average_from * self.steps:
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
        """Write the three artefacts, from the averaged weights."""
        network = self.average.module.cpu().eval()
        self.tokenizer.save_pretrained(self.out / TOKENIZER)
        save_encoder(network.encoder, self.out / ENCODER)
        network.head.save(self.out / HEAD)


def _taught(part: torch.nn.Module) -> list[torch.nn.Parameter]:
    return [weight for weight in part.parameters() if weight.requires_grad]


def _identity(recipe: Recipe, essays: pd.DataFrame) -> str:
    """Return what two runs share if and only if one can go on where the other stopped."""
    digest = hashlib.sha256(repr(recipe).encode())
    for text, score in zip(essays["text"], essays["score"], strict=True):
        digest.update(f"{score}\0{text}\0".encode())
    return digest.hexdigest()


def _save(state: dict[str, object], path: Path) -> None:
    try:
        torch.save(state, path)
    except (OSError, RuntimeError) as error:  # a full disk is either, by where it is met
        path.unlink(missing_ok=True)
        raise FileError(f"{path} cannot be written; is the disk full?") from error


def train(recipe: Recipe, essays: pd.DataFrame, out: Path) -> None:
    """Train on the rows of split ``train`` and write the three artefacts to ``out``."""
    chosen = essays[essays["split"] == "train"]
    if len(chosen) < recipe.training.batch:
        raise FileError(f"{len(chosen)} training essays are too few; give at least one batch.")
    training = Training(recipe, chosen.reset_index(drop=True), out)
    training.run()
    training.save()
    record = {"recipe": recipe.name, "essays": len(chosen), "identity": training.identity}
    (out / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
