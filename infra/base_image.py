"""What is behind a base image's tag today, so that a patched base image becomes a new deployment.

CDK builds an image again only if the Dockerfile, its files or its build arguments change, and
docker prefers its own copy of a tag to the registry's. So a deployment passes the digest as a build
argument. Synthesis alone needs neither docker nor a network: without a pin, the tag is used.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONTEXT_PREFIX = "image:"  # of the names of CDK's context that hold pins; no setting has a colon
DOCKER_VARIABLE = "CDK_DOCKER"  # environment variable with which CDK finds another docker
MAX_PULL_TIME = 1800  # seconds


@dataclass(frozen=True, kw_only=True)
class BaseImage:
    """A base image.

    Attributes:
        name: as in the settings, with its tag.
        pin: ``repository@digest`` if a registry has the image; the ID if only docker has it; empty
            if neither was asked, or the name contains a digest.
    """

    name: str
    pin: str = ""

    @property
    def reference(self) -> str:
        """What ``FROM`` names; an image that no registry has can only be found by its tag."""
        return self.pin if "@" in self.pin else self.name

    @property
    def digest(self) -> str:
        """What changes when the image changes; empty if unknown."""
        return (self.pin or self.name.partition("@")[2]).rpartition("@")[2]


def read_pins(context: Mapping[str, Any]) -> dict[str, str]:
    """Return the pins in CDK's context by the name of the image."""
    return {
        key.removeprefix(CONTEXT_PREFIX): str(value)
        for key, value in context.items()
        if key.startswith(CONTEXT_PREFIX)
    }


def find_pin(name: str, *, platform: str, env: Mapping[str, str]) -> str:
    """Return the pin of a base image; empty, after a warning, if it cannot be found.

    A name with a registry's host, like ``public.ecr.aws/lambda/python:3.13``, is pulled, which
    works with every docker and its credentials, and which the build would do. Any other image is
    docker's own copy, if there is one: a registry may have somebody else's image of that name.

    Args:
        name: of the image, as in the settings.
        platform: for which it is pulled, like ``linux/amd64``.
        env: environment variables, of which CDK_DOCKER may name another docker.
    """
    if "@" in name:
        return ""
    docker = _Docker(env.get(DOCKER_VARIABLE) or "docker", env)
    local = docker.inspect(name)
    if local and not _names_host(name):
        return _image_id(local)
    failure = docker.pull(name, platform)
    if not failure and (pulled := docker.inspect(name)):
        return _repository_digest(pulled, name) or _image_id(pulled)
    print(
        f"A newer {name} may exist, but could not be looked for ({failure or 'not found'}); "
        f"{'the local copy' if local else 'its tag'} is used.",
        file=sys.stderr,
        flush=True,
    )
    return _image_id(local) if local else ""


def _names_host(name: str) -> bool:
    """Return True if a name starts with a registry's host, by docker's rule."""
    host, slash, _ = name.partition("/")
    return bool(slash) and ("." in host or ":" in host or host == "localhost")


def _repository(name: str) -> str:
    """Return a name without its tag."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def _repository_digest(image: Mapping[str, Any], name: str) -> str:
    """Return ``repository@digest``; empty if the image is from no registry.

    Podman lists several digests and puts the host before a short name.
    """
    repository = _repository(name)
    digests = sorted(image.get("RepoDigests") or [])
    for digest in digests:
        found = str(digest).partition("@")[0]
        if found == repository or found.endswith(f"/{repository}"):
            return str(digest)
    return ""


def _image_id(image: Mapping[str, Any]) -> str:
    """Return the ID, which Podman gives without the name of the algorithm."""
    return f"sha256:{str(image['Id']).removeprefix('sha256:')}"


@dataclass(frozen=True)
class _Docker:
    """Docker, or a program with the same commands.

    Attributes:
        program: its name or path.
        env: its environment variables.
    """

    program: str
    env: Mapping[str, str]

    def inspect(self, name: str) -> Mapping[str, Any] | None:
        """Return what docker knows of its own copy of an image; None if it has none."""
        output, failure = self._run("image", "inspect", name)
        return None if failure else dict(json.loads(output)[0])

    def pull(self, name: str, platform: str) -> str:
        """Pull an image.

        Returns:
            Why that failed; empty if it did not.
        """
        print(f"pulling {name}", file=sys.stderr, flush=True)
        _, failure = self._run("pull", "--quiet", f"--platform={platform}", name)
        return failure

    def _run(self, *arguments: str) -> tuple[str, str]:
        """Run a command; return its output, and why it failed, which is empty if it did not."""
        try:
            done = subprocess.run(
                [self.program, *arguments],
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=MAX_PULL_TIME,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return "", str(error).rstrip(".")
        if done.returncode == 0:
            return done.stdout, ""
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        return "", lines[-1].rstrip(".")
