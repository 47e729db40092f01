"""Write what the stand-in loads: tokenizer, encoder, a head of random weights, NLTK's data.

python prepare.py ENCODER WORDNET STOP_WORDS.toml OUT
"""

import os
import shutil
import sys
import tomllib
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
from transformers import AutoTokenizer, BertModel

# NLTK asks for these two; no lemma depends on them, and Debian's package leaves them out.
_LEXNAMES = "".join(f"{number:02}\tgroup.{number}\t1\n" for number in range(45))
_EXTRA = {"lexnames": _LEXNAMES, "index.sense": ""}


def main(encoder: Path, wordnet: Path, recipe: Path, out: Path) -> None:
    AutoTokenizer.from_pretrained(encoder).save_pretrained(out / "bert-tokenizer")
    BertModel.from_pretrained(encoder).save_pretrained(out / "bert-model")
    keras.utils.set_random_seed(2026)
    keras.Sequential(
        [
            keras.Input((1, 300)),
            keras.layers.LSTM(300, return_sequences=True),
            keras.layers.LSTM(64),
            keras.layers.Dense(1, activation="relu", bias_initializer="ones"),
        ]
    ).save(out / "aes_model.h5")
    corpora = out / "nltk_data" / "corpora"
    shutil.copytree(wordnet, corpora / "wordnet", dirs_exist_ok=True)
    for name, content in _EXTRA.items():
        if not (corpora / "wordnet" / name).exists():
            (corpora / "wordnet" / name).write_text(content)
    words = tomllib.loads(recipe.read_text(encoding="utf-8"))["cleaning"]["stop_words"]
    (corpora / "stopwords").mkdir(parents=True, exist_ok=True)
    (corpora / "stopwords" / "english").write_text("\n".join(words) + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
