"""Faults of a deployed function: its process, environment, memory, disk, clients and clock."""

import os
import signal
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from infra.operations import Operator

from local_aws.tests.faults import fault_table as page
from local_aws.tests.faults.deployment_target import (
    LONGEST,
    LONGEST_TEXT,
    SHORT,
    Target,
    end_clients,
    error_type,
    request_log_lines,
)


def test_process_is_killed(target: Target) -> None:
    target.single_environment()
    process = target.process_id()
    with target.new_log_lines() as lines:
        caller = target.harm_during_request(lambda: os.kill(process, signal.SIGKILL))
    assert any("Runtime exited with error: signal: killed" in line for line in lines)
    assert request_log_lines(lines) == []
    page.TABLE.check_row(
        page.KILLED,
        caller=caller,
        logged=page.KILLED_LINE,
        recovery=f"{target.check_next_request()}, in a new process",
    )


def test_environment_is_gone(target: Target) -> None:
    container = target.single_environment()
    with target.new_log_lines() as lines:
        caller = target.harm_during_request(lambda: target.cloud.engine.docker("kill", container))
    assert request_log_lines(lines) == []
    assert any(line.startswith("REPORT") for line in lines)
    target.check_next_request()
    assert container not in target.environments()
    page.TABLE.check_row(
        page.ENVIRONMENT_GONE,
        caller=caller.split()[0],
        logged="the platform's line, *REPORT*; no line of the function",
        recovery=page.NEW_ENVIRONMENT,
    )


def test_request_exceeds_timeout(target: Target) -> None:
    container = target.single_environment()
    with target.new_log_lines() as lines:
        response = target.send(LONGEST)
    assert response.json["errorMessage"] == "Task timed out after 5.00 seconds"
    (report,) = (line for line in lines if line.startswith("REPORT"))
    assert 5_000 <= float(report.partition("Duration: ")[2].split()[0]) < 10_000
    assert request_log_lines(lines) == []
    target.check_next_request()
    assert container not in target.environments()
    page.TABLE.check_row(
        page.TIMEOUT,
        caller=f"{response.status} `{error_type(response)}`, after `timeout`",
        logged="the platform's line, *REPORT*, with `timeout` as its duration",
        recovery=page.NEW_ENVIRONMENT,
    )


def test_out_of_memory(target: Target) -> None:
    container = target.single_environment()
    with target.new_log_lines() as lines:
        used = next(size for size in range(200, 0, -2) if not target.limit_memory(container, size))
        # A little more than it uses, so that the runtime's supervisor survives.
        assert target.limit_memory(container, used + 10)
        response = target.send(LONGEST)
    assert "signal: killed" in response.json["errorMessage"]
    assert any("Runtime exited with error: signal: killed" in line for line in lines)
    assert not any(LONGEST_TEXT[:20] in line for line in lines)
    target.cloud.engine.docker("kill", container)
    page.TABLE.check_row(
        page.MEMORY,
        caller=f"{response.status} `{error_type(response)}`",
        logged=page.KILLED_LINE,
        recovery=f"{target.check_next_request()}; a text of this size needs more `memory`",
    )


FILL_TMP = "import pathlib; f = pathlib.Path('/tmp/x').open('wb', 0)\nwhile f.write(bytes(4096)): 0"


def test_tmp_is_full(target: Target) -> None:
    container = target.single_environment()
    with pytest.raises(RuntimeError, match="No space left on device"):
        target.cloud.engine.docker("exec", container, "python3", "-c", FILL_TMP)
    with target.new_log_lines() as lines:
        response = target.send(SHORT)
    assert target.environments() == [container]
    (line,) = request_log_lines(lines)
    page.TABLE.check_row(
        page.TMP_FULL,
        caller=f"{response.status}: requests write no files",
        logged=f"its line, {line['status']}",
        recovery=target.check_next_request(),
    )


def test_burst_is_throttled(target: Target) -> None:
    target.single_environment()
    with ThreadPoolExecutor(200) as pool:
        responses = list(pool.map(lambda _number: target.send(SHORT), range(200)))
    statuses = Counter(response.status for response in responses)
    assert set(statuses) == {200, 429}, statuses
    environments = target.environments()
    assert len(environments) <= 2
    # The emulator drops lines of concurrent requests; the output of the containers is complete.
    lines = "".join(map(target.cloud.engine.logs, environments)).splitlines()
    assert len(request_log_lines(lines)) == 1 + statuses[200]
    page.TABLE.check_row(
        page.BURST,
        caller="200 for two at a time; 429 at once for all others",
        logged="one line per scored request; throttled requests are a metric with an alarm",
        recovery=target.check_next_request(),
    )


def test_client_times_out(target: Target) -> None:
    container = target.single_environment()
    with pytest.raises(subprocess.CalledProcessError):
        target.harm_during_request(end_clients)
    target.check_next_request()
    assert len(target.environments()) == 2
    # The emulator drops lines of concurrent requests; the output of the container is complete.
    _, line = target.read_output(container, requests=2)
    page.TABLE.check_row(
        page.CLIENT_TIMEOUT,
        caller="its own timeout",
        logged=f"the line of a completed request, {line['status']}",
        recovery=f"{page.NEXT_SUCCEEDS}, in another environment meanwhile",
    )


def test_partial_request(target: Target) -> None:
    with target.new_log_lines() as lines:
        with pytest.raises(subprocess.CalledProcessError):
            target.send(SHORT, "--header", "Content-Length: 5000", "--max-time", "1")
        recovery = target.check_next_request()
    assert len(request_log_lines(lines)) == 1
    page.TABLE.check_row(
        page.PARTIAL,
        caller="its own timeout",
        logged="no line: the function is not invoked",
        recovery=recovery,
    )


ADJUSTABLE_CLOCK = """\
import pathlib, time
_time = time.time
def _adjusted():
    try:
        return _time() + float(pathlib.Path("/tmp/clock").read_text())
    except (OSError, ValueError):
        return _time()
time.time = _adjusted
"""
DAY = 86_400  # seconds


def test_clock_jumps(target: Target, copy: tuple[Path, Operator]) -> None:
    root, operator = copy
    handler = root / "image" / "src" / "main.py"
    handler.write_text(ADJUSTABLE_CLOCK + handler.read_text())
    operator.deploy()
    container = target.single_environment()
    with target.new_log_lines() as lines:
        statuses = {target.send(SHORT).status}
        for seconds in (DAY, -DAY):
            set_clock = f"open('/tmp/clock', 'w').write('{seconds}')"
            target.cloud.engine.docker("exec", container, "python3", "-c", set_clock)
            statuses.add(target.send(SHORT).status)
    logged = request_log_lines(lines)
    assert all(0 < line["duration_ms"] < 10_000 for line in logged)
    times = [line["time"] for line in logged]  # milliseconds
    assert max(times) - min(times) > DAY * 1000
    (status,) = statuses
    page.TABLE.check_row(
        page.CLOCK,
        caller=str(status),
        logged="the clock's time; durations come from the monotonic clock",
        recovery=target.check_next_request(),
    )
