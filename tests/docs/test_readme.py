"""The README runs: its commands print what it shows, and its figures are the measured ones."""

import doctest
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from essay_scorer.model.manifest import Manifest

from .markdown_pages import ROOT, commands, read_page

READMES = ("README.md", "README.fr.md")
DECIMAL = re.compile(r"\d+\.\d+")
RUNS = ("essay-scorer score examples", "echo", "make demo ONCE=1")


@pytest.mark.parametrize("page", READMES)
def test_commands_print_what_is_shown(page: str) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    shown = [pair for pair in commands(read_page(page)) if pair[0].startswith(RUNS)]
    assert len(shown) == len(RUNS)
    for command, output in shown:
        line = command.replace("make demo ONCE=1", "python examples/demo.py --once --port 0")
        result = subprocess.run(
            line, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        assert DECIMAL.sub("0.0", result.stdout) == DECIMAL.sub("0.0", output), command
        # A different processor may round differently in the third decimal.
        numbers = [list(map(float, DECIMAL.findall(text))) for text in (result.stdout, output)]
        assert numbers[0] == pytest.approx(numbers[1], abs=0.015), command


@pytest.mark.parametrize("page", READMES)
def test_python_example_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(ROOT / page), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("page", READMES)
def test_agreement_is_the_bundles(page: str, shipped: Path) -> None:
    metrics = Manifest.read(shipped).metrics
    text = re.sub(r"(?<=\d)[ \u202f]%", "%", read_page(page))
    assert f"**{metrics['test']['qwk']:.3f}**" in text
    assert f"| {metrics['length_ridge_qwk']:.3f} |" in text
    for share in (metrics["test"]["adjacent"], metrics["test"]["coverage"]):
        assert f"| {share:.1%} |" in text


@pytest.mark.parametrize("page", READMES)
def test_agreement_on_unseen_prompts_is_the_benchmarks(page: str) -> None:
    benchmark = read_page("docs/benchmark-unseen.md")
    mean = re.search(r"`default` .* \*\*(0\.\d+)\*\* \|$", benchmark, re.MULTILINE)
    assert mean is not None
    row = re.search(r"^.*docs/benchmark-unseen\.md\) \| (.*) \|$", read_page(page), re.MULTILINE)
    assert row is not None
    assert row[1] == mean[1]


def _median(measured: dict[str, Any], figure: str) -> float:
    value = measured["warm"]["350"] if figure == "warm" else measured[figure]
    return float(statistics.median(value) if isinstance(value, list) else value)


@pytest.mark.parametrize("page", READMES)
@pytest.mark.parametrize("figure", ["first", "warm", "memory", "installed"])
def test_ratios_are_the_measured_ones(page: str, figure: str) -> None:
    measured = json.loads((ROOT / "docs/performance.json").read_text(encoding="utf-8"))
    ratio = _median(measured["original"], figure) / _median(measured["ours"], figure)
    assert f"**{ratio:.1f} ×**" in read_page(page)
