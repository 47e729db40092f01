"""A small lab: sixty made-up essays, a two-layer BERT, and recipes for it."""

import random
from pathlib import Path

import pandas as pd
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

import essay_scorer.lab  # noqa: F401 - sets Keras' backend before a test imports Keras
from essay_scorer.cli.entry_point import main
from essay_scorer.lab.input_recipes import SourceRecipe
from essay_scorer.lab.wordnet import EXCEPTIONS, FOLDER_VARIABLE, INDEX

SENTENCES = (
    "The town should keep its library open on Sundays.",
    "Many families have no other day to visit it together.",
    "A quiet room and a good book cost very little.",
    "Some people say that nobody reads any more, but the shelves tell another story.",
    "Last winter the reading room was full every weekend.",
    "Therefore the council ought to pay for two more hours.",
)

COMMON_KEYS = """
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
[gibberish]
seed = 7
essays = 6
C = 0.001
"""

TRAINED_HEAD = """
[head]
kind = "dense"
units = [8]
[training]
seed = 7
epochs = 6
batch_size = 8
encoder_learning_rate = 1e-3
head_learning_rate = 1e-2
warmup_share = 0.1
weight_decay = 0.01
average_from = 0.5
checkpoint_every = 2
"""

BLENDED_HEAD = """
[base_models.layers_and_features]
for_new_prompts = true
C = 1.0
gamma = 0.5
epsilon = 0.02
[base_models.layers_and_features.inputs.layer_means]
clip = 5.0
pca_components = 6
[base_models.layers_and_features.inputs.writing_features]
clip = 4.0
weight = 0.5
[base_models.token_ngrams]
inputs = "token_ngrams"
alpha = 1.0
[base_models.character_ngrams]
inputs = "character_ngrams"
alpha = 1.0
[base_models.common_ngrams]
inputs = "token_ngrams"
for_new_prompts = true
alpha = 1.0
min_essay_share = 0.1
[blend]
seed = 7
folds = 3
min_essays_per_prompt = 5
unfamiliar_share = 0.05
[off_topic_part]
seed = 7
essays_per_prompt = 12
dimensions = 4
false_positives = 0.02
"""

FURTHER_FILE = """
[[data]]
file = "letters.parquet"
columns = { text = "essay", score = "overall", prompt_id = "topic" }
scale = [1, 5]
weight = 0.5
mean = 2.75
spread = 0.75
credit = "Some letters"
"""


@pytest.fixture(scope="session")
def essays() -> pd.DataFrame:
    """Sixty essays; their score, 1 to 4, determines which sentences they are made of."""
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
def further() -> pd.DataFrame:
    """Thirty-six essays of another file: 1 to 5 in halves, other columns, some prompts' IDs."""
    choose = random.Random(2)
    rows = []
    for number in range(36):
        score = 1 + number % 9 / 2
        known = SENTENCES[::-1][int(score) - 1 : int(score) + 2]
        text = f"Letter {number}. " + " ".join(choose.choices(known, k=6))
        rows.append((text, score, number // 9 % 3, ("train", "train", "dev")[number % 3]))
    return pd.DataFrame(rows, columns=["essay", "overall", "topic", "split"])


@pytest.fixture(scope="session")
def further_recipe() -> SourceRecipe:
    columns = {"text": "essay", "score": "overall", "prompt_id": "topic"}
    return SourceRecipe(
        file="letters.parquet", columns=columns, scale=(1, 5), weight=0.5, credit="Some letters"
    )


@pytest.fixture(scope="session")
def further_recipe_file(recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipe with a blended head, which knows a further file."""
    path = tmp_path_factory.mktemp("recipe") / "two.toml"
    path.write_text(recipe_file.read_text(encoding="utf-8") + FURTHER_FILE, encoding="utf-8")
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
    """A recipe with a blended head, like the default one."""
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(COMMON_KEYS.format(encoder=encoder) + BLENDED_HEAD, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def trained_recipe_file(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe that trains a head together with the encoder."""
    path = tmp_path_factory.mktemp("recipe") / "trained.toml"
    path.write_text(COMMON_KEYS.format(encoder=encoder) + TRAINED_HEAD, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def trained(data: Path, recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that ``essay-scorer train`` writes: artifacts and bundle."""
    out = tmp_path_factory.mktemp("trained")
    command = ["train", "--recipe", str(recipe_file), "--data", str(data), "--out", str(out)]
    assert main([*command, "--name", "tiny", "--license", "MIT"]) == 0
    return out


@pytest.fixture
def wordnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A WordNet folder with a few nouns."""
    folder = tmp_path / "dict"
    folder.mkdir()
    nouns = ("library", "town", "family", "alto-relievo", "people", "hour", "shelf", "story")
    index = ["  1 License of the database.", *(f"{noun} n 1 0 1 0 00000001" for noun in nouns)]
    (folder / INDEX).write_text("\n".join(index) + "\n")
    (folder / EXCEPTIONS).write_text("alto-relievos alto-relievo\nshelves shelf\n")
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder
