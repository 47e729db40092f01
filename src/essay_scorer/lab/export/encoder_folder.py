"""Find, read and save BERT encoders: Hugging Face model folders."""

import importlib.util
from pathlib import Path

import torch
from transformers import AutoConfig, BertModel
from transformers.utils import logging as transformers_logging

from essay_scorer.errors import FileError
from essay_scorer.lab.export.write_errors import convert_write_errors

# A checkpoint's pooler, which a scorer does not use, is not worth a warning.
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


def find_encoder(source: str) -> Path:
    """Return the BERT folder that a recipe's ``encoder.source`` names.

    Args:
        source: a folder, or an installed package with a folder ``model``.

    Raises:
        FileError: it is neither.
    """
    if Path(source).is_dir():
        return Path(source)
    package = importlib.util.find_spec(source) if source.isidentifier() else None
    if package is None or package.origin is None:
        raise FileError(f"The encoder {source} is neither a folder nor an installed package.")
    return Path(package.origin).with_name("model")


def read_encoder(folder: Path, *, layers: int | None = None) -> BertModel:
    """Read a BERT folder, with safetensors or PyTorch weights, in float32.

    Args:
        folder: the encoder's.
        layers: how many layers to keep, from the first on; all by default.

    Raises:
        FileError: it is not a BERT folder, its weights do not fit its configuration, or it has
            fewer layers.
    """
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise FileError(f"{folder} is not a Hugging Face folder: no config.json.") from error
    if config.model_type != "bert":
        raise FileError(f"{folder} holds a {config.model_type} model; it must be a BERT.")
    if layers is not None:
        if layers > config.num_hidden_layers:
            raise FileError(f"{folder} has {config.num_hidden_layers} layers, not {layers}.")
        config.num_hidden_layers = layers  # the weights of the others are not loaded
    try:
        encoder = BertModel.from_pretrained(
            folder,
            config=config,
            local_files_only=True,
            add_pooling_layer=False,
            dtype=torch.float32,
        )
    except Exception as error:  # the readers of the formats share no other base class
        raise FileError(f"{folder} has no weights that fit its config.json.") from error
    return encoder.eval()


def save_encoder(encoder: BertModel, folder: Path) -> None:
    """Save an encoder, its word embeddings rounded to float16 precision.

    The embedding table is more than half of a small BERT, and no matrix multiplication reads
    it. Because the artifact itself is rounded, the export stores the table in half the bytes
    without any difference.

    Raises:
        FileError: the folder cannot be written.
    """
    table = encoder.embeddings.word_embeddings.weight
    with torch.no_grad():
        table.copy_(table.half().float())
    with convert_write_errors(folder):
        encoder.save_pretrained(folder)
