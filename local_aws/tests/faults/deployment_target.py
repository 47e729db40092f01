"""A deployment that a test harms: its containers, its log, and calls to it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from infra.cdk_cli import ROOT
from infra.operations import Operator

from local_aws.deployment import Cloud
from local_aws.tests.calls import Response, curl
from local_aws.tests.faults.fault_table import NEXT_SUCCEEDS

NAME = "faults"  # of the deployment
SETTINGS = {"name": NAME, "reserved_concurrency": 2, "timeout": 5}

_WORDS = (ROOT / "examples" / "strong.txt").read_text(encoding="utf-8").split()
SHORT = json.dumps({"text": "The town should keep its library, because everybody reads there."})
LONG = json.dumps({"text": "The town should keep its library. " * 1500})  # seconds of work
LONGEST_TEXT = " ".join(f"{word}{index}" for index, word in enumerate(_WORDS * 30))
LONGEST = json.dumps({"text": LONGEST_TEXT})  # all words differ, so no work is shared

SCORING_TIME = 0.2  # seconds of processor time: the process has begun to score
LOG_POLL_INTERVAL = 0.7  # seconds; the emulator writes its log late
MAX_LOG_WAIT = 30  # seconds until a request that nobody waits for is logged


def error_type(response: Response) -> str:
    """Return the type of an error, which the emulator words differently from AWS."""
    body = response.json
    return str(body.get("errorType") or body.get("__type") or body["error"]["code"])


def request_log_lines(lines: list[str]) -> list[dict[str, Any]]:
    """Return the lines that the function wrote, without the platform's."""
    return [json.loads(line) for line in lines if line.startswith("{")]


def end_clients() -> None:
    """End this process's calls, as clients do that give up."""
    for child in psutil.Process().children():
        if child.name() == "curl":
            child.kill()


@dataclass(frozen=True)
class Target:
    """A deployment in the emulator.

    Attributes:
        cloud: in which it is.
        operator: of the deployment.
        outputs: of its stack.
    """

    cloud: Cloud
    operator: Operator
    outputs: dict[str, str]

    def send(self, body: str, *options: str) -> Response:
        return curl(self.cloud.resolve_url(self.outputs["Url"]), *options, data=body.encode())

    def check_next_request(self) -> str:
        """Check that it scores, and say so as the page does."""
        response = self.send(SHORT)
        assert response.status == 200, response.body
        return NEXT_SUCCEEDS

    def environments(self) -> list[str]:
        """Return its containers, the newest first; no other function runs meanwhile."""
        return self.cloud.environments()

    def single_environment(self) -> str:
        """End all environments, start one, and return its container."""
        if running := self.environments():
            self.cloud.engine.docker("rm", "--force", *running)
        self.check_next_request()
        (container,) = self.environments()
        return container

    def process_id(self) -> int:
        """Return the process, on this machine, that scores in the newest environment."""
        (newest, *_) = self.environments()
        listed = self.cloud.engine.docker("top", newest, "-o", "pid,comm,args").splitlines()
        (found,) = (line.split() for line in listed if "python" in line.split()[1])
        return int(found[0])

    def limit_memory(self, container: str, megabytes: int) -> bool:
        """Lower the memory limit of a container; return False if it already uses more."""
        limits = (f"--memory={megabytes}m", f"--memory-swap={megabytes}m")
        try:
            self.cloud.engine.docker("update", *limits, container)
        except RuntimeError:
            return False
        return True

    def read_log(self) -> list[str]:
        """Return all lines of the log, once no more arrive."""
        lines: list[str] = []
        while True:
            time.sleep(LOG_POLL_INTERVAL)
            found = self.cloud.client("logs").filter_log_events(
                logGroupName=self.outputs["LogGroup"]
            )
            now = [event["message"].strip() for event in found["events"]]
            if now and len(now) == len(lines):
                return now
            lines = now

    def read_output(self, container: str, *, requests: int) -> list[dict[str, Any]]:
        """Return the lines of requests that an environment has written, once there are so many."""
        deadline = time.monotonic() + MAX_LOG_WAIT
        while True:
            lines = request_log_lines(self.cloud.engine.logs(container).splitlines())
            if len(lines) >= requests or time.monotonic() > deadline:
                return lines
            time.sleep(LOG_POLL_INTERVAL)

    @contextmanager
    def new_log_lines(self) -> Iterator[list[str]]:
        """Yield a list that has, after the block, the lines written during it."""
        before, lines = set(self.read_log()), list[str]()
        yield lines
        # The emulator writes all lines of an environment again when it dies.
        lines += [line for line in self.read_log() if line not in before]

    def harm_during_request(self, harm: Callable[[], object]) -> str:
        """Do harm while a long request is scored, and return what its caller gets."""
        process = psutil.Process(self.process_id())
        before = process.cpu_times().user
        with ThreadPoolExecutor(1) as pool:
            request = pool.submit(self.send, LONG)
            while process.cpu_times().user < before + SCORING_TIME and not request.done():
                time.sleep(0.01)
            harm()
            response = request.result()
        return f"{response.status} `{error_type(response)}`"

    @contextmanager
    def continuous_requests(self) -> Iterator[list[tuple[int, str]]]:
        """Send requests during a block; yields the status and the model's version of each."""
        seen: list[tuple[int, str]] = []
        stop = threading.Event()

        def send_requests() -> None:
            while not stop.wait(0.2):
                response = self.send(SHORT)
                succeeded = response.status == 200
                version = response.json["model"]["version"] if succeeded else ""
                seen.append((response.status, version))

        caller = threading.Thread(target=send_requests)
        caller.start()
        try:
            yield seen
        finally:
            stop.set()
            caller.join()
