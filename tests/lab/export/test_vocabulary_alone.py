"""A folder with ``vocab.txt`` alone is read by BERT's conventions, and the user is told."""

from pathlib import Path

import pytest
from transformers import BertConfig, BertModel

from essay_scorer.errors import FileError
from essay_scorer.lab.export.tokenizer_folder import (
    describe_tokenizer,
    make_window_tokenizer,
    read_tokenizer,
)
from essay_scorer.lab.recipe import TokenizerRecipe

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WINDOWS = TokenizerRecipe(window=16, overlap=2, paragraph_mark=None)


def _folder(folder: Path, words: list[str], special: list[str] = SPECIAL) -> Path:
    (folder / "vocab.txt").write_text("\n".join([*special, *words]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("words", "tokens", "stated"),
    [
        (["the", "pool"], ["[CLS]", "the", "pool", "[SEP]"], "bert-base-uncased's"),
        (["The", "the", "pool"], ["[CLS]", "The", "pool", "[SEP]"], "bert-base-cased's"),
    ],
)
def test_the_vocabulary_decides_about_case(
    words: list[str], tokens: list[str], stated: str, tmp_path: Path
) -> None:
    folder = _folder(tmp_path, words)
    encoder = BertModel(
        BertConfig(vocab_size=9, hidden_size=4, num_hidden_layers=1, num_attention_heads=1)
    )
    assert read_tokenizer(folder, encoder, WINDOWS).encode("The pool").tokens == tokens
    wrapped = make_window_tokenizer(folder, WINDOWS)
    assert wrapped.backend_tokenizer.encode("The pool").tokens == tokens
    assert stated in describe_tokenizer(folder)


def test_settings_decide_if_there_are_any(tmp_path: Path) -> None:
    folder = _folder(tmp_path, ["The", "the", "pool"])
    settings = '{"tokenizer_class": "BertTokenizer", "do_lower_case": true}'
    (folder / "tokenizer_config.json").write_text(settings, encoding="utf-8")
    tokens = make_window_tokenizer(folder, WINDOWS).backend_tokenizer.encode("The pool").tokens
    assert tokens == ["[CLS]", "the", "pool", "[SEP]"]
    assert describe_tokenizer(folder) == ""


def test_a_vocabulary_that_is_not_berts_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, ["<s>", "the"], special=["[PAD]", "[UNK]"])
    with pytest.raises(FileError, match=r"vocab\.txt alone, and it lacks BERT's \[CLS\]"):
        make_window_tokenizer(folder, WINDOWS)
