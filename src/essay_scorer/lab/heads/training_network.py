"""Build a network and its examples, as a recipe describes them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from essay_scorer.lab.export.artifacts import TOKENIZER_FOLDER
from essay_scorer.lab.export.encoder_folder import find_encoder, read_encoder
from essay_scorer.lab.export.tokenizer_folder import make_window_tokenizer
from essay_scorer.lab.export.write_errors import convert_write_errors
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.heads.layer_means_cache import cached_layer_means
from essay_scorer.lab.heads.network import EssayNetwork, HeadNetwork, build_head
from essay_scorer.lab.heads.training_examples import Examples, vector_examples, window_examples
from essay_scorer.lab.recipe import Recipe, TrainedHead
from essay_scorer.lab.wordnet import word_cleaner
from essay_scorer.text.normalize import normalize

Built = tuple[HeadNetwork, Examples]


def build_essay_network(
    recipe: Recipe, head: TrainedHead, essays: pd.DataFrame, out: Path, device: torch.device
) -> Built:
    """Return encoder and head, and examples of windows; save the tokenizer.

    Raises:
        FileError: the encoder cannot be read, or ``out`` cannot be written.
    """
    source = find_encoder(recipe.encoder.source)
    encoder = read_encoder(source, layers=recipe.encoder.layers)
    tokenizer = make_window_tokenizer(source, recipe.tokenizer)
    with convert_write_errors(out / TOKENIZER_FOLDER):
        tokenizer.save_pretrained(out / TOKENIZER_FOLDER)
    _disable_dropout(encoder)
    hidden_size = encoder.config.hidden_size
    keras_head = build_head(head.network, hidden_size=hidden_size, seed=head.training.seed)
    cleaner = word_cleaner(recipe.cleaning)
    examples = window_examples(tokenizer.backend_tokenizer, cleaner, essays, device)
    return EssayNetwork(encoder, keras_head), examples


def _disable_dropout(encoder: torch.nn.Module) -> None:
    """Set the probability of all dropout to 0.

    Dropout adds noise to a regression's predictions, and on a CPU its random numbers cost more
    than the arithmetic.
    """
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0


def build_head_network(
    recipe: Recipe,
    head: TrainedHead,
    essays: pd.DataFrame,
    out: Path,
    device: torch.device,
    *,
    layer_means: npt.NDArray[np.float32] | None,
) -> Built:
    """Return a head alone, and examples of vectors; save the frozen encoder and its tokenizer.

    Args:
        recipe: the recipe.
        head: the recipe's.
        essays: the training essays.
        out: the folder of the artifacts and of the layer means cache.
        device: where the network is trained.
        layer_means: of the essays, (essays, layer_means_width); computed by default.

    Raises:
        FileError: the encoder cannot be read, or ``out`` cannot be written.
    """
    encoder = FrozenEncoder(recipe, out)
    keras_head = build_head(head.network, hidden_size=encoder.hidden_size, seed=head.training.seed)
    if layer_means is None:
        texts = [normalize(text) for text in essays["text"]]
        layer_means = cached_layer_means(texts, encoder, out)
    last_layer = layer_means[:, -encoder.hidden_size :]
    return HeadNetwork(keras_head), vector_examples(last_layer, essays, device)
