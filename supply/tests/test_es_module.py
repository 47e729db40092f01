"""CommonJS files become one ES module that exports the same."""

import json
from pathlib import Path

import pytest

from supply.es_module import es_module
from supply.tests.node_program import run_module

FILES = {
    "index.js": (
        '"use strict";\n'
        'const numbers = require("./numbers/all");\n'
        "const counter = require('./counter.js');\n"
        "exports.describe = () => `${numbers.one} ${numbers.two} ${counter.count()}`;\n"
        "//# sourceMappingURL=index.js.map"
    ),
    "numbers/all.js": (
        'const counter = require("../counter");\n'
        "exports.one = counter.count();\n"
        'exports.two = require("./two").value;\n'
    ),
    "numbers/two.js": 'exports.value = require("../counter").count();\n',
    "counter.js": "let calls = 0;\nexports.count = () => ++calls;\n",
    "browser.js": 'exports.value = "replaced";\n',
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, source in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return tmp_path


def _describe(package: Path, source: str) -> str:
    path = package / "module.mjs"
    path.write_text(source, encoding="utf-8")
    return run_module(
        f"import {{ describe }} from {json.dumps(path.as_uri())}; console.log(describe());"
    )


def test_files_require_each_other_and_are_run_once(package: Path) -> None:
    source = es_module(package, "index.js", "describe")
    assert _describe(package, source) == "1 2 3"
    assert "sourceMappingURL" not in source


def test_a_file_for_browsers_takes_the_place_of_another(package: Path) -> None:
    source = es_module(package, "index.js", "describe", replaced={"numbers/two.js": "browser.js"})
    assert _describe(package, source) == "1 replaced 2"


def test_a_file_that_is_missing_is_an_error(package: Path) -> None:
    (package / "numbers" / "two.js").unlink()
    with pytest.raises(FileNotFoundError):
        es_module(package, "index.js", "describe")
