"""What goes wrong in a deployment: each test writes a row of docs/reliability.md."""

import hashlib
import json
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from infra.cdk import ROOT, CdkError
from infra.operate import OperationError, Operator
from tests.faults.page import Table

from local_aws.deployment import Cloud

from .calls import Reply, curl
from .copies import copy_repository

TABLE = Table("The deployment")

KILLED = "the process is killed in the middle of a request"
GONE = "the environment is gone in the middle of a request"
TIMEOUT = "a request takes longer than `timeout`"
MEMORY = "memory runs out in a request"
NO_ROOM = "`/tmp` is full"
BURST = "200 requests at once, `reserved_concurrency = 2`"
PATIENCE = "a client that does not wait for the answer"
HALF = "half a request, then nothing more"
CLOCK = "the clock jumps a day ahead, and two back"
TRUNCATED = "a new model, of which a file is cut short"
ALTERED = "a new model, of which a file is altered"
BAD = "a new model that starts and cannot score"
HALFWAY = "a deployment that fails half-way"
TWICE = "two deployments at once"
FAULTS = (
    KILLED, GONE, TIMEOUT, MEMORY, NO_ROOM, BURST, PATIENCE, HALF, CLOCK, TRUNCATED, ALTERED, BAD,
    HALFWAY, TWICE,
)  # fmt: skip

NAME = "faults"
SHORT = json.dumps({"text": "The town should keep its library, because everybody reads there."})
LONG = json.dumps({"text": "The town should keep its library. " * 1500})  # seconds of work
WORDS = (ROOT / "examples" / "strong.txt").read_text(encoding="utf-8").split()
LONGEST = " ".join(f"{word}{place}" for place, word in enumerate(WORDS * 30))  # no two are alike
NOTHING = "nothing of it"
GOES_ON = "the next request is answered"
ANOTHER = "the next request is answered, by a new environment"
SHIPPED = json.loads((ROOT / "models/default/bundle.json").read_text(encoding="utf-8"))["version"]
OLD_ANSWERS = {(200, SHIPPED)}  # status and model's version
OLD = "200, by the version before, all the time"


@dataclass(frozen=True)
class Deployment:
    """A deployment that a test may harm."""

    cloud: Cloud
    operator: Operator
    outputs: dict[str, str]

    @property
    def url(self) -> str:
        return self.cloud.here(self.outputs["Url"])

    def send(self, body: str, *options: str) -> Reply:
        return curl(self.url, *options, data=body.encode())

    def environments(self) -> list[str]:
        """Return its containers, the newest first; no other function runs meanwhile."""
        return self.cloud.engine.docker("ps", "--quiet").split()

    def process(self) -> int:
        """Return the number, on this machine, of the process that scores."""
        (environment, *_) = self.environments()
        listed = self.cloud.engine.docker("top", environment, "-o", "pid,comm,args").splitlines()
        (found,) = (line.split() for line in listed if "python" in line.split()[1])
        return int(found[0])

    def goes_on(self) -> str:
        assert self.send(SHORT).status == 200
        return GOES_ON

    def one_environment(self) -> str:
        """Have one environment, started, and return it."""
        if others := self.environments():
            self.cloud.engine.docker("kill", *others)
        self.goes_on()
        (only,) = self.environments()
        return only

    def limit_memory(self, environment: str, megabytes: int) -> bool:
        """Lower what an environment may use; false where it uses more already."""
        limits = (f"--memory={megabytes}m", f"--memory-swap={megabytes}m")
        try:
            self.cloud.engine.docker("update", *limits, environment)
        except RuntimeError:
            return False
        return True

    def log(self) -> list[str]:
        """Return the lines of the log, once no more come: the emulator writes late."""
        lines: list[str] = []
        while True:
            time.sleep(0.7)
            found = self.cloud.client("logs").filter_log_events(
                logGroupName=self.outputs["LogGroup"]
            )
            now = [event["message"].strip() for event in found["events"]]
            if now and len(now) == len(lines):
                return now
            lines = now

    @contextmanager
    def logging(self) -> Iterator[list[str]]:
        """Give the lines of the log that come during a block, once it ended."""
        before, lines = set(self.log()), list[str]()
        yield lines
        # Of an environment that died, the emulator writes everything again.
        lines += [line for line in self.log() if line not in before]

    def in_the_middle(self, harm: Callable[[], object]) -> str:
        """Do something while it works on a request, and return what the caller gets."""
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self.send, LONG)
            time.sleep(0.4)
            harm()
            reply = asked.result()
        return f"{reply.status} `{_kind(reply)}`"

    @contextmanager
    def asked_all_the_time(self) -> Iterator[list[tuple[int, str]]]:
        """Call it again and again during a block; gives status and model's version."""
        seen: list[tuple[int, str]] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.wait(0.2):
                reply = self.send(SHORT)
                version = reply.json["model"]["version"] if reply.status == 200 else ""
                seen.append((reply.status, version))

        caller = threading.Thread(target=ask)
        caller.start()
        try:
            yield seen
        finally:
            stop.set()
            caller.join()


def _kind(reply: Reply) -> str:
    """Return what an error calls itself; the emulator says more than AWS does."""
    said = reply.json
    return str(said.get("errorType") or said.get("__type") or said["error"]["code"])


def _own_lines(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.fixture(scope="module")
def operator(cloud: Cloud) -> Iterator[Operator]:
    operator = cloud.operator(name=NAME, reserved_concurrency=2, timeout=5)
    operator.bootstrap()
    yield operator
    operator.destroy()


@pytest.fixture(scope="module")
def deployed(cloud: Cloud, operator: Operator) -> Deployment:
    return Deployment(cloud, operator, operator.deploy())


@pytest.fixture
def copied(cloud: Cloud, tmp_path: Path) -> tuple[Path, Operator]:
    """A copy of the repository, and what deploys it to the same place."""
    copy_repository(tmp_path)
    copy = Cloud(cloud.engine, cloud.emulator, tmp_path)
    return tmp_path, copy.operator(name=NAME, reserved_concurrency=2, timeout=5)


def test_the_process_is_killed(deployed: Deployment) -> None:
    deployed.one_environment()
    process = deployed.process()
    with deployed.logging() as lines:
        caller = deployed.in_the_middle(lambda: os.kill(process, signal.SIGKILL))
    assert any("Runtime exited with error: signal: killed" in line for line in lines)
    assert _own_lines(lines) == []
    TABLE.check_row(
        KILLED,
        caller=caller,
        logged="the platform's line: *Runtime exited with error: signal: killed*",
        recovery=f"{deployed.goes_on()}, by a new process",
    )


def test_the_environment_is_gone(deployed: Deployment) -> None:
    only = deployed.one_environment()
    with deployed.logging() as lines:
        reply = deployed.in_the_middle(lambda: deployed.cloud.engine.docker("kill", only))
    assert _own_lines(lines) == []
    assert any(line.startswith("REPORT") for line in lines)
    deployed.goes_on()
    assert only not in deployed.environments()
    TABLE.check_row(
        GONE,
        caller=reply.split()[0],
        logged="the platform's line, *REPORT*, without one of the function",
        recovery=ANOTHER,
    )


def test_a_request_takes_too_long(deployed: Deployment) -> None:
    only = deployed.one_environment()
    with deployed.logging() as lines:
        reply = deployed.send(json.dumps({"text": LONGEST}))
    assert reply.json["errorMessage"] == "Task timed out after 5.00 seconds"
    (report,) = (line for line in lines if line.startswith("REPORT"))
    assert 5_000 <= float(report.partition("Duration: ")[2].split()[0]) < 10_000
    assert _own_lines(lines) == []
    deployed.goes_on()
    assert only not in deployed.environments()
    TABLE.check_row(
        TIMEOUT,
        caller=f"{reply.status} `{_kind(reply)}`, after `timeout`",
        logged="the platform's line, *REPORT*, with `timeout` as its duration",
        recovery=ANOTHER,
    )


def test_memory_runs_out(deployed: Deployment) -> None:
    only = deployed.one_environment()
    with deployed.logging() as lines:
        least = next(size for size in range(200, 0, -2) if not deployed.limit_memory(only, size))
        # A little more, so that what watches over the process has enough.
        assert deployed.limit_memory(only, least + 10)
        reply = deployed.send(json.dumps({"text": LONGEST}))
    assert "signal: killed" in reply.json["errorMessage"]
    assert any("Runtime exited with error: signal: killed" in line for line in lines)
    assert not any(LONGEST[:20] in line for line in lines)
    deployed.cloud.engine.docker("kill", only)
    TABLE.check_row(
        MEMORY,
        caller=f"{reply.status} `{_kind(reply)}`",
        logged="the platform's line: *Runtime exited with error: signal: killed*",
        recovery=f"{deployed.goes_on()}; with a text like this one, by more `memory`",
    )


def test_no_room_for_files(deployed: Deployment) -> None:
    only = deployed.one_environment()
    fill = "import pathlib; f = pathlib.Path('/tmp/x').open('wb', 0)\nwhile f.write(bytes(4096)): 0"
    with pytest.raises(RuntimeError, match="No space left on device"):
        deployed.cloud.engine.docker("exec", only, "python3", "-c", fill)
    with deployed.logging() as lines:
        reply = deployed.send(SHORT)
    assert deployed.environments() == [only]
    (line,) = _own_lines(lines)
    TABLE.check_row(
        NO_ROOM,
        caller=f"{reply.status}: no request touches a file",
        logged=f"its line, {line['status']}",
        recovery=deployed.goes_on(),
    )


def test_a_burst(deployed: Deployment) -> None:
    deployed.one_environment()
    with ThreadPoolExecutor(200) as pool:
        replies = list(pool.map(lambda _number: deployed.send(SHORT), range(200)))
    seen = Counter(reply.status for reply in replies)
    assert set(seen) == {200, 429}, seen
    environments = deployed.environments()
    assert len(environments) <= 2
    # The emulator leaves lines out where two come at once; what they wrote is whole.
    said = "".join(map(deployed.cloud.engine.logs, environments)).splitlines()
    assert len(_own_lines(said)) == 1 + seen[200]
    TABLE.check_row(
        BURST,
        caller="200, two at a time; the others 429 at once",
        logged="a line for each that was answered; the refused ones are a metric with an alarm",
        recovery=deployed.goes_on(),
    )


def test_a_client_gives_up(deployed: Deployment) -> None:
    with deployed.logging() as lines:
        with pytest.raises(subprocess.CalledProcessError):
            deployed.send(LONG, "--max-time", "0.4")
        deployed.goes_on()
        time.sleep(2)
    statuses = {line["status"] for line in _own_lines(lines)}
    TABLE.check_row(
        PATIENCE,
        caller="its own time-out",
        logged=f"the line of a request that was answered, {statuses.pop()}",
        recovery=f"{GOES_ON}, by another environment meanwhile",
    )


def test_half_a_request(deployed: Deployment) -> None:
    with deployed.logging() as lines:
        with pytest.raises(subprocess.CalledProcessError):
            deployed.send(SHORT, "--header", "Content-Length: 5000", "--max-time", "1")
        recovers = deployed.goes_on()
    assert len(_own_lines(lines)) == 1
    TABLE.check_row(
        HALF, caller="its own time-out", logged="nothing: no function is asked", recovery=recovers
    )


JUMPING = """\
import pathlib, time
_time = time.time
def _jumping():
    try:
        return _time() + float(pathlib.Path("/tmp/clock").read_text())
    except (OSError, ValueError):
        return _time()
time.time = _jumping
"""


def test_the_clock_jumps(deployed: Deployment, copied: tuple[Path, Operator]) -> None:
    root, operator = copied
    handler = root / "image" / "src" / "main.py"
    handler.write_text(JUMPING + handler.read_text())
    operator.deploy()
    only = deployed.one_environment()
    with deployed.logging() as lines:
        seen = [deployed.send(SHORT).status]
        for seconds in (86_400, -86_400):
            set_clock = f"open('/tmp/clock', 'w').write('{seconds}')"
            deployed.cloud.engine.docker("exec", only, "python3", "-c", set_clock)
            seen.append(deployed.send(SHORT).status)
    own = _own_lines(lines)
    assert all(0 < line["milliseconds"] < 10_000 for line in own)
    assert max(line["time"] for line in own) - min(line["time"] for line in own) > 86_400_000
    (status,) = set(seen)
    TABLE.check_row(
        CLOCK,
        caller=str(status),
        logged="the clock's time; what a request took is measured by another clock",
        recovery=deployed.goes_on(),
    )


def _harm(root: Path, change: Callable[[bytearray], None]) -> None:
    weights = root / "models" / "default" / "model.onnx.data"
    content = bytearray(weights.read_bytes())
    change(content)
    weights.write_bytes(content)


def _cut(content: bytearray) -> None:
    del content[len(content) // 2 :]


def _alter(content: bytearray) -> None:
    content[len(content) // 2] ^= 1


@pytest.mark.parametrize(("fault", "change"), [(TRUNCATED, _cut), (ALTERED, _alter)])
def test_a_broken_model_is_not_even_built(
    deployed: Deployment,
    copied: tuple[Path, Operator],
    fault: str,
    change: Callable[[bytearray], None],
) -> None:
    root, operator = copied
    _harm(root, change)
    with deployed.asked_all_the_time() as seen, pytest.raises(CdkError) as failed:
        operator.deploy()
    (said,) = {
        line.partition("essay-scorer: ")[2]
        for line in str(failed.value).splitlines()
        if "/bundle/model.onnx.data" in line
    }
    assert set(seen) == OLD_ANSWERS, Counter(seen)
    TABLE.check_row(
        fault,
        caller=OLD,
        logged=f"the build stops: *{said.strip()}*",
        recovery="the next deployment of a whole one",
    )


def _of_another_model(bundle: Path) -> None:
    """Give a bundle the tokenizer of an encoder that knows more words, and true hashes."""
    tokenizer, manifest = bundle / "tokenizer.json", bundle / "bundle.json"
    rules = json.loads(tokenizer.read_text(encoding="utf-8"))
    vocabulary = rules["model"]["vocab"]
    vocabulary["sentence"] = len(vocabulary) + 100
    tokenizer.write_text(json.dumps(rules), encoding="utf-8")
    content = tokenizer.read_bytes()
    said = json.loads(manifest.read_text(encoding="utf-8"))
    said["version"] = "of another model"
    said["files"]["tokenizer.json"] = {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    manifest.write_text(json.dumps(said), encoding="utf-8")


def test_a_model_that_cannot_score_never_answers(
    deployed: Deployment, copied: tuple[Path, Operator]
) -> None:
    root, operator = copied
    _of_another_model(root / "models" / "default")
    with deployed.asked_all_the_time() as seen, pytest.raises(OperationError) as failed:
        operator.deploy()
    assert "goes on answering" in str(failed.value)
    assert set(seen) == OLD_ANSWERS, Counter(seen)
    assert deployed.operator.deploy()["Version"]  # mended, it is deployed
    assert deployed.send(SHORT).json["model"]["version"] == SHIPPED
    TABLE.check_row(
        BAD,
        caller=OLD,
        logged="`make deploy` ends with what the new version says, and which one goes on answering",
        recovery="the next deployment of one that can",
    )


def test_a_deployment_fails_half_way(deployed: Deployment) -> None:
    def kept_days() -> int:
        groups = deployed.cloud.client("logs").describe_log_groups(
            logGroupNamePrefix=deployed.outputs["LogGroup"]
        )
        return int(groups["logGroups"][0]["retentionInDays"])

    before = kept_days()
    greedy = deployed.cloud.operator(
        name=NAME, reserved_concurrency=950, log_retention=7, timeout=5
    )
    with deployed.asked_all_the_time() as seen, pytest.raises(CdkError) as failed:
        greedy.deploy()
    assert set(seen) == OLD_ANSWERS, Counter(seen)
    assert kept_days() == before
    said = "decreases account's UnreservedConcurrentExecution below its minimum value of [100]"
    assert said in str(failed.value)
    TABLE.check_row(
        HALFWAY,
        caller=OLD,
        logged="the stack's event, which CDK repeats: *… " + said + "*",
        recovery="CloudFormation puts back what was changed already",
    )


def test_two_deployments_at_once(deployed: Deployment, copied: tuple[Path, Operator]) -> None:
    root, _ = copied
    other = Cloud(deployed.cloud.engine, deployed.cloud.emulator, root)
    operators = [
        cloud.operator(name=NAME, reserved_concurrency=2, timeout=5, memory=memory)
        for cloud, memory in ((deployed.cloud, 2048), (other, 1024))
    ]

    def deploy(operator: Operator) -> str:
        try:
            operator.deploy()
        except (CdkError, OperationError) as error:
            return str(error)
        return ""

    with deployed.asked_all_the_time() as seen, ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(deploy, operators))
    assert set(seen) == OLD_ANSWERS, Counter(seen)
    refused = [end for end in ends if end]
    assert len(refused) < 2, refused
    assert all(end.startswith("cdk deploy failed.") for end in refused)
    live = deployed.cloud.client("lambda").get_function_configuration(
        FunctionName=deployed.outputs["FunctionName"], Qualifier="live"
    )
    assert live["MemorySize"] in [
        operator.settings.memory for operator, end in zip(operators, ends, strict=True) if not end
    ]
    TABLE.check_row(
        TWICE,
        caller="200, all the time",
        logged="the one that finds the stack busy ends with CDK's own sentence",
        recovery="the other one is deployed whole; the refused one can be deployed after it",
    )


def test_the_page_has_these_faults_and_no_others() -> None:
    TABLE.check_faults(FAULTS)
