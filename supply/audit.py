"""Ask the Python Package Index for advisories about every locked package.

    python -m supply.audit

Exit status: 0 nothing is known against any, 1 something is, 77 not all could be asked about.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .locks import Package, lock_files, read_lock, torch

VULNERABLE, NOT_ASKED = 1, 77
PATIENCE = 600  # seconds


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the index says of all packages."""

    known: Sequence[str] = ()  # a line for each advisory
    asked: int = 0
    unasked: Sequence[str] = ()  # packages that it said nothing of
    trouble: str = ""  # why it could not be asked at all

    @property
    def status(self) -> int:
        if self.known:
            return VULNERABLE
        return NOT_ASKED if self.unasked or self.trouble else 0

    def describe(self) -> str:
        """Say it to a person."""
        lines = list(self.known)
        if self.trouble:
            lines.append(f"NOT AUDITED: the advisories cannot be reached ({self.trouble})")
        elif self.unasked:
            some = ", ".join(sorted(self.unasked)[:5])
            lines.append(
                f"NOT AUDITED: {len(self.unasked)} of {self.asked + len(self.unasked)} packages, "
                f"of which the index here knows nothing ({some} …)"
            )
        if self.asked:
            lines.append(f"{self.asked} packages audited, {len(self.known)} advisories")
        return "\n".join(lines)


@dataclass
class _Round:
    """Packages of different names, which is what one requirements file can hold."""

    lines: dict[str, str] = field(default_factory=dict)


def rounds(packages: Iterable[Package]) -> list[str]:
    """Return requirements files in which every version of every package stands once."""
    found: list[_Round] = []
    for name, version in sorted({(package.name, package.version) for package in packages}):
        place = next((one for one in found if name not in one.lines), None)
        if place is None:
            found.append(place := _Round())
        place.lines[name] = f"{name}=={version}\n"
    return ["".join(one.lines.values()) for one in found]


def ask(text: str) -> Finding:
    """Ask about the packages of one requirements file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--format=json"]
        command += ["--disable-pip", "--no-deps", f"--requirement={path}"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired:
            return Finding(trouble=f"no answer in {PATIENCE} s")
    return read_answer(done.stdout, done.stderr)


def read_answer(out: str, err: str) -> Finding:
    """Return what pip-audit's answer says."""
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError:
        return Finding(trouble=(err.strip().splitlines() or ["pip-audit says nothing"])[-1][:200])
    known, asked, unasked = [], 0, []
    for one in answer["dependencies"]:
        if "skip_reason" in one:
            unasked.append(one["name"])
            continue
        asked += 1
        known += [
            f"{one['name']} {one['version']}: {found['id']}, "
            f"mended in {', '.join(found['fix_versions']) or 'no version yet'}"
            for found in one["vulns"]
        ]
    return Finding(known=known, asked=asked, unasked=unasked)


def audit() -> Finding:
    """Ask about everything that is locked."""
    packages = [package for path in lock_files() for package in read_lock(path)]
    findings = [ask(text) for text in rounds([*packages, torch()])]
    return Finding(
        known=[line for one in findings for line in one.known],
        asked=sum(one.asked for one in findings),
        unasked=[name for one in findings for name in one.unasked],
        trouble=next((one.trouble for one in findings if one.trouble), ""),
    )


def main() -> int:
    """Audit, and say what came out."""
    finding = audit()
    stream = sys.stderr if finding.status else sys.stdout
    print(finding.describe(), file=stream)
    return finding.status


if __name__ == "__main__":
    sys.exit(main())
