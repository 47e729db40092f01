"""A laboratory in miniature: sixty made-up essays and a BERT of two thin layers."""

import random
from pathlib import Path

import pandas as pd
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

import essay_scorer.lab  # noqa: F401 - chooses Keras' backend before any test imports Keras

SENTENCES = (
    "The town should keep its library open on Sundays.",
    "Many families have no other day to visit it together.",
    "A quiet room and a good book cost very little.",
    "Some people say that nobody reads any more, but the shelves tell another story.",
    "Last winter the reading room was full every weekend.",
    "Therefore the council ought to pay for two more hours.",
)

START = """
name = "tiny"
[encoder]
source = "{encoder}"
name = "tiny"
[tokenizer]
window = 32
overlap = 8
paragraph_mark = "¶"
[interval]
coverage = 0.8
[sense]
seed = 7
essays = 6
penalty = 0.001
"""

TAUGHT = """
[head]
kind = "dense"
units = [8]
[training]
seed = 7
epochs = 6
batch = 8
encoder_rate = 1e-3
head_rate = 1e-2
warm_up = 0.1
weight_decay = 0.01
average_from = 0.5
checkpoint_every = 2
"""

BLENDED = """
[branches.layers]
components = 6
penalty = 1.0
gamma = 1.0
tolerance = 0.02
limit = 5.0
[branches.features]
penalty = 1.0
gamma = 0.5
tolerance = 0.02
limit = 4.0
[branches.ngrams]
alpha = 1.0
[branches.characters]
alpha = 1.0
[branches.common]
alpha = 1.0
share = 0.1
[blend]
seed = 7
folds = 3
fewest = 5
unfamiliar = 0.05
"""


@pytest.fixture(scope="session")
def essays() -> pd.DataFrame:
    """Sixty essays whose score, 1-4, shows in the sentences they are made of."""
    choose = random.Random(1)
    rows = []
    for number in range(60):
        score = number % 4 + 1
        known = SENTENCES[score - 1 : score + 2]
        paragraphs = [" ".join(choose.choices(known, k=3)) for _ in range(choose.randint(2, 4))]
        split = ("train", "train", "train", "dev", "test")[number // 4 % 5]
        rows.append(("\n\n".join(paragraphs), score, number % 3, split))
    table = pd.DataFrame(rows, columns=["text", "score", "prompt_id", "split"])
    return table.assign(scale_min=1, scale_max=4)


@pytest.fixture(scope="session")
def data(essays: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "essays.csv"
    essays.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hugging Face folder with a BERT of random weights."""
    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=400, special_tokens=special)
    tokenizer.train_from_iterator([*SENTENCES, "¶"], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **{f"{name[1:-1].lower()}_token": name for name in special},
    )
    wrapped.save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def recipe_file(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe of the default's kind."""
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(START.format(encoder=encoder) + BLENDED, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def taught_file(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe that teaches a head and the encoder below it."""
    path = tmp_path_factory.mktemp("recipe") / "taught.toml"
    path.write_text(START.format(encoder=encoder) + TAUGHT, encoding="utf-8")
    return path
