"""An audit reports known vulnerabilities, and what it could not look up."""

import json
import subprocess

import pytest

from supply import audit
from supply.audit import Finding, parse_answer, requirements_files
from supply.locks import Package

VULNERABLE = {
    "name": "numpy",
    "version": "1.0",
    "vulns": [
        {"id": "PYSEC-0", "fix_versions": ["1.1"], "aliases": [], "description": "…"},
        {"id": "PYSEC-1", "fix_versions": [], "aliases": [], "description": "…"},
    ],
}
CLEAN = {"name": "pluggy", "version": "1.6", "vulns": []}
UNKNOWN = {"name": "pluggy", "skip_reason": "Dependency not found"}


def _finding(*dependencies: object) -> Finding:
    return parse_answer(json.dumps({"dependencies": dependencies, "fixes": []}), "")


def test_no_advisory_is_status_0() -> None:
    finding = _finding(CLEAN, CLEAN)
    assert finding.status == 0
    assert finding.describe() == "2 packages audited, 0 advisories"


def test_advisory_is_listed_with_its_fix() -> None:
    finding = _finding(CLEAN, VULNERABLE, UNKNOWN)
    assert finding.status == 1
    assert finding.advisories == [
        "numpy 1.0: PYSEC-0, fixed in 1.1",
        "numpy 1.0: PYSEC-1, fixed in no version yet",
    ]


def test_unknown_package_does_not_count_as_clean() -> None:
    finding = _finding(CLEAN, UNKNOWN)
    assert finding.status == 77
    assert "NOT AUDITED: 1 of 2 packages" in finding.describe()


@pytest.mark.parametrize("err", ["", "Traceback …\nConnectionError: no route"])
def test_unreachable_service_is_reported(err: str) -> None:
    finding = parse_answer("", err)
    assert finding.status == 77
    assert finding.describe().startswith("NOT AUDITED: the advisories are unreachable (")


def test_timeout_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def time_out(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip-audit", 1)

    monkeypatch.setattr(subprocess, "run", time_out)
    assert audit.look_up("numpy==1.0\n").status == 77


def test_every_version_is_looked_up_once() -> None:
    packages = [Package("a", "1"), Package("a", "2"), Package("b", "1"), Package("a", "1")]
    assert requirements_files(packages) == ["a==1\nb==1\n", "a==2\n"]
