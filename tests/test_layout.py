"""The layout of the repository: short files, unique module names, no import cycles."""

import subprocess
from collections import defaultdict
from pathlib import Path

import grimp
import pytest

MAX_LINES = 300
# Names that Python and pytest prescribe.
SHARED_NAMES = {"__init__.py", "__main__.py", "conftest.py"}


@pytest.fixture(scope="module")
def modules(root: Path) -> list[Path]:
    """The repository's Python files, new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [path for path in map(Path, listed.splitlines()) if (root / path).is_file()]


def test_no_file_is_longer_than_300_lines(root: Path, modules: list[Path]) -> None:
    lengths = {path: len((root / path).read_text("utf-8").splitlines()) for path in modules}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_two_modules_share_a_name(modules: list[Path]) -> None:
    by_name = defaultdict(list)
    for path in modules:
        if path.name not in SHARED_NAMES:
            by_name[path.name].append(path)
    assert {name: paths for name, paths in by_name.items() if len(paths) > 1} == {}


def test_there_is_no_import_cycle() -> None:
    graph = grimp.build_graph("essay_scorer", cache_dir=None)
    importers = {
        module: graph.find_modules_directly_imported_by(module) for module in graph.modules
    }
    while leaves := {module for module, imported in importers.items() if not imported}:
        importers = {
            module: imported - leaves
            for module, imported in importers.items()
            if module not in leaves
        }
    assert set(importers) == set()


def test_every_test_folder_has_its_source(root: Path) -> None:
    package = root / "src" / "essay_scorer"
    others = {"browser", "docs", "faults", "fuzz", "openapi", "typing"}
    folders = {path.name for path in (root / "tests").iterdir() if any(path.glob("*.py"))}
    sources = {path.name for path in package.iterdir() if path.is_dir()}
    assert folders - others <= sources
