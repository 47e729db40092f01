"""Clouds for tests in several processes: an emulator for each process, on one Docker daemon.

pytest-xdist distributes the tests. The process that does so starts the clouds, once the tests that
start a daemon of their own are over, and ends them. Each process that runs tests waits for its own.
"""

import os
import pickle
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from local_aws import deployment

ALONE = "test_deploy_local"  # the module whose tests start a daemon of their own
DISK = 8  # MB of a function's /tmp, so that a test can fill it
MAX_WAIT = 1200  # seconds for a cloud: the tests before it and two emulators take about one minute
POLL_INTERVAL = 0.1  # seconds
_PATH = "cloud"  # key of what a process is told: the file that describes its cloud


class SharedClouds:
    """A plugin of the process that distributes the tests."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self._folder = Path(self._running.enter_context(tempfile.TemporaryDirectory()))
        self._processes: list[str] = []
        self._alone: set[str] = set()  # tests that have not ended yet
        self._started = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        self._processes.append(node.gateway.id)
        node.workerinput[_PATH] = str(self._folder / node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._alone = {name for name in ids if ALONE in name}
        self._start_when_possible()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when not in ("setup", "call"):  # the last report of a test, or of a crash
            self._alone.discard(report.nodeid)
            self._start_when_possible()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self._running.close()

    def _start_when_possible(self) -> None:
        """Start the clouds, unless they run, or must not run yet."""
        if self._started or self._alone:
            return
        self._started = True
        docker = self._running.enter_context(deployment.running_engine())
        for name in self._processes:
            running = deployment.running_emulator(docker, deployment.FOLDER / name, disk=DISK)
            cloud = self._running.enter_context(running)
            part = self._folder / f"{name}.part"
            part.write_bytes(pickle.dumps(cloud))
            part.rename(self._folder / name)


def is_distributed(config: pytest.Config) -> bool:
    """Return whether this process runs only some of the tests."""
    return hasattr(config, "workerinput")


def wait_for_cloud(config: pytest.Config) -> deployment.Cloud:
    """Return the cloud of this process, as soon as it runs."""
    path = Path(config.workerinput[_PATH])  # type: ignore[attr-defined]
    deadline = time.monotonic() + MAX_WAIT
    while not path.exists():
        assert time.monotonic() < deadline, "no cloud was started"
        time.sleep(POLL_INTERVAL)
    cloud: deployment.Cloud = pickle.loads(path.read_bytes())
    return cloud


def list_processes(config: pytest.Config) -> list[psutil.Process]:
    """Return the processes of daemon and emulators that use this machine's network."""
    owner = psutil.Process(os.getppid() if is_distributed(config) else os.getpid())
    services = [
        child
        for child in owner.children()
        if {"dockerd", "local_aws.emulator"} & {*child.cmdline()}
    ]
    found = [*services, *(one for child in services for one in child.children(recursive=True))]
    return [process for process in found if _network(process.pid) == _network(os.getpid())]


def _network(process: int) -> str:
    """Return the network namespace of a process; "" if it has ended."""
    try:
        return str(Path(f"/proc/{process}/ns/net").readlink())
    except OSError:
        return ""
