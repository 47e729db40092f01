"""Make the artefacts of a user: bert-tokenizer/, bert-model/ and aes_model.h5 in a folder.

They are those of the original system in miniature: a vocabulary, a BERT of random
weights, and Keras' LSTM(300) → LSTM(64) → Dense(1) over 300 numbers.
"""

import os
import string
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch
from transformers import BertConfig, BertModel, BertTokenizer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def main(folder: Path) -> None:
    tokenizer, encoder = folder / "bert-tokenizer", folder / "bert-model"
    tokenizer.mkdir(parents=True)
    letters = string.ascii_lowercase
    words = [*SPECIAL, *letters, *(f"##{letter}" for letter in letters), "essay", "school", "."]
    (tokenizer / "vocab.txt").write_text("\n".join(words))
    BertTokenizer(str(tokenizer / "vocab.txt")).save_pretrained(tokenizer)
    torch.manual_seed(5)
    BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=304,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=512,
        )
    ).save_pretrained(encoder)
    keras.utils.set_random_seed(5)
    head = keras.Sequential(
        [
            keras.layers.Input((1, 300)),
            keras.layers.LSTM(300, return_sequences=True),
            keras.layers.LSTM(64),
            keras.layers.Dense(1, activation="relu"),
        ]
    )
    head.save(folder / "aes_model.h5")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
