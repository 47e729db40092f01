"""`make deploy-local` as a person runs it, and ends it."""

import signal
import subprocess
import sys
import time

import psutil
import pytest
from infra.cdk import ROOT

from local_aws.needs import UNFIT

PLACE = "essay-scorer-docker-"  # in the command line of everything that the daemon starts


def _deploy_until(marker: str) -> subprocess.Popen[str]:
    """Start it, and return once it has said something."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local_aws"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if marker in line:
            return process
    if process.wait() == UNFIT:
        pytest.exit(f"not run: {said[-1]}", returncode=UNFIT)
    raise AssertionError("".join(said))


def _started_by(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return its processes, those in containers too, which are nobody's children."""
    found = psutil.Process(process.pid).children(recursive=True)
    for other in psutil.process_iter(["cmdline"]):
        if any(PLACE in word for word in other.info["cmdline"] or ()):
            found += [other, *other.children(recursive=True)]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("marker", "status", "programs"),
    [
        ("deploying", 130, {"dockerd", "containerd"}),
        (
            "Ctrl-C takes it down.",
            0,
            {"dockerd", "containerd", "containerd-shim", "aws-lambda-rie"},
        ),
    ],
)
def test_ctrl_c_leaves_no_process(marker: str, status: int, programs: set[str]) -> None:
    process = _deploy_until(marker)
    time.sleep(1)
    started = _started_by(process)
    names = {one.name() for one in started if one.is_running()}
    assert {name for name in programs if not any(name in other for other in names)} == set()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=180)
    assert process.returncode == status, said
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []
