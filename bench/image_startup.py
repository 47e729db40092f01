"""Measure the startup of both images under AWS's runtime interface emulator, in alternating runs.

    .venv-infra/bin/python -m bench.image_startup [--runs N]

One image is the deployed one, the other holds the stand-in for the original system. Every run is a
new container with the function's memory, invoked twice. The times that the emulator reports are
added to ``docs/performance.json``, beside the measurements of ``bench.speed``.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from infra.image import DOCKERFILE, build_args
from infra.settings import Settings
from local_aws import base_images, engine, prerequisites
from local_aws.deployment import FOLDER

ROOT = Path(__file__).resolve().parents[1]
ORIGINAL = ROOT / "bench" / "original"
RESULT = ROOT / "docs" / "performance.json"
ESSAY = ROOT / "examples" / "middling.txt"
IMAGES = {"ours": "essay-scorer-bench", "original": "original-bench"}
INVOCATIONS = "/2015-03-31/functions/function/invocations"
INIT_LINE = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
INVOKE_LINE = re.compile(r"INVOKE RTDONE\(.*?duration: ([\d.]+)ms\)")
MAX_WAIT = 120.0  # seconds for an answer


@contextmanager
def docker_with_our_image(parser: argparse.ArgumentParser) -> Iterator[engine.Engine]:
    """Run a Docker daemon that has the deployed image; exit if this machine cannot run one."""
    try:
        prerequisites.check()
        with engine.running(FOLDER) as docker:
            base_images.make_base_images(docker, FOLDER)
            build_ours(docker)
            yield docker
    except prerequisites.PrerequisiteError as error:
        parser.exit(prerequisites.CANNOT_RUN, f"not run: {error}\n")


def add_measurements(name: str, found: Mapping[str, Any]) -> None:
    """Add measurements to ``docs/performance.json``."""
    measured = json.loads(RESULT.read_text(encoding="utf-8"))
    measured[name] = found
    RESULT.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def build_ours(docker: engine.Engine) -> None:
    """Build the image that is deployed."""
    overrides = {"base_image": base_images.FUNCTION_IMAGE, "lab_image": base_images.LAB_IMAGE}
    arguments = build_args(Settings.load(overrides, folder=ROOT), ROOT)
    options = [f"--build-arg={name}={value}" for name, value in arguments.items()]
    print("building our image", file=sys.stderr)
    docker.docker(
        "build", "--quiet", "--file", DOCKERFILE, *options, "--tag", IMAGES["ours"], str(ROOT)
    )


def build_original(docker: engine.Engine, models: Path) -> None:
    """Build the stand-in's image.

    Args:
        docker: that builds it.
        models: the folder of its models.
    """
    print("building the original's image", file=sys.stderr)
    with tempfile.TemporaryDirectory() as context:
        for name in ("Dockerfile", "requirements.txt", "original_handler.py"):
            shutil.copy(ORIGINAL / name, context)
        shutil.copytree(models, Path(context) / "models")
        docker.docker(
            "build",
            "--quiet",
            f"--build-arg=FUNCTION_BASE={base_images.FUNCTION_IMAGE}",
            f"--build-arg=BASE={base_images.LAB_IMAGE}",
            "--tag",
            IMAGES["original"],
            context,
        )


def measure(docker: engine.Engine, runs: int, memory: int) -> dict[str, Any]:
    """Start the images in turn, and return sizes in bytes and times in seconds.

    Args:
        docker: that runs them.
        runs: new containers of each image.
        memory: limit of a container, in MB.
    """
    event = json.dumps({"text": ESSAY.read_text(encoding="utf-8")}).encode()
    found: dict[str, Any] = {
        name: {"bytes": docker.size(image), "init": [], "first": [], "second": []}
        for name, image in IMAGES.items()
    }
    for run in range(runs + 1):  # the first one only fills the page cache
        for name, image in IMAGES.items():
            times = invoke_twice(docker, image, memory, event)
            if run:
                _append(found[name], times)
            print(f"measured: image {name}, run {run} of {runs}", file=sys.stderr)
    return found


def _append(found: dict[str, Any], times: Mapping[str, float]) -> None:
    for key, value in times.items():
        found[key].append(value)


def invoke_twice(docker: engine.Engine, image: str, memory: int, event: bytes) -> dict[str, float]:
    """Start a container and invoke it twice; return the seconds that the emulator reports."""
    container = docker.docker("run", "--detach", f"--memory={memory}m", image).strip()
    try:
        template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        address = docker.docker("inspect", "--format", template, container).strip()
        for _ in range(2):
            _invoke(f"http://{address}:8080{INVOCATIONS}", event)
        log = docker.logs(container)
    finally:
        docker.docker("rm", "--force", container)
    (init,) = INIT_LINE.findall(log)
    first, second = INVOKE_LINE.findall(log)
    return {"init": float(init) / 1e3, "first": float(first) / 1e3, "second": float(second) / 1e3}


def _invoke(url: str, event: bytes) -> None:
    """Invoke the function, as soon as the emulator listens."""
    deadline = time.monotonic() + MAX_WAIT
    while True:
        try:
            with urllib.request.urlopen(url, event, timeout=MAX_WAIT) as answer:  # noqa: S310
                status = json.load(answer).get("statusCode")
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            if status != HTTPStatus.OK:
                raise RuntimeError(f"{url} answered {status}")
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5, help="new containers of each image")
    parser.add_argument("--original", type=Path, default=ROOT / ".venv-original")
    options = parser.parse_args()
    with docker_with_our_image(parser) as docker:
        build_original(docker, options.original.absolute() / "models")
        found = measure(docker, options.runs, Settings.load({}, folder=ROOT).memory)
    add_measurements("image", found)


if __name__ == "__main__":
    main()
