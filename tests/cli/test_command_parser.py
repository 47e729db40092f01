"""Every command explains itself, and an invalid command line is one line."""

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import essay_scorer
from essay_scorer.cli.entry_point import main, make_parser
from essay_scorer.cli.examples import EXAMPLES

Capture = pytest.CaptureFixture[str]


def _commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command with its words."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                if any(isinstance(one, argparse._SubParsersAction) for one in command._actions):
                    yield from _commands(command)
                else:
                    yield command.prog.removeprefix("essay-scorer "), command


NO_DEFAULT = (False, argparse.SUPPRESS)
COMMANDS = dict(_commands(make_parser()))


def test_every_command_has_two_examples() -> None:
    assert COMMANDS.keys() == EXAMPLES.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_describes_every_option_with_its_default(name: str) -> None:
    command = COMMANDS[name]
    text = " ".join(command.format_help().split())
    assert command.description
    assert all(" ".join(line.split()) in text for line in EXAMPLES[name])
    for action in command._actions:
        assert action.help, f"{name}: {action.option_strings or action.dest}"
        if action.option_strings and action.default not in (None, "", [], *NO_DEFAULT):
            assert f"default: {action.default}" in text or "default: detect" in text


@pytest.mark.parametrize("line", [line for pair in EXAMPLES.values() for line in pair])
def test_an_example_is_a_valid_command_line(line: str) -> None:
    words = shlex.split(line.partition(" > ")[0])
    assert words[0] == "essay-scorer"
    assert callable(make_parser().parse_args(words[1:]).run)


def test_the_version_is_printed(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"essay-scorer {essay_scorer.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["batch"], "the following arguments are required: IN, OUT"),
        (["batch", "a", "b", "--workers", "many"], "many is not a whole number"),
        (["batch", "a", "b", "--workers", "0"], "0 is too small"),
        (["batch", "a", "b", "--format", "xml"], "invalid choice: 'xml'"),
        (["serve", "--port", "http"], "http is not a whole number"),
        (["cost", "--per-day", "many"], "many is not a number"),
        (["evaluate", "--data", "a.csv", "--scale", "6-1"], "6-1 is not a scale"),
        (["nonsense"], "invalid choice: 'nonsense'"),
    ],
)
def test_an_invalid_command_line_is_one_line(
    arguments: list[str], message: str, capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("essay-scorer: ")
    assert error.count("\n") == 1
    assert message in error
    assert "--help" in error


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_completion_script_names_the_commands_and_their_options(
    shell: str, capsys: Capture
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "evaluate" in script
    assert "--skip-bad-rows" in script


@pytest.mark.parametrize(
    "arguments",
    [
        ["batch", "{source}", "{out}"],
        ["fetch", "EXECUTION", "{out}"],
        ["adapt", "{source}", "--out", "{out}"],
    ],
)
def test_an_existing_file_is_not_replaced_unasked(
    arguments: list[str], tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "scores.csv"
    out.write_text("precious")
    source = tmp_path / "essays.csv"
    source.write_text("text\nOne short essay.\n")
    assert main([part.format(out=out, source=source) for part in arguments]) == 1
    assert capsys.readouterr().err == (
        f"essay-scorer: {out} exists already; add --overwrite to replace it.\n"
    )
    assert out.read_text() == "precious"


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--data", "essays.csv"],
        ["export", "--tokenizer", "a", "--encoder", "b", "--head", "c", "--scale", "1-6"],
    ],
)
def test_an_existing_bundle_is_not_replaced_unasked(
    arguments: list[str], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "bundle").mkdir()
    assert main([*arguments, "--out", str(tmp_path)]) == 1
    assert "bundle exists already; add --overwrite" in capsys.readouterr().err


def test_an_existing_file_is_replaced_when_asked(tmp_path: Path, capsys: Capture) -> None:
    source, out = tmp_path / "essays.csv", tmp_path / "scores.csv"
    source.write_text("text\nOne short essay.\n")
    out.write_text("precious")
    assert main(["batch", str(source), str(out), "--overwrite"]) == 0
    assert out.read_text().startswith("text,essay score,")
    assert "to review 1 (100% of the scores)" in capsys.readouterr().err
