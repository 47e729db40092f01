"""The repository's own operations against the emulator instead of AWS."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from infra.cdk import ROOT
from infra.operate import Operator
from infra.settings import Settings

from . import base, emulator, engine, registry

FOLDER = ROOT / "build" / "local_aws"


@dataclass
class Cloud:
    """An engine and an emulator, and the repository that is deployed to them.

    ``root`` is the repository's folder: this one, or a copy that holds a model of its own.
    """

    engine: engine.Engine
    emulator: emulator.Emulator
    root: Path = ROOT

    @property
    def session(self) -> boto3.Session:
        """The emulator's one account, for AWS's own library."""
        return boto3.Session(
            aws_access_key_id=self.emulator.key,
            aws_secret_access_key=emulator.SECRET,
            region_name=emulator.REGION,
        )

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.emulator.endpoint)

    @property
    def env(self) -> dict[str, str]:
        """The variables with which CDK and its docker find engine and emulator."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            **self.engine.env,
            **self.emulator.env,
            "CDK_DOCKER": str(_wrapper()),
            registry.VARIABLE: self.emulator.host,
            "PYTHONPATH": str(ROOT),
        }

    def operator(self, **settings: object) -> Operator:
        """Return what deploys here with these settings."""
        chosen = {"base_image": base.FUNCTION, "lab_image": base.LAB, **settings}
        given = {name: str(value) for name, value in chosen.items()}
        return Operator(
            Settings.load(given, folder=self.root),
            given,
            root=self.root,
            env=self.env,
            session=self.session,
            endpoint=self.emulator.endpoint,
            reach=self.here,
            quiet=True,
        )

    def here(self, url: str) -> str:
        """Return the address at which the emulator answers for a URL of AWS."""
        host, _, path = url.removeprefix("https://").partition("/")
        first, service, *_ = host.split(".")
        return f"{self.emulator.endpoint}/_aws/{service}/{first}/{path}"


@contextmanager
def running(root: Path = ROOT, *, memory: int = 3008, disk: int = 10_240) -> Iterator[Cloud]:
    """Run engine and emulator, with the stand-ins of AWS's base image made.

    Args:
        root: the repository's folder.
        memory: what a function may use, in MB.
        disk: what it may write to ``/tmp``, in MB.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with engine.running(FOLDER) as docker:
        base.make_bases(docker, FOLDER)
        with emulator.running(docker, FOLDER, memory=memory, disk=disk) as aws:
            yield Cloud(docker, aws, root)


def _wrapper() -> Path:
    """Write the program that CDK_DOCKER names; it must be one word."""
    path = FOLDER / "docker-to-local-registry"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m local_aws.registry "$@"\n')
    path.chmod(0o755)
    return path
