"""A locked package has the license that the installed package declares."""

import sys
from pathlib import Path
from typing import Any

import pytest

from supply.python_packages import SbomError, add_licenses, bill_of_packages, license_choice

MIT = [{"license": {"id": "MIT"}}]


def component(name: str, version: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "version": version, "purl": f"pkg:pypi/{name.lower()}@{version}", **more}


def test_license_is_that_of_the_same_package() -> None:
    locked = [component("one", "1.0")]
    installed = [component("Two", "1.0", licenses=[]), component("One", "1.0", licenses=MIT)]
    add_licenses(locked, [{"name": "no purl"}, *installed])
    assert locked == [component("one", "1.0", licenses=MIT)]


@pytest.mark.parametrize(
    ("installed", "message"),
    [
        ([], "The image has one 1.0, but this environment has none,"),
        ([component("one", "1.1", licenses=MIT)], "has one 1.0, but this environment has 1.1,"),
        ([component("one", "1.0")], "one 1.0 declares no license."),
        ([component("one", "1.0", licenses=[])], "one 1.0 declares no license."),
    ],
)
def test_other_version_and_missing_license_are_errors(
    installed: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(SbomError, match=message):
        add_licenses([component("one", "1.0")], installed)


def test_environment_without_the_packages_is_an_error() -> None:
    with pytest.raises(SbomError, match=r"The image has fasttext-predict .* this environment has"):
        bill_of_packages(Path(sys.prefix))


def test_missing_environment_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SbomError, match="cyclonedx-py failed"):
        bill_of_packages(tmp_path)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("MIT", {"license": {"id": "MIT"}}),
        ("MIT AND (BSD-3-Clause OR Zlib)", {"expression": "MIT AND (BSD-3-Clause OR Zlib)"}),
        ("GPLv2+ and LGPLv2+", {"license": {"name": "GPLv2+ and LGPLv2+"}}),
        ("Public Domain", {"license": {"name": "Public Domain"}}),
    ],
)
def test_license_is_an_identifier_an_expression_or_a_name(
    text: str, choice: dict[str, Any]
) -> None:
    assert license_choice(text) == [choice]
