"""MiniStack in place of AWS: one server on 127.0.0.1 for every service that the stack uses.

    python -m local_aws.emulator

starts MiniStack with these corrections:

- ECR answers ``ImageNotFoundException`` for a tag that does not exist. MiniStack answers with an
  empty list, from which CDK concludes that the image was pushed already, and then never pushes it.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
- A Distributed Map has batches and result files (``distributed_map``).
- Functions have reserved concurrency, and versions do not share environments (``environments``).
- An alarm on a metric math expression can be created, but it never goes off. MiniStack refuses it.
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

from local_aws import distributed_map, environments
from local_aws.engine import Engine
from local_aws.forwarding import forward_to_loopback
from local_aws.processes import Child

REGION = "us-east-1"
SECRET_KEY = "local"  # noqa: S105 - MiniStack accepts any
UNREACHABLE_THRESHOLD = 1e300


@dataclass(frozen=True)
class Emulator:
    """A running emulator with one account.

    Attributes:
        port: on 127.0.0.1.
        access_key: of the account. CDK caches accounts by access key, so each emulator has a new
            one.
    """

    port: int
    access_key: str

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def container_label(self) -> str:
        """The label of the containers that it starts, among those of all emulators."""
        return f"ministack.instance={socket.gethostname()}:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """Environment variables with which AWS's libraries and CDK find only the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


@contextmanager
def running(engine: Engine, folder: Path, *, memory: int, disk: int) -> Iterator[Emulator]:
    """Run an emulator whose functions are containers with Lambda's restrictions.

    Args:
        engine: that runs the containers.
        folder: for the log.
        memory: limit of a function's container, in MB.
        disk: size of its ``/tmp``, in MB.
    """
    folder.mkdir(parents=True, exist_ok=True)
    emulator = Emulator(_find_free_port(), f"AKIA{secrets.token_hex(8).upper()}")
    env = {
        **os.environ,
        **engine.env,
        "GATEWAY_PORT": str(emulator.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": emulator.access_key,
        "LAMBDA_EXECUTOR": "docker",
        "LAMBDA_STRICT": "1",
        "LAMBDA_DOCKER_FLAGS": f"--memory {memory}m --read-only --tmpfs /tmp:size={disk}m",
        "IOT_MTLS_ENABLED": "0",  # it would listen on all addresses
        "SFTP_ENABLED": "0",
    }
    with (
        forward_to_loopback(engine, emulator.port) as url_for_containers,
        Child(
            "MiniStack",
            [sys.executable, "-m", "local_aws.emulator"],
            log=folder / "ministack.log",
            is_ready=lambda: _is_healthy(emulator),
            env={**env, "AWS_ENDPOINT_URL": url_for_containers},
        ),
    ):
        yield emulator


def _find_free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _is_healthy(emulator: Emulator) -> bool:
    try:
        with urllib.request.urlopen(f"{emulator.endpoint_url}/_ministack/health", timeout=2):
            return True
    except OSError:
        return False


def _correct_missing_images() -> None:
    from ministack.core.responses import error_response_json
    from ministack.services import ecr

    describe = ecr._describe_images

    def describe_images(request: dict[str, Any]) -> Any:
        status, headers, body = describe(request)
        if status == 200 and request.get("imageIds") and not json.loads(body)["imageDetails"]:
            return error_response_json(
                "ImageNotFoundException", "The image requested does not exist.", 400
            )
        return status, headers, body

    ecr._describe_images = describe_images


def _accept_expression_alarms() -> None:
    from ministack.services.cloudformation import provisioners

    record = provisioners._cw_metric_alarm_record

    def alarm_record(name: str, properties: dict[str, Any]) -> Any:
        if "Metrics" not in properties:
            return record(name, properties)
        parts = properties["Metrics"]
        (metric, *_) = (part["MetricStat"] for part in parts if "MetricStat" in part)
        others = {key: value for key, value in properties.items() if key != "Metrics"}
        return record(name, {**metric["Metric"], **others, "Threshold": UNREACHABLE_THRESHOLD})

    provisioners._cw_metric_alarm_record = alarm_record


def main() -> None:
    from ministack import app

    _correct_missing_images()
    _accept_expression_alarms()
    distributed_map.install()
    environments.install()
    app.main()


if __name__ == "__main__":
    main()
