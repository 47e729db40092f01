"""Find, read and save BERT encoders: Hugging Face model folders."""

import importlib.util
import json
from pathlib import Path

import torch
from transformers import BertConfig, BertModel
from transformers.utils import logging as transformers_logging

from essay_scorer.errors import FileError
from essay_scorer.lab.export.encoder_weights import read_weights
from essay_scorer.lab.export.write_errors import convert_write_errors

# A checkpoint's pooler, which a scorer does not use, is not worth a warning.
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

# Options of a BERT's config.json with the only value that the export computes. Transformers 5
# ignores another ``position_embedding_type`` and pruned heads, and would compute something else.
_OPTIONS = {
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "add_cross_attention": False,
    "pruned_heads": {},
}


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

    Every weight is the folder's own: none is left at a random value, and none is left out.

    Args:
        folder: the encoder's.
        layers: how many layers to keep, from the first on; all by default.

    Raises:
        FileError: it is not a BERT folder, its weights do not fit its configuration, or it has
            fewer layers.
    """
    config = _read_config(folder)
    known = set(_shapes(folder, config))
    if layers is not None:
        if layers > config.num_hidden_layers:
            raise FileError(f"{folder} has {config.num_hidden_layers} layers, not {layers}.")
        config.num_hidden_layers = layers  # the weights of the others are not loaded
    weights = read_weights(folder, _shapes(folder, config), known)
    encoder, report = BertModel.from_pretrained(
        None,
        config=config,
        state_dict=weights,
        add_pooling_layer=False,
        dtype=torch.float32,
        output_loading_info=True,
    )
    if any(report.values()):
        raise FileError(f"{folder} has no weights that fit its config.json: {report}.")
    return encoder.eval()


def _read_config(folder: Path) -> BertConfig:
    """Return a BERT's configuration, if today's Transformers computes what it asks for."""
    if not (folder / "config.json").is_file():
        raise FileError(f"{folder} is not a Hugging Face folder: no config.json.")
    try:
        stated = json.loads((folder / "config.json").read_bytes())
        kind = stated.get("model_type", "BERT without model_type")
        config = BertConfig.from_dict(stated)
    except Exception as error:  # the library checks values with errors of many kinds
        raise FileError(f"{folder} has a config.json that is not a BERT's.") from error
    if kind != BertConfig.model_type:
        raise FileError(
            f'{folder} holds a {kind} model; it must be a BERT, with "model_type": "bert".'
        )
    for name, value in _OPTIONS.items():
        if stated.get(name, value) != value:
            raise FileError(
                f"{folder} has {name} = {json.dumps(stated[name])} in its config.json; "
                f"the export computes BERT with {json.dumps(value)} alone."
            )
    return config


def _shapes(folder: Path, config: BertConfig) -> dict[str, torch.Size]:
    """Return name and shape of each weight of the BERT that a configuration describes."""
    try:
        with torch.device("meta"):
            empty = BertModel(config, add_pooling_layer=False)
    except Exception as error:  # sizes that are no sizes fail in many ways
        raise FileError(f"{folder} has a config.json that is not a BERT's.") from error
    return {name: weight.shape for name, weight in empty.state_dict().items()}


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
