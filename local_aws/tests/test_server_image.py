"""The image of the server, without AWS: what it may do, its health, its key, and how it stops."""

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from infra.cdk_cli import ROOT

from local_aws import base_images
from local_aws.deployment import Cloud
from local_aws.engine import CLIENT, Engine
from local_aws.tests.copies import copy_repository

IMAGE = "essay-scorer-serve"
RESTRICTED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
MAX_SECONDS = 300
LONG = "The town should keep its library open on Sundays. " * 1500
# The hash of the key, which `essay-scorer key` prints, as a container of the image prints it.
MAKE_KEY = ("run", "--rm", "--entrypoint=python3", IMAGE, "-m", "essay_scorer.cli", "key")


@dataclass(frozen=True, kw_only=True)
class Container:
    """A running container of the image.

    Attributes:
        engine: that runs it.
        name: its ID.
        port: on the host's loopback.
    """

    engine: Engine
    name: str
    port: int

    def send(
        self, method: str, path: str, value: object = None, **headers: str
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=MAX_SECONDS)
        body = None if value is None else json.dumps(value)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def state(self) -> dict[str, Any]:
        described = self.engine.docker("inspect", "--format={{json .State}}", self.name)
        return json.loads(described)  # type: ignore[no-any-return]

    def wait_until_healthy(self) -> None:
        end = time.monotonic() + MAX_SECONDS
        while (health := self.state()["Health"])["Status"] != "healthy":
            assert time.monotonic() < end, health
            time.sleep(0.2)


@pytest.fixture(scope="module")
def engine(cloud: Cloud) -> Engine:
    """The Docker daemon, with the image built as a user builds it."""
    subprocess.run(
        ["make", "image-serve", f"DOCKER={CLIENT}", f"BASE={base_images.FUNCTION_IMAGE}"],
        cwd=ROOT,
        env={**os.environ, **cloud.engine.env},
        check=True,
    )
    return cloud.engine


def _run(engine: Engine, *options: str, command: tuple[str, ...] = ()) -> Container:
    health = "--health-interval=1s"
    publish = "--publish=127.0.0.1::8000"
    name = engine.docker(
        "run", "--detach", publish, health, *RESTRICTED, *options, IMAGE, *command
    ).strip()
    address = engine.docker("port", name, "8000/tcp").split()[0]
    assert address.startswith("127.0.0.1:")
    container = Container(engine=engine, name=name, port=int(address.rpartition(":")[2]))
    container.wait_until_healthy()
    return container


@pytest.fixture(scope="module")
def container(engine: Engine) -> Iterator[Container]:
    """A container without capabilities, whose root file system is read-only."""
    container = _run(engine)
    yield container
    engine.docker("rm", "--force", container.name)


def test_it_scores_and_shows_the_page(container: Container) -> None:
    status, body = container.send("POST", "/model/predict", {"texts": ["A short essay.", "1"]})
    assert status == 200
    score, error = json.loads(body)["answers"]
    assert score["essay score"] == 1
    assert error["error"]["code"] == "text_without_words"
    for path in ("/", "/docs", "/health", "/openapi.json", "/metrics", "/static/page.js"):
        assert container.send("GET", path)[0] == 200, path


def test_it_runs_as_nobody_and_writes_nothing(container: Container) -> None:
    python = ("exec", container.name, "python3", "-c")
    assert container.engine.docker(*python, "import os; print(os.getuid())").strip() == "65534"
    for folder in ("/", "/app", "/app/bundle", "/tmp"):
        with pytest.raises(RuntimeError, match=r"Read-only file system|Permission denied"):
            container.engine.docker(*python, f"open('{folder}/x', 'w')")
    changed = container.engine.docker("diff", container.name)
    assert changed.strip() == ""


def test_its_log_is_on_standard_output(container: Container) -> None:
    container.send("POST", "/", {"text": "Zyxwvut."}, **{"X-Request-Id": "lesson-7"})
    logs = container.engine.logs(container.name)
    lines = [json.loads(line) for line in logs.splitlines() if line.startswith("{")]
    assert "lesson-7" in {line["request_id"] for line in lines}
    assert "Zyxwvut" not in logs


@pytest.mark.parametrize("source", ["variable", "file"])
def test_it_requires_the_key_of_its_environment_or_of_a_secret_file(
    engine: Engine, source: str, tmp_path: Path
) -> None:
    words = engine.docker(*MAKE_KEY).split()
    key, hashed = words[1], words[3]
    secret = tmp_path / "key-hashes"
    secret.write_text(f"{hashed}\n", encoding="ascii")
    tmp_path.chmod(0o755)
    options: tuple[str, ...] = (f"--env=ESSAY_SCORER_KEY_HASHES={hashed}",)
    command: tuple[str, ...] = ()
    if source == "file":
        options = (f"--volume={secret}:/run/secrets/key-hashes:ro",)
        command = ("--key-hash-file", "/run/secrets/key-hashes")
    container = _run(engine, *options, command=command)
    text = {"text": "A short essay."}
    assert container.send("POST", "/", text)[0] == 401
    assert container.send("GET", "/metrics")[0] == 401
    assert container.send("GET", "/health")[0] == 200
    assert container.send("POST", "/", text, **{"X-Api-Key": key})[0] == 200
    engine.docker("rm", "--force", container.name)


def test_it_uses_the_cores_that_docker_gives_it(engine: Engine) -> None:
    code = "from essay_scorer.machine import available_cores; print(available_cores())"
    python = ("run", "--rm", "--cpus=1", "--entrypoint=python3", IMAGE, "-c", code)
    assert engine.docker(*python).strip() == "1"


def test_stopping_it_finishes_the_requests_in_flight(engine: Engine) -> None:
    container = _run(engine)
    with ThreadPoolExecutor(2) as threads:
        replies = [threads.submit(container.send, "POST", "/", {"text": LONG}) for _ in range(2)]
        in_flight = "essay_scorer_requests_in_flight 3.0"  # this one included
        while in_flight not in container.send("GET", "/metrics")[1].decode():
            assert not any(reply.done() for reply in replies)
        engine.docker("stop", f"--time={MAX_SECONDS}", container.name)
        answers = [reply.result() for reply in replies]
    assert [status for status, _ in answers] == [200, 200]
    state = container.state()
    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
    engine.docker("rm", container.name)


def test_change_of_code_leaves_the_layers_of_packages_and_model(
    engine: Engine, tmp_path: Path
) -> None:
    copy_repository(tmp_path)
    with (tmp_path / "src" / "essay_scorer" / "scorer.py").open("a") as code:
        code.write("# A comment.\n")
    for path in (tmp_path / "models").rglob("*"):
        os.utime(path)
    base = f"--build-arg=BASE={base_images.FUNCTION_IMAGE}"
    file = f"--file={tmp_path / 'image' / 'Dockerfile.serve'}"
    build = ("build", "--quiet", "--no-cache", file, base, str(tmp_path))
    packages, model, code_layer = _own_layers(engine, IMAGE)
    changed = _own_layers(engine, engine.docker(*build).strip())
    assert changed[:2] == [packages, model]
    assert changed[2] != code_layer


def _own_layers(engine: Engine, image: str) -> list[str]:
    """Return the digests of the layers of packages, model and code."""
    layers = engine.docker("image", "inspect", "--format={{json .RootFS.Layers}}", image)
    without_workdir = json.loads(layers)[:-1]  # the last layer is the empty one of WORKDIR
    return without_workdir[-3:]  # type: ignore[no-any-return]
