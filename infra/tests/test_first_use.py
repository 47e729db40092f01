"""`npx cdk` in a fresh clone: ``infra/app.sh`` prepares the Python packages, and runs the app."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.cdk_cli import ROOT

APP = "infra/app.sh"
PREPARED = "prepared\n"  # on stderr, because CDK may read stdout
# Stands in for the target that installs the packages.
MAKEFILE = """\
.venv-infra/.ready: requirements/infra.txt
	@echo prepared
	@mkdir -p .venv-infra/bin
	@printf '#!/bin/sh\\necho "runs $$@"\\n' > .venv-infra/bin/python
	@chmod +x .venv-infra/bin/python
	@touch $@
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the launcher, and a Makefile that installs nothing."""
    (tmp_path / "infra").mkdir()
    shutil.copy(ROOT / APP, tmp_path / APP)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "infra.txt").write_text("")
    (tmp_path / "Makefile").write_text(MAKEFILE)
    return tmp_path


def _run(clone: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as CDK does, from another folder too."""
    return subprocess.run(
        ["/bin/sh", str(clone / APP)],
        cwd="/",
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_cdk_runs_the_launcher() -> None:
    assert f'"app": "sh {APP}"' in (ROOT / "cdk.json").read_text(encoding="utf-8")


def test_environment_is_prepared_once_before_the_app_runs(clone: Path) -> None:
    first, second = _run(clone), _run(clone)
    assert (first.returncode, first.stdout, first.stderr) == (0, "runs app.py\n", PREPARED)
    assert (second.returncode, second.stdout, second.stderr) == (0, "runs app.py\n", "")


def test_environment_is_prepared_again_after_an_update(clone: Path) -> None:
    _run(clone)
    ready = clone / ".venv-infra" / ".ready"
    os.utime(ready, (1, 1))  # older than the requirements
    assert _run(clone).stderr == PREPARED


def test_missing_make_is_named(clone: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "dirname").symlink_to(str(shutil.which("dirname")))
    done = _run(clone, PATH=str(programs))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "essay-scorer needs make to prepare its Python environment; install it.\n"


def test_missing_python_is_named(clone: Path) -> None:
    shutil.copy(ROOT / "Makefile", clone / "Makefile")
    (clone / "pyproject.toml").write_text("")
    done = _run(clone, PYTHON="/nonexistent/python")
    assert done.returncode != 0
    assert "essay-scorer needs Python 3.11 or later; name one with PYTHON=\n" in done.stderr
