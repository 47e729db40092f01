"""The texts of prompts are read from a JSON object."""

from pathlib import Path

import pytest

from essay_scorer import FileError
from essay_scorer.lab.data.prompts import read_prompts


def test_texts_are_read_by_prompt_id(tmp_path: Path) -> None:
    path = tmp_path / "prompts.json"
    path.write_text('{"1": "Write a letter."}')
    assert read_prompts(path) == {"1": "Write a letter."}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_file_of_any_editor_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "prompts.json"
    path.write_bytes('{"1": "Write about “home”."}'.encode(encoding))
    assert read_prompts(path) == {"1": "Write about “home”."}


def test_two_texts_of_one_prompt_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "prompts.json"
    path.write_text('{"1": "Write a letter.", "1": "Write a speech."}')
    with pytest.raises(FileError, match="two prompts 1"):
        read_prompts(path)


@pytest.mark.parametrize("content", ["", "[]", '{"1": 2}', "{'1': 'x'}"])
def test_another_file_is_refused_in_one_sentence(content: str, tmp_path: Path) -> None:
    path = tmp_path / "prompts.json"
    path.write_text(content)
    with pytest.raises(FileError, match=r"prompts\.json (cannot be read as JSON|must look like)"):
        read_prompts(path)
