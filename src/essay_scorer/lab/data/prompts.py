"""The texts of prompts, by prompt ID, from a JSON file."""

import json
from pathlib import Path

from essay_scorer.documents.decoding import decode_text
from essay_scorer.errors import FileError
from essay_scorer.tables.unique_fields import RepeatedFieldError, unique_fields


def read_prompts(path: Path) -> dict[str, str]:
    """Return the text of each prompt by its ID.

    Args:
        path: a file with one JSON object, like ``{"1": "Write a letter to …"}``.

    Raises:
        FileError: it cannot be read, or holds something else.
    """
    try:
        prompts = json.loads(decode_text(path.read_bytes()), object_pairs_hook=unique_fields)
    except RepeatedFieldError as error:
        raise FileError(f"{path} has two prompts {error.name}.") from error
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read as JSON.") from error
    if not isinstance(prompts, dict) or not all(isinstance(text, str) for text in prompts.values()):
        raise FileError(f'{path} must look like {{"prompt ID": "text of the prompt"}}.')
    return prompts
