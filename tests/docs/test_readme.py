"""The README runs: its examples give what they show, and its figures are the bundle's."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from essay_scorer.model.manifest import Manifest

READMES = ("README.md", "README.fr.md")
DECIMAL = re.compile(r"\d+\.\d+")
RUNS = ("essay-scorer score examples", "echo", "make demo ONCE=1")


def _read(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def _commands(text: str) -> list[tuple[str, str]]:
    """Return the commands of all console blocks with the output shown under each."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)]
    return [(head, tail) for head, _, tail in (part.partition("\n") for part in parts) if head]


@pytest.mark.parametrize("name", READMES)
def test_its_commands_print_what_it_shows(name: str, root: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    shown = [pair for pair in _commands(_read(root, name)) if pair[0].startswith(RUNS)]
    assert len(shown) == len(RUNS)
    for command, output in shown:
        line = command.replace("make demo ONCE=1", "python examples/demo.py --once --port 0")
        result = subprocess.run(
            line, shell=True, cwd=root, env=environment, capture_output=True, text=True, check=True
        )
        assert DECIMAL.sub("0.0", result.stdout) == DECIMAL.sub("0.0", output), command
        # Another processor rounds differently in the third decimal.
        numbers = [list(map(float, DECIMAL.findall(text))) for text in (result.stdout, output)]
        assert numbers[0] == pytest.approx(numbers[1], abs=0.015), command


@pytest.mark.parametrize("name", READMES)
def test_its_python_example_runs(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    result = doctest.testfile(str(root / name), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", READMES)
def test_its_agreement_is_the_bundles(name: str, root: Path, shipped: Path) -> None:
    metrics = Manifest.read(shipped).metrics
    text = _read(root, name)
    assert f"**{metrics['test']['qwk']:.3f}**" in text
    assert f"| {metrics['length_ridge_qwk']:.3f} |" in text
    for share in (metrics["test"]["adjacent"], metrics["test"]["coverage"]):
        assert f"| {share:.1%} |".replace("%", " %") in text


@pytest.mark.parametrize("name", READMES)
def test_its_agreement_on_unseen_prompts_is_the_benchmarks(name: str, root: Path) -> None:
    page = _read(root, "docs/benchmark-unseen.md")
    mean = re.search(r"`default` .* \*\*(0\.\d+)\*\* \|$", page, re.MULTILINE)
    assert mean is not None
    row = re.search(r"^.*docs/benchmark-unseen\.md\) \| (.*) \|$", _read(root, name), re.MULTILINE)
    assert row is not None
    assert row[1] == mean[1]


@pytest.mark.parametrize("name", [*READMES, "SECURITY.md"])
def test_its_links_lead_somewhere(name: str, root: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", _read(root, name))
    missing = [link for link in links if "://" not in link and not (root / link).exists()]
    assert links
    assert missing == []


@pytest.mark.parametrize("name", READMES)
def test_every_room_is_on_the_walk(name: str, root: Path) -> None:
    text = _read(root, name)
    modules = {path.name for path in (root / "src" / "essay_scorer").glob("[a-z]*.py")}
    assert {module for module in modules if f"essay_scorer/{module})" not in text} == set()


def test_every_make_target_it_names_exists(root: Path) -> None:
    makefile = _read(root, "Makefile")
    for target in re.findall(r"make ([a-z0-9-]+)", _read(root, "README.md")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
