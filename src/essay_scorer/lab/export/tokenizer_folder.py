"""Read Hugging Face tokenizer folders, and make them split texts into windows."""

import sys
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.normalizers import Replace, Sequence
from transformers import AutoTokenizer, BertModel, BertTokenizerFast, PreTrainedTokenizerFast

from essay_scorer.errors import FileError
from essay_scorer.lab.recipe import TokenizerRecipe
from essay_scorer.text.normalize import PARAGRAPH_BREAK

_VOCABULARY = "vocab.txt"
_SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_UNCASED = "bert-base-uncased's, which turns texts into lower case"


def make_window_tokenizer(folder: Path, recipe: TokenizerRecipe) -> PreTrainedTokenizerFast:
    """Return an encoder's tokenizer that splits texts into windows and marks paragraphs.

    Args:
        folder: the encoder's, with its tokenizer.
        recipe: the windows, and the mark for a paragraph break.

    Raises:
        FileError: the folder has no tokenizer.
    """
    try:
        wrapped = _read_folder(folder)
    except FileError:
        raise
    except Exception as error:  # the library raises errors of many kinds
        raise FileError(f"{folder} holds no tokenizer.") from error
    if line := describe_tokenizer(folder):
        print(line, file=sys.stderr)
    inner: Tokenizer = wrapped.backend_tokenizer
    inner.no_padding()
    inner.enable_truncation(recipe.window, stride=recipe.overlap)
    if recipe.paragraph_mark is not None:
        mark = Replace(PARAGRAPH_BREAK, f" {recipe.paragraph_mark} ")
        inner.normalizer = Sequence([mark, inner.normalizer])
    return wrapped


def read_tokenizer(
    folder: Path, encoder: BertModel, windows: TokenizerRecipe | None = None
) -> Tokenizer:
    """Read a tokenizer folder, and check that it fits an encoder.

    Args:
        folder: with ``tokenizer.json`` or ``vocab.txt``.
        encoder: the encoder that will read the windows.
        windows: the windows, if the folder does not define them.

    Raises:
        FileError: the folder cannot be read, defines no windows, or does not fit the encoder.
    """
    tokenizer = _load(folder)
    if tokenizer.truncation is None:
        if windows is None:
            raise FileError(f"{folder} does not define the length of a window; name a recipe.")
        tokenizer.enable_truncation(windows.window, stride=windows.overlap)
    tokenizer.no_padding()
    _check_fit(folder, tokenizer, encoder)
    return tokenizer


def describe_tokenizer(folder: Path) -> str:
    """Return a line about what is assumed of a folder with a vocabulary alone, or nothing."""
    if not _has_vocabulary_alone(folder):
        return ""
    case = "with" if _has_capitals(_vocabulary(folder)) else "without"
    read_as = "bert-base-cased's, which keeps case" if case == "with" else _UNCASED
    return f"{folder} has {_VOCABULARY} alone, {case} capital letters: it is read as {read_as}"


def _has_vocabulary_alone(folder: Path) -> bool:
    settings = ("tokenizer.json", "tokenizer_config.json")
    has_settings = any((folder / name).is_file() for name in settings)
    return (folder / _VOCABULARY).is_file() and not has_settings


def _vocabulary(folder: Path) -> list[str]:
    return (folder / _VOCABULARY).read_text("utf-8", errors="replace").splitlines()


def _has_capitals(vocabulary: list[str]) -> bool:
    return any(token != token.lower() for token in vocabulary if not token.startswith("["))


def _read_folder(folder: Path) -> PreTrainedTokenizerFast:
    """Return a folder's tokenizer; a vocabulary alone is read by BERT's conventions."""
    if not _has_vocabulary_alone(folder):
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    vocabulary = _vocabulary(folder)
    missing = [token for token in _SPECIAL_TOKENS if token not in vocabulary]
    if missing:
        raise FileError(
            f"{folder} has {_VOCABULARY} alone, and it lacks BERT's {missing[0]}; "
            "save the tokenizer again with save_pretrained()."
        )
    return BertTokenizerFast.from_pretrained(
        folder, do_lower_case=not _has_capitals(vocabulary), local_files_only=True
    )


def _load(folder: Path) -> Tokenizer:
    try:
        wrapped = _read_folder(folder)
        if (folder / "tokenizer.json").is_file():
            return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except FileError:
        raise
    except Exception as error:  # the libraries raise errors of many kinds
        raise FileError(f"{folder} is not a tokenizer folder.") from error
    return wrapped.backend_tokenizer


def _check_fit(folder: Path, tokenizer: Tokenizer, encoder: BertModel) -> None:
    window: int = tokenizer.truncation["max_length"]  # type: ignore[index]  # it is enabled
    vocabulary_size = tokenizer.get_vocab_size()
    positions, embeddings = encoder.config.max_position_embeddings, encoder.config.vocab_size
    if window > positions or vocabulary_size > embeddings:
        raise FileError(
            f"{folder} does not fit the encoder: its windows have {window} tokens of a vocabulary "
            f"of {vocabulary_size}; the encoder reads {positions} tokens of {embeddings}."
        )
