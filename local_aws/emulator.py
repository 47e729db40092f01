"""MiniStack as AWS: one server on 127.0.0.1 that speaks every service the stack uses.

    python -m local_aws.emulator

starts it with one answer corrected: ECR says ``ImageNotFoundException`` of a tag that
is not there.  MiniStack says that it found nothing, which CDK takes for an image that
was pushed already, and then no image ever is.  And its Distributed Map learns batches, its
functions reserved concurrency, and that a version is not another.
An alarm on what is calculated from metrics is there, but never sounds: MiniStack refuses it.
"""

import json
import os
import secrets
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import distributed_map, environments
from .engine import Engine
from .processes import Child

REGION = "us-east-1"
SECRET = "local"  # noqa: S105 - the emulator takes any


@dataclass(frozen=True)
class Emulator:
    """A running emulator, and the credentials of the one account in it."""

    port: int
    key: str  # CDK remembers an account by its key, so every emulator has its own

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """The variables with which AWS's libraries and CDK find it, and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


@contextmanager
def running(engine: Engine, folder: Path, *, memory: int, disk: int) -> Iterator[Emulator]:
    """Run an emulator whose functions are containers of the engine, as tight as Lambda's.

    Args:
        engine: where the containers run.
        folder: for its log.
        memory: what a function's container may use, in MB.
        disk: what it may write to ``/tmp``, in MB.
    """
    emulator = Emulator(_free_port(), f"AKIA{secrets.token_hex(8).upper()}")
    env = {
        **os.environ,
        **engine.env,
        "GATEWAY_PORT": str(emulator.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": emulator.key,
        "LAMBDA_EXECUTOR": "docker",
        "LAMBDA_STRICT": "1",
        "LAMBDA_DOCKER_FLAGS": f"--memory {memory}m --read-only --tmpfs /tmp:size={disk}m",
        "IOT_MTLS_ENABLED": "0",  # it would listen on every address
        "SFTP_ENABLED": "0",
    }
    with Child(
        "MiniStack",
        [sys.executable, "-m", "local_aws.emulator"],
        log=folder / "ministack.log",
        ready=lambda: _healthy(emulator),
        env=env,
    ):
        yield emulator


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _healthy(emulator: Emulator) -> bool:
    try:
        with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", timeout=2):
            return True
    except OSError:
        return False


def main() -> None:
    from ministack import app
    from ministack.core.responses import error_response_json
    from ministack.services import ecr
    from ministack.services.cloudformation import provisioners

    describe = ecr._describe_images

    def corrected(data: dict[str, Any]) -> Any:
        status, headers, body = describe(data)
        if status == 200 and data.get("imageIds") and not json.loads(body)["imageDetails"]:
            return error_response_json(
                "ImageNotFoundException", "The image requested does not exist.", 400
            )
        return status, headers, body

    ecr._describe_images = corrected
    alarm = provisioners._cw_metric_alarm_record

    def silent(name: str, props: dict[str, Any]) -> Any:
        if "Metrics" not in props:
            return alarm(name, props)
        (one, *_) = (part["MetricStat"] for part in props["Metrics"] if "MetricStat" in part)
        rest = {key: value for key, value in props.items() if key != "Metrics"}
        return alarm(name, {**one["Metric"], **rest, "Threshold": 1e300})

    provisioners._cw_metric_alarm_record = silent
    distributed_map.install()
    environments.install()
    app.main()


if __name__ == "__main__":
    main()
