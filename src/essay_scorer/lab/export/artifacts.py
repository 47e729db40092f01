"""The three artefacts that a training leaves and an export reads.

bert-tokenizer/   a Hugging Face tokenizer folder
bert-model/       a Hugging Face BERT folder
aes_model.h5      the scoring head, saved by Keras
"""

import importlib.util
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import keras
import torch
from safetensors import SafetensorError
from tokenizers import Encoding, Tokenizer
from tokenizers.normalizers import Replace, Sequence
from transformers import AutoConfig, AutoTokenizer, BertModel, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import TokenizerRecipe
from essay_scorer.model.graph import OPTIONAL_INPUTS
from essay_scorer.text.classic import WordCleaner
from essay_scorer.text.normalize import PARAGRAPH_BREAK

# Weights that a scorer has no use for (a pooler) and the age of the .h5 format are no news.
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()
logging.getLogger("absl").setLevel(logging.ERROR)

TOKENIZER, ENCODER, HEAD = "bert-tokenizer", "bert-model", "aes_model.h5"
LAYER_MEANS = "layer_means"  # the name of a head's input that reads all layers


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the libraries raise where a disk is full, or not writable, into one sentence."""
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        raise FileError(f"{path} cannot be written; is the disk full?") from error


def find_encoder(source: str) -> Path:
    """Return the BERT folder that a recipe's ``encoder.source`` names."""
    if Path(source).is_dir():
        return Path(source)
    package = importlib.util.find_spec(source) if source.isidentifier() else None
    if package is None or package.origin is None:
        raise FileError(f"The encoder {source} is neither a folder nor an installed package.")
    return Path(package.origin).with_name("model")


def window_tokenizer(folder: Path, recipe: TokenizerRecipe) -> PreTrainedTokenizerFast:
    """Return the folder's tokenizer, told how to cut windows and to see paragraphs."""
    try:
        wrapped = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        raise FileError(f"{folder} holds no tokenizer.") from error
    inner: Tokenizer = wrapped.backend_tokenizer
    inner.no_padding()
    inner.enable_truncation(recipe.window, stride=recipe.overlap)
    if recipe.paragraph_mark is not None:
        mark = Replace(PARAGRAPH_BREAK, f" {recipe.paragraph_mark} ")
        inner.normalizer = Sequence([mark, inner.normalizer])
    return wrapped


@dataclass(frozen=True, kw_only=True)
class EncoderArtefacts:
    """What reads an essay: a tokenizer, an encoder, and what cleans the text for them."""

    tokenizer: Tokenizer
    encoder: BertModel
    cleaner: WordCleaner | None = None

    @classmethod
    def load_encoder(cls, folder: Path, *, cleaner: WordCleaner | None = None) -> Self:
        """Read tokenizer and encoder from one folder, where there need be no head yet."""
        bert = read_encoder(folder / ENCODER)
        tokenizer = _read_tokenizer(folder / TOKENIZER, bert, None)
        return cls(tokenizer=tokenizer, encoder=bert, cleaner=cleaner)

    def cut(self, clean: str) -> list[Encoding]:
        """Return the windows of a normalised text, cleaned as the recipe says."""
        first = self.tokenizer.encode(self.cleaner.clean(clean) if self.cleaner else clean)
        return [first, *first.overflowing]

    def layer_means(self, clean: str) -> torch.Tensor:
        """Return each layer's mean over all tokens of all windows, in one row.

        That is the embeddings' mean first, then every layer's, (layers + 1) × width numbers.
        """
        device = self.encoder.device
        windows = [torch.tensor([window.ids], device=device) for window in self.cut(clean)]
        with torch.no_grad():
            states = [
                torch.cat(self.encoder(ids, output_hidden_states=True).hidden_states, dim=-1)[0]
                for ids in windows
            ]
        return torch.cat(states).mean(0)


@dataclass(frozen=True, kw_only=True)
class Artefacts(EncoderArtefacts):
    """A whole scorer before it is compiled."""

    head: keras.Model

    @classmethod
    def load(cls, folder: Path, *, cleaner: WordCleaner | None = None) -> Self:
        """Read the three artefacts that a training left in one folder."""
        for name in (TOKENIZER, ENCODER, HEAD):
            if not (folder / name).exists():
                raise FileError(f"{folder} has no {name}.")
        return cls.read(
            tokenizer=folder / TOKENIZER,
            encoder=folder / ENCODER,
            head=folder / HEAD,
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
        """Read three artefacts from wherever they are, and check that they fit together.

        Args:
            tokenizer: a Hugging Face folder with ``tokenizer.json`` or ``vocab.txt``.
            encoder: a Hugging Face BERT folder with safetensors or PyTorch weights.
            head: a Keras file, ``.h5`` or ``.keras``.
            windows: how to cut texts, for a tokenizer that does not say so itself.
            cleaner: what to do to texts before they are cut.

        Raises:
            FileError: one cannot be read, or the head does not fit the encoder.
        """
        bert, scorer = read_encoder(encoder), read_head(head)
        HeadInputs.of(scorer, bert)
        return cls(
            tokenizer=_read_tokenizer(tokenizer, bert, windows),
            encoder=bert,
            head=scorer,
            cleaner=cleaner,
        )


def _read_tokenizer(folder: Path, encoder: BertModel, windows: TokenizerRecipe | None) -> Tokenizer:
    try:
        inner: Tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True
        ).backend_tokenizer
        if (folder / "tokenizer.json").is_file():
            inner = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:
        raise FileError(f"{folder} is not a tokenizer folder.") from error
    if inner.truncation is None:
        if windows is None:
            raise FileError(f"{folder} does not say how long a window is; name a recipe.")
        inner.enable_truncation(windows.window, stride=windows.overlap)
    inner.no_padding()
    window: int = inner.truncation["max_length"]  # type: ignore[index]  # set above
    places, ids = encoder.config.max_position_embeddings, inner.get_vocab_size()
    if window > places or ids > encoder.config.vocab_size:
        raise FileError(
            f"{folder} does not fit the encoder: windows of {window} tokens from {ids}, "
            f"where it reads {places} from {encoder.config.vocab_size}."
        )
    return inner


def read_encoder(folder: Path) -> BertModel:
    """Read a Hugging Face BERT folder, with safetensors or PyTorch weights."""
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise FileError(f"{folder} is not a Hugging Face folder: no config.json.") from error
    if config.model_type != "bert":
        raise FileError(f"{folder} holds a {config.model_type} model; it must be a BERT.")
    try:
        encoder = BertModel.from_pretrained(
            folder, local_files_only=True, add_pooling_layer=False, dtype=torch.float32
        )
    except Exception as error:  # each format's reader raises its own, and one refuses code
        raise FileError(f"{folder} has no weights that fit its config.json.") from error
    return encoder.eval()


class _LSTM(keras.layers.LSTM):
    """Reads an LSTM layer as Keras 2 wrote it; what it gives is Keras' own layer."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> keras.Layer:
        return keras.layers.LSTM.from_config(_known(config))


class _GRU(keras.layers.GRU):
    """The same for a GRU layer."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> keras.Layer:
        return keras.layers.GRU.from_config(_known(config))


def _known(config: dict[str, Any]) -> dict[str, Any]:
    """Return a recurrent layer's settings without the one that Keras 3 dropped."""
    return {name: value for name, value in config.items() if name != "time_major"}


def read_head(path: Path) -> keras.Model:
    """Read a head that Keras 3, or Keras 2 in TensorFlow, has saved."""
    old = {"LSTM": _LSTM, "GRU": _GRU}
    try:
        return keras.models.load_model(path, compile=False, custom_objects=old)
    except Exception as error:
        raise FileError(f"{path} is not a Keras model that can be loaded.") from error


def save_encoder(encoder: BertModel, folder: Path) -> None:
    """Write the encoder with its word embeddings rounded to 16 bits.

    The embedding table is more than half of a small BERT and is only looked up,
    never multiplied: rounding it here, in the artefact itself, lets the export
    store it in half the bytes without any difference.
    """
    table = encoder.embeddings.word_embeddings.weight
    with torch.no_grad():
        table.copy_(table.half().float())
    with writing(folder):
        encoder.save_pretrained(folder)


def save_head(head: keras.Model, folder: Path) -> None:
    """Write the head beside tokenizer and encoder."""
    with writing(folder / HEAD):
        head.save(folder / HEAD)


@dataclass(frozen=True, kw_only=True)
class HeadInputs:
    """What a head reads: one essay's vector, and figures beside it.

    The vector is the mean of the last layer's token vectors, or the first n numbers of
    it; a head with an input called ``layer_means`` reads the means of all layers instead.
    """

    essay: tuple[int, ...]  # (n,), or (1, n) for a sequence of one
    all_layers: bool
    side: tuple[str, ...]  # of graph.SIDE_INPUTS, in their order

    @classmethod
    def of(cls, head: keras.Model, encoder: BertModel) -> Self:
        """Check a head against the encoder whose vectors it reads.

        Raises:
            FileError: the head does not fit the encoder, or does not give one number.
        """
        shapes = {tensor.name: tuple(tensor.shape) for tensor in head.inputs}
        side = tuple(name for name in OPTIONAL_INPUTS if name in shapes)
        essay = {name: shape for name, shape in shapes.items() if name not in side}
        ranks = [len(shape) for shape in essay.values()]
        if ranks not in ([2], [3]) or head.output_shape[-1] != 1:
            raise FileError(
                f"The head maps {shapes} to {head.output_shape}; "
                "it must map one vector to one number."
            )
        ((name, shape),) = essay.items()
        all_layers = name == LAYER_MEANS
        width = encoder.config.hidden_size
        width *= encoder.config.num_hidden_layers + 1 if all_layers else 1
        *steps, size = shape[1:]
        fits = size is not None and (size == width if all_layers else size <= width)
        if not fits or steps not in ([], [1], [None]):
            raise FileError(
                f"The head reads {shape[1:]}, but the encoder gives vectors of {width}."
            )
        return cls(essay=(*(1 for _ in steps), size), all_layers=all_layers, side=side)

    def call(
        self, head: keras.Model, essay: torch.Tensor, side: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        """Return the head's number, shape (1,), for one essay.

        Args:
            head: the head these inputs are of.
            essay: the mean vector, shape (width,), of the last layer or of all.
            side: the figures by name, each without a batch dimension.
        """
        vector = essay[: self.essay[-1]].reshape(1, *self.essay)
        if not self.side:
            return head(vector, training=False).reshape(1)
        figures = {name: side[name].unsqueeze(0) for name in self.side}
        name = next(tensor.name for tensor in head.inputs if tensor.name not in self.side)
        return head({name: vector, **figures}, training=False).reshape(1)
