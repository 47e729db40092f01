"""Measure both images under AWS's emulator of the runtime's interface, in alternating runs.

    .venv-infra/bin/python -m bench.image [--runs N]

The image is the one that is deployed; the stand-in for the first system becomes an image
too.  Every run is a fresh container with the function's memory, invoked twice.  What the
emulator reports goes to ``docs/performance.json``, beside what ``bench.speed`` measured.
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
from http import HTTPStatus
from pathlib import Path
from typing import Any

from infra.image import DOCKERFILE, build_args
from infra.settings import Settings
from local_aws import base, engine, needs
from local_aws.deployment import FOLDER

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "docs" / "performance.json"
ESSAY = ROOT / "examples" / "middling.txt"
IMAGES = {"ours": "essay-scorer-bench", "original": "original-bench"}
INVOCATIONS = "/2015-03-31/functions/function/invocations"
INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
INVOKED = re.compile(r"INVOKE RTDONE\(.*?duration: ([\d.]+)ms\)")
WAIT = 120.0  # seconds for an answer


def build(docker: engine.Engine, models: Path) -> None:
    """Make both images."""
    settings = Settings.load({"base_image": base.FUNCTION, "lab_image": base.LAB}, folder=ROOT)
    arguments = [f"--build-arg={key}={value}" for key, value in build_args(settings, ROOT).items()]
    print("making our image", file=sys.stderr)
    docker.docker(
        "build", "--quiet", "--file", DOCKERFILE, *arguments, "--tag", IMAGES["ours"], str(ROOT)
    )
    print("making the original's image", file=sys.stderr)
    with tempfile.TemporaryDirectory() as place:
        for name in ("Dockerfile", "requirements.txt", "main.py"):
            shutil.copy(ROOT / "bench" / "original" / name, place)
        shutil.copytree(models, Path(place) / "models")
        docker.docker(
            "build", "--quiet", f"--build-arg=FUNCTION_BASE={base.FUNCTION}",
            f"--build-arg=BASE={base.LAB}", "--tag", IMAGES["original"], place,
        )  # fmt: skip


def measure(docker: engine.Engine, runs: int, memory: int) -> dict[str, Any]:
    """Start each image in turn, and invoke it cold and warm."""
    event = json.dumps({"text": ESSAY.read_text(encoding="utf-8")}).encode()
    found: dict[str, Any] = {
        name: {"bytes": docker.size(image), "init": [], "first": [], "second": []}
        for name, image in IMAGES.items()
    }
    for number in range(runs + 1):  # the first run of each only fills the page cache
        for name, image in IMAGES.items():
            times = invoke(docker, image, memory, event)
            if number:
                for key, value in times.items():
                    found[name][key].append(value)
            print(f"measured: image, {name}, run {number} of {runs}", file=sys.stderr)
    return found


def invoke(docker: engine.Engine, image: str, memory: int, event: bytes) -> dict[str, float]:
    """Start a container and invoke it twice; return the seconds that the emulator reports."""
    container = docker.docker("run", "--detach", f"--memory={memory}m", image).strip()
    try:
        inside = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        address = docker.docker("inspect", "--format", inside, container).strip()
        for _ in range(2):
            _post(f"http://{address}:8080{INVOCATIONS}", event)
        said = docker.logs(container)
    finally:
        docker.docker("rm", "--force", container)
    (init,) = INIT.findall(said)
    first, second = INVOKED.findall(said)
    return {"init": float(init) / 1e3, "first": float(first) / 1e3, "second": float(second) / 1e3}


def _post(url: str, event: bytes) -> None:
    """Invoke; the emulator needs a moment before it listens."""
    until = time.monotonic() + WAIT
    while True:
        try:
            with urllib.request.urlopen(url, event, timeout=WAIT) as answer:  # noqa: S310
                status = json.load(answer).get("statusCode")
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            if status != HTTPStatus.OK:
                raise RuntimeError(f"{url} answered {status}")
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5, help="fresh containers of each")
    parser.add_argument("--original", type=Path, default=ROOT / ".venv-original")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        needs.check()
        with engine.running(FOLDER) as docker:
            base.make_bases(docker, FOLDER)
            build(docker, options.original.absolute() / "models")
            found = measure(docker, options.runs, Settings.load({}, folder=ROOT).memory)
    except needs.UnfitError as error:
        parser.exit(needs.UNFIT, f"not run: {error}\n")
    measured = json.loads(RESULT.read_text(encoding="utf-8"))
    measured["image"] = found
    RESULT.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
