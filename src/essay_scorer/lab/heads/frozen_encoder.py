"""A frozen encoder, and the layer means that it computes."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from essay_scorer.lab.export.artifacts import ENCODER_FOLDER, TOKENIZER_FOLDER, EncoderArtifacts
from essay_scorer.lab.export.encoder_folder import find_encoder, read_encoder, save_encoder
from essay_scorer.lab.export.tokenizer_folder import make_window_tokenizer
from essay_scorer.lab.export.write_errors import convert_write_errors
from essay_scorer.lab.recipe import Recipe
from essay_scorer.lab.wordnet import word_cleaner
from essay_scorer.text.classic import WordCleaner


class FrozenEncoder:
    """A recipe's tokenizer and encoder, saved as artifacts.

    Attributes:
        tokenizer_path: the saved ``tokenizer.json``.
        hidden_size: of a token vector.
        layer_means_width: the length of ``layer_means``.
    """

    def __init__(self, recipe: Recipe, out: Path) -> None:
        """Save tokenizer and encoder to a folder, and load them from there.

        Args:
            recipe: names the encoder, the windows and the text cleaning.
            out: the folder of the artifacts.

        Raises:
            FileError: the encoder cannot be read, or the folder cannot be written.
        """
        _save_artifacts(recipe, out)
        self._cleaner: WordCleaner | None = word_cleaner(recipe.cleaning)
        # The saved encoder is rounded; the bundle contains the same one.
        self._artifacts = EncoderArtifacts.load_encoder(out, cleaner=self._cleaner)
        self._artifacts.encoder.to("cuda" if torch.cuda.is_available() else "cpu")
        config = self._artifacts.encoder.config
        self.tokenizer_path = out / TOKENIZER_FOLDER / "tokenizer.json"
        self.hidden_size: int = config.hidden_size
        self.layer_means_width: int = config.hidden_size * (config.num_hidden_layers + 1)

    @property
    def fingerprint(self) -> str:
        """A hash of everything that determines the layer means of a text."""
        digest = hashlib.sha256(self._artifacts.tokenizer.to_str().encode())
        for weight in self._artifacts.encoder.state_dict().values():
            digest.update(weight.cpu().numpy().tobytes())
        if self._cleaner is not None:
            digest.update(self._cleaner.to_json().encode())
        return digest.hexdigest()

    def clean(self, text: str) -> str:
        """Return a normalized text as the tokenizer receives it."""
        return self._cleaner.clean(text) if self._cleaner else text

    def layer_means(self, text: str) -> npt.NDArray[np.float32]:
        """Return the mean token vector of every layer for a normalized text.

        Returns:
            The embeddings' mean, then each layer's, concatenated: (layer_means_width,).
        """
        return self._artifacts.layer_means(text).cpu().numpy()


def _save_artifacts(recipe: Recipe, out: Path) -> None:
    source = find_encoder(recipe.encoder.source)
    encoder = read_encoder(source, layers=recipe.encoder.layers)
    tokenizer = make_window_tokenizer(source, recipe.tokenizer)
    with convert_write_errors(out / TOKENIZER_FOLDER):
        tokenizer.save_pretrained(out / TOKENIZER_FOLDER)
    save_encoder(encoder, out / ENCODER_FOLDER)
