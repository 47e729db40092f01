"""An audit says what is known, and says so too where it could not ask."""

import json
import subprocess

import pytest

from supply import audit
from supply.audit import Finding, read_answer, rounds
from supply.locks import Package

KNOWN = {
    "name": "numpy",
    "version": "1.0",
    "vulns": [
        {"id": "PYSEC-0", "fix_versions": ["1.1"], "aliases": [], "description": "…"},
        {"id": "PYSEC-1", "fix_versions": [], "aliases": [], "description": "…"},
    ],
}
CLEAN = {"name": "pluggy", "version": "1.6", "vulns": []}
UNKNOWN = {"name": "pluggy", "skip_reason": "Dependency not found"}


def _said(*dependencies: object) -> Finding:
    return read_answer(json.dumps({"dependencies": dependencies, "fixes": []}), "")


def test_nothing_known_is_status_0() -> None:
    finding = _said(CLEAN, CLEAN)
    assert finding.status == 0
    assert finding.describe() == "2 packages audited, 0 advisories"


def test_an_advisory_is_named_with_its_remedy() -> None:
    finding = _said(CLEAN, KNOWN, UNKNOWN)
    assert finding.status == 1
    assert finding.known == [
        "numpy 1.0: PYSEC-0, mended in 1.1",
        "numpy 1.0: PYSEC-1, mended in no version yet",
    ]


def test_a_package_that_nobody_knows_is_not_taken_for_a_clean_one() -> None:
    finding = _said(CLEAN, UNKNOWN)
    assert finding.status == 77
    assert "NOT AUDITED: 1 of 2 packages" in finding.describe()


@pytest.mark.parametrize("err", ["", "Traceback …\nConnectionError: no route"])
def test_a_service_that_cannot_be_reached_is_said(err: str) -> None:
    finding = read_answer("", err)
    assert finding.status == 77
    assert finding.describe().startswith("NOT AUDITED: the advisories cannot be reached (")


def test_a_service_that_never_answers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip-audit", 1)

    monkeypatch.setattr(subprocess, "run", never)
    assert audit.ask("numpy==1.0\n").status == 77


def test_every_version_is_asked_about_once() -> None:
    packages = [Package("a", "1"), Package("a", "2"), Package("b", "1"), Package("a", "1")]
    assert rounds(packages) == ["a==1\nb==1\n", "a==2\n"]
