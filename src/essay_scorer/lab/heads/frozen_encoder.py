"""Reading essays with an encoder that stays as it came."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from essay_scorer.lab.export.artifacts import (
    ENCODER,
    TOKENIZER,
    EncoderArtefacts,
    find_encoder,
    read_encoder,
    save_encoder,
    window_tokenizer,
    writing,
)
from essay_scorer.lab.recipe import Recipe
from essay_scorer.lab.wordnet import word_cleaner
from essay_scorer.text.classic import WordCleaner


class ReadingEncoder:
    """The recipe's tokenizer and encoder, saved as artefacts and ready to read."""

    def __init__(self, recipe: Recipe, out: Path) -> None:
        source = find_encoder(recipe.encoder)
        encoder, tokenizer = read_encoder(source), window_tokenizer(source, recipe.tokenizer)
        with writing(out / TOKENIZER):
            tokenizer.save_pretrained(out / TOKENIZER)
        save_encoder(encoder, out / ENCODER)
        self.tokenizer_file = out / TOKENIZER / "tokenizer.json"
        self._cleaner: WordCleaner | None = word_cleaner(recipe.cleaning)
        # As saved, so that what is read here is what the bundle reads.
        self._made = EncoderArtefacts.load_encoder(out, cleaner=self._cleaner)
        config = self._made.encoder.config
        self._made.encoder.to("cuda" if torch.cuda.is_available() else "cpu")
        self.hidden: int = config.hidden_size
        self.width: int = config.hidden_size * (config.num_hidden_layers + 1)

    @property
    def identity(self) -> str:
        """Return what changes if and only if another vector would be read."""
        digest = hashlib.sha256(self._made.tokenizer.to_str().encode())
        for weight in self._made.encoder.state_dict().values():
            digest.update(weight.cpu().numpy().tobytes())
        if self._cleaner is not None:
            digest.update(self._cleaner.to_json().encode())
        return digest.hexdigest()

    def cleaned(self, clean: str) -> str:
        """Return a normalised text as the tokenizer gets it."""
        return self._cleaner.clean(clean) if self._cleaner else clean

    def means(self, clean: str) -> npt.NDArray[np.float32]:
        """Return the mean over all tokens of each layer's vectors, the embeddings' first."""
        return self._made.layer_means(clean).cpu().numpy()
