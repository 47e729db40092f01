"""Operate a deployment in the emulator instead of in AWS."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from infra.account import Account
from infra.cdk_cli import ROOT
from infra.operations import Operator
from infra.settings import Settings

from local_aws import base_images, emulator, engine, registry

FOLDER = ROOT / "build" / "local_aws"  # of images, logs and generated files
MEMORY = 3008  # MB of a function's container: the most that a new account may have
DISK = 10_240  # MB of its /tmp
DOCKER_WRAPPER = FOLDER / "docker-to-local-registry"


@dataclass(frozen=True)
class Cloud:
    """An emulated cloud, and the repository that is deployed to it.

    Attributes:
        engine: runs the containers of functions.
        emulator: answers in place of AWS.
        root: this repository, or a copy with another model.
    """

    engine: engine.Engine
    emulator: emulator.Emulator
    root: Path = ROOT

    @property
    def account(self) -> Account:
        """The emulator's only account."""
        session = boto3.Session(
            aws_access_key_id=self.emulator.access_key,
            aws_secret_access_key=emulator.SECRET_KEY,
            region_name=emulator.REGION,
        )
        return Account(
            session=session,
            endpoint_url=self.emulator.endpoint_url,
            resolve_url=self.resolve_url,
        )

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        return self.account.client(service)

    @property
    def env(self) -> dict[str, str]:
        """Environment variables with which CDK and its docker find engine and emulator."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            **self.engine.env,
            **self.emulator.env,
            "CDK_DOCKER": str(DOCKER_WRAPPER),
            registry.REGISTRY_VARIABLE: self.emulator.host,
            "PYTHONPATH": str(ROOT),
        }

    def environments(self) -> list[str]:
        """Return the containers of its functions, the newest first."""
        return self.engine.docker(
            "ps", "--quiet", f"--filter=label={self.emulator.container_label}"
        ).split()

    def operator(self, **settings: object) -> Operator:
        """Return an operator of a deployment with these settings."""
        images = {
            "base_image": base_images.FUNCTION_IMAGE,
            "lab_image": base_images.LAB_IMAGE,
        }
        overrides = {name: str(value) for name, value in (images | settings).items()}
        return Operator(
            settings=Settings.load(overrides, folder=self.root),
            overrides=overrides,
            account=self.account,
            root=self.root,
            env=self.env,
            quiet=True,
        )

    def resolve_url(self, url: str) -> str:
        """Return the address at which the emulator answers a URL of AWS."""
        return resolve_url(url, self.emulator.endpoint_url)


def resolve_url(url: str, endpoint_url: str) -> str:
    """Return the address at which an emulator answers a URL of AWS."""
    host, _, path = url.removeprefix("https://").partition("/")
    resource, service, *_ = host.split(".")
    return f"{endpoint_url}/_aws/{service}/{resource}/{path}"


@contextmanager
def running(*, memory: int = MEMORY, disk: int = DISK) -> Iterator[Cloud]:
    """Run engine and emulator, with the base images built.

    Args:
        memory: limit of a function's container, in MB.
        disk: size of its ``/tmp``, in MB.

    Raises:
        PrerequisiteError: this machine cannot run the engine.
        ChildError: the emulator does not start.
    """
    with running_engine() as docker, running_emulator(docker, memory=memory, disk=disk) as cloud:
        yield cloud


@contextmanager
def running_engine() -> Iterator[engine.Engine]:
    """Run an engine for any number of emulators, with the base images built.

    Raises:
        PrerequisiteError: this machine cannot run the engine.
    """
    with engine.running(FOLDER) as docker:
        base_images.make_base_images(docker, FOLDER)
        _write_docker_wrapper()
        yield docker


@contextmanager
def running_emulator(
    docker: engine.Engine, folder: Path = FOLDER, *, memory: int = MEMORY, disk: int = DISK
) -> Iterator[Cloud]:
    """Run an emulator with an engine that runs already.

    Args:
        docker: the engine.
        folder: for the emulator's log.
        memory: limit of a function's container, in MB.
        disk: size of its ``/tmp``, in MB.

    Raises:
        ChildError: the emulator does not start.
    """
    with emulator.running(docker, folder, memory=memory, disk=disk) as aws:
        yield Cloud(docker, aws)


def _write_docker_wrapper() -> None:
    """Write the program for CDK_DOCKER, which must be a path without arguments."""
    DOCKER_WRAPPER.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m local_aws.registry "$@"\n')
    DOCKER_WRAPPER.chmod(0o755)
