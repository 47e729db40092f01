"""`make deploy-local`, interrupted with Ctrl-C."""

import signal
import subprocess
import sys
import time

import psutil
import pytest
from infra.cdk_cli import ROOT

RUNTIME_FOLDER = "essay-scorer-docker-"  # in the command line of all processes of the daemon


def _deploy_until(marker: str) -> subprocess.Popen[str]:
    """Start the command, and return once it has printed the marker."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local_aws"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = []
    for line in process.stdout:
        output.append(line)
        if marker in line:
            return process
    raise AssertionError("".join(output))


def _descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that it started; those in containers have another parent."""
    found = psutil.Process(process.pid).children(recursive=True)
    for other in psutil.process_iter(["cmdline"]):
        if any(RUNTIME_FOLDER in word for word in other.info["cmdline"] or ()):
            found += [other, *other.children(recursive=True)]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("marker", "status", "programs"),
    [
        ("deploying", 130, {"dockerd", "containerd"}),
        (
            "Press Ctrl-C to destroy the deployment.",
            0,
            {"dockerd", "containerd", "containerd-shim", "aws-lambda-rie"},
        ),
    ],
)
def test_ctrl_c_ends_all_processes(marker: str, status: int, programs: set[str]) -> None:
    process = _deploy_until(marker)
    time.sleep(1)
    started = _descendants(process)
    names = {one.name() for one in started if one.is_running()}
    assert {name for name in programs if not any(name in other for other in names)} == set()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=180)
    assert process.returncode == status, output
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []
