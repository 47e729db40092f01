"""Write what the stand-in loads: tokenizer, encoder, a head with random weights, NLTK's data.

python prepare.py ENCODER WORDNET RECIPE.toml OUT
"""

import os
import shutil
import sys
import tomllib
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
from transformers import AutoTokenizer, BertModel

SEED = 2026
# NLTK requires these two files, which Debian's package leaves out. No lemma depends on them.
_LEXNAMES = "".join(f"{number:02}\tgroup.{number}\t1\n" for number in range(45))
_MISSING_FILES = {"lexnames": _LEXNAMES, "index.sense": ""}


def main(encoder: Path, wordnet: Path, recipe: Path, out: Path) -> None:
    AutoTokenizer.from_pretrained(encoder).save_pretrained(out / "bert-tokenizer")
    BertModel.from_pretrained(encoder).save_pretrained(out / "bert-model")
    _save_head(out / "aes_model.h5")
    corpora = out / "nltk_data" / "corpora"
    _copy_wordnet(wordnet, corpora / "wordnet")
    words = tomllib.loads(recipe.read_text(encoding="utf-8"))["cleaning"]["stop_words"]
    (corpora / "stopwords").mkdir(parents=True, exist_ok=True)
    (corpora / "stopwords" / "english").write_text("\n".join(words) + "\n")


def _save_head(path: Path) -> None:
    keras.utils.set_random_seed(SEED)
    keras.Sequential(
        [
            keras.Input((1, 300)),
            keras.layers.LSTM(300, return_sequences=True),
            keras.layers.LSTM(64),
            keras.layers.Dense(1, activation="relu", bias_initializer="ones"),
        ]
    ).save(path)


def _copy_wordnet(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)
    for name, content in _MISSING_FILES.items():
        if not (target / name).exists():
            (target / name).write_text(content)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
