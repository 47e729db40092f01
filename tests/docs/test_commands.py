"""Every command, option and setting that the documentation names exists."""

import re

import pytest

from essay_scorer.cli.entry_point import main

from .markdown_pages import PAGES, ROOT, code_spans, commands, read_page

MAKE = re.compile(r"\bmake ([a-z0-9-]+)")
GROUPS = ("bundle", "data")  # commands with subcommands


def _command_lines(page: str) -> list[str]:
    text = read_page(page)
    return [*(command for command, _ in commands(text)), *code_spans(text)]


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {target for line in _command_lines(page) for target in MAKE.findall(line)}
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_exist(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    for line in _command_lines(page):
        for call in re.findall(r"\bessay-scorer ([a-z][^|;]*)", line):
            words = call.split()
            name = words[: 2 if words[0] in GROUPS else 1]
            with pytest.raises(SystemExit) as exit_status:
                main([*name, "--help"])
            assert exit_status.value.code == 0, line
            options = set(re.findall(r"(?<!\S)--[a-z-]+", call))
            assert options - set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) == set(), line
