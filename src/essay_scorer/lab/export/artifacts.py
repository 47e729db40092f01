"""The three artifacts that training writes and the export reads.

bert-tokenizer/     a Hugging Face tokenizer folder
bert-model/         a Hugging Face BERT folder
aes_model.h5        the scoring head, saved by Keras
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import keras
import torch
from tokenizers import Encoding, Tokenizer
from transformers import BertModel

from essay_scorer.errors import FileError
from essay_scorer.lab.export.encoder_folder import read_encoder
from essay_scorer.lab.export.keras_head import HeadSignature, read_head
from essay_scorer.lab.export.tokenizer_folder import read_tokenizer
from essay_scorer.lab.recipe import TokenizerRecipe
from essay_scorer.text.classic import WordCleaner

TOKENIZER_FOLDER = "bert-tokenizer"
ENCODER_FOLDER = "bert-model"
HEAD_FILE = "aes_model.h5"


@dataclass(frozen=True, kw_only=True)
class EncoderArtifacts:
    """A tokenizer and an encoder, with the cleaning of texts that they need.

    Attributes:
        tokenizer: splits a text into windows.
        encoder: reads the windows.
        cleaner: cleans a text before it is tokenized, if the recipe says so.
    """

    tokenizer: Tokenizer
    encoder: BertModel
    cleaner: WordCleaner | None = None

    @classmethod
    def load_encoder(cls, folder: Path, *, cleaner: WordCleaner | None = None) -> Self:
        """Read tokenizer and encoder from a folder that need not have a head yet.

        Raises:
            FileError: one cannot be read.
        """
        encoder = read_encoder(folder / ENCODER_FOLDER)
        tokenizer = read_tokenizer(folder / TOKENIZER_FOLDER, encoder)
        return cls(tokenizer=tokenizer, encoder=encoder, cleaner=cleaner)

    def tokenize(self, clean: str) -> list[Encoding]:
        """Return the windows of a normalized text, in reading order."""
        first = self.tokenizer.encode(self.cleaner.clean(clean) if self.cleaner else clean)
        return [first, *first.overflowing]

    def layer_means(self, clean: str) -> torch.Tensor:
        """Return the mean over all tokens of all windows, for each layer.

        Returns:
            The mean of the embeddings, then of every layer, concatenated:
            ((layers + 1) × hidden size,).
        """
        device = self.encoder.device
        windows = [torch.tensor([window.ids], device=device) for window in self.tokenize(clean)]
        with torch.no_grad():
            states = [
                torch.cat(self.encoder(ids, output_hidden_states=True).hidden_states, dim=-1)[0]
                for ids in windows
            ]
        return torch.cat(states).mean(0)


@dataclass(frozen=True, kw_only=True)
class Artifacts(EncoderArtifacts):
    """A whole scorer before it is compiled.

    Attributes:
        head: maps an essay's vector to a prediction.
    """

    head: keras.Model

    @classmethod
    def load(cls, folder: Path, *, cleaner: WordCleaner | None = None) -> Self:
        """Read the three artifacts that training wrote to one folder.

        Raises:
            FileError: one is missing or cannot be read, or they do not fit together.
        """
        for name in (TOKENIZER_FOLDER, ENCODER_FOLDER, HEAD_FILE):
            if not (folder / name).exists():
                raise FileError(f"{folder} has no {name}.")
        return cls.read(
            tokenizer=folder / TOKENIZER_FOLDER,
            encoder=folder / ENCODER_FOLDER,
            head=folder / HEAD_FILE,
            cleaner=cleaner,
        )

    @classmethod
    def read(
        cls,
        *,
        tokenizer: Path,
        encoder: Path,
        head: Path,
        windows: TokenizerRecipe | None = None,
        cleaner: WordCleaner | None = None,
    ) -> Self:
        """Read three artifacts from separate paths, and check that they fit together.

        Args:
            tokenizer: a Hugging Face folder with ``tokenizer.json`` or ``vocab.txt``.
            encoder: a Hugging Face BERT folder with safetensors or PyTorch weights.
            head: a Keras file, ``.h5`` or ``.keras``.
            windows: how to split texts, if the tokenizer does not define it.
            cleaner: cleans a text before it is tokenized.

        Raises:
            FileError: one cannot be read, or they do not fit together.
        """
        bert, keras_head = read_encoder(encoder), read_head(head)
        HeadSignature.of(keras_head, bert)
        return cls(
            tokenizer=read_tokenizer(tokenizer, bert, windows),
            encoder=bert,
            head=keras_head,
            cleaner=cleaner,
        )
