"""Make artifacts of a user: ``bert-tokenizer/``, ``bert-model/`` and ``aes_model.h5``.

    python own_model.py FOLDER

They are the original system's in miniature: a small vocabulary, a BERT with random weights, and
Keras' LSTM(300) → LSTM(64) → Dense(1) over 300 dimensions.
"""

import os
import string
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch
from transformers import BertConfig, BertModel, BertTokenizer

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SEED = 5


def main(folder: Path) -> None:
    vocabulary = _vocabulary()
    _save_tokenizer(folder / "bert-tokenizer", vocabulary)
    _save_encoder(folder / "bert-model", len(vocabulary))
    _save_head(folder / "aes_model.h5")


def _vocabulary() -> list[str]:
    letters = string.ascii_lowercase
    suffixes = (f"##{letter}" for letter in letters)
    return [*SPECIAL_TOKENS, *letters, *suffixes, "essay", "school", "."]


def _save_tokenizer(folder: Path, vocabulary: list[str]) -> None:
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)


def _save_encoder(folder: Path, vocabulary_size: int) -> None:
    torch.manual_seed(SEED)
    config = BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=304,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)


def _save_head(path: Path) -> None:
    keras.utils.set_random_seed(SEED)
    head = keras.Sequential(
        [
            keras.layers.Input((1, 300)),
            keras.layers.LSTM(300, return_sequences=True),
            keras.layers.LSTM(64),
            keras.layers.Dense(1, activation="relu"),
        ]
    )
    head.save(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
