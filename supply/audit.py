"""Look up known vulnerabilities of all locked packages in the Python Package Index.

    python -m supply.audit

Exit status: 0 none is known; 1 at least one is known; 77 some packages could not be looked up.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supply.locks import Package, lock_files, read_lock, torch_package

VULNERABLE = 1  # exit status
INCOMPLETE = 77  # exit status
TIMEOUT = 600  # seconds
MAX_LISTED_NAMES = 5
MAX_ERROR_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the index knows about packages.

    Attributes:
        advisories: one line each.
        audited: how many packages it knows.
        unknown: names of the packages that it does not know.
        failure: why it could not be asked; empty if it was.
    """

    advisories: Sequence[str] = ()
    audited: int = 0
    unknown: Sequence[str] = ()
    failure: str = ""

    @property
    def status(self) -> int:
        """The exit status."""
        if self.advisories:
            return VULNERABLE
        return INCOMPLETE if self.unknown or self.failure else 0

    def describe(self) -> str:
        """Return a text of one line per advisory and a summary."""
        lines = list(self.advisories)
        if self.failure:
            lines.append(f"NOT AUDITED: the advisories are unreachable ({self.failure})")
        elif self.unknown:
            names = ", ".join(sorted(self.unknown)[:MAX_LISTED_NAMES])
            lines.append(
                f"NOT AUDITED: {len(self.unknown)} of {self.audited + len(self.unknown)} packages, "
                f"which the index does not know ({names} …)"
            )
        if self.audited:
            lines.append(f"{self.audited} packages audited, {len(self.advisories)} advisories")
        return "\n".join(lines)


def requirements_files(packages: Iterable[Package]) -> list[str]:
    """Return the fewest requirements files that together have every version of every package.

    A file can have only one version of a package.
    """
    files: list[dict[str, str]] = []  # name → line
    for name, version in sorted({(package.name, package.version) for package in packages}):
        file = next((file for file in files if name not in file), None)
        if file is None:
            files.append(file := {})
        file[name] = f"{name}=={version}\n"
    return ["".join(file.values()) for file in files]


def look_up(requirements: str) -> Finding:
    """Look up the packages of one requirements file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text(requirements, encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--format=json"]
        command += ["--disable-pip", "--no-deps", f"--requirement={path}"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired:
            return Finding(failure=f"no answer in {TIMEOUT} s")
    return parse_answer(done.stdout, done.stderr)


def parse_answer(out: str, err: str) -> Finding:
    """Parse the output of pip-audit.

    Args:
        out: its standard output, JSON.
        err: its standard error, whose last line says why there is no JSON.
    """
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError:
        last_line = (err.strip().splitlines() or ["no output of pip-audit"])[-1]
        return Finding(failure=last_line[:MAX_ERROR_CHARACTERS])
    packages = answer["dependencies"]
    known = [package for package in packages if "skip_reason" not in package]
    return Finding(
        advisories=[
            f"{package['name']} {package['version']}: {advisory['id']}, "
            f"fixed in {', '.join(advisory['fix_versions']) or 'no version yet'}"
            for package in known
            for advisory in package["vulns"]
        ],
        audited=len(known),
        unknown=[package["name"] for package in packages if "skip_reason" in package],
    )


def audit() -> Finding:
    """Look up all locked packages."""
    packages = [package for path in lock_files() for package in read_lock(path)]
    findings = [look_up(text) for text in requirements_files([*packages, torch_package()])]
    return Finding(
        advisories=[line for finding in findings for line in finding.advisories],
        audited=sum(finding.audited for finding in findings),
        unknown=[name for finding in findings for name in finding.unknown],
        failure=next((finding.failure for finding in findings if finding.failure), ""),
    )


def main() -> int:
    finding = audit()
    stream = sys.stderr if finding.status else sys.stdout
    print(finding.describe(), file=stream)
    return finding.status


if __name__ == "__main__":
    sys.exit(main())
