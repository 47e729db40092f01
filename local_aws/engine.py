"""A Docker daemon of its own, separate from any other on the machine."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local_aws.prerequisites import PrerequisiteError
from local_aws.processes import Child, ChildError

CLIENT = "/usr/bin/docker"  # Debian's client, which builds without a plug-in
MAX_ERROR_CHARACTERS = 3000


@dataclass(frozen=True)
class Engine:
    """A running daemon.

    Attributes:
        socket: on which it listens.
    """

    socket: Path

    @property
    def env(self) -> dict[str, str]:
        """Environment variables with which a client finds the daemon and builds with BuildKit."""
        return {"DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "1"}

    def docker(self, *arguments: str, stdin: IO[bytes] | None = None) -> str:
        """Run the client and return its standard output.

        Raises:
            RuntimeError: it failed; the message ends with its output.
        """
        return self._run(arguments, stdin).stdout

    def logs(self, container: str) -> str:
        """Return the output of a container: standard output, then standard error."""
        done = self._run(("logs", container))
        return done.stdout + done.stderr

    def has(self, image: str) -> bool:
        return bool(self.docker("images", "--quiet", image).strip())

    def size(self, image: str) -> int:
        """Return the size of an image in bytes, its base included."""
        return int(self.docker("image", "inspect", "--format", "{{.Size}}", image))

    def _run(
        self, arguments: Sequence[str], stdin: IO[bytes] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [CLIENT, *arguments],
            env={**os.environ, **self.env},
            stdin=stdin or subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            output = (done.stderr or done.stdout)[-MAX_ERROR_CHARACTERS:]
            raise RuntimeError(f"docker {arguments[0]}: {output}")
        return done


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """Run a daemon.

    Args:
        folder: of its images, which are kept for the next run, and of its log.

    Raises:
        PrerequisiteError: the daemon cannot run on this machine, or already runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder), _daemon(folder) as engine:
        yield engine


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Lock the folder, because two daemons would corrupt each other's images."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise PrerequisiteError(
                "Another local deployment is running; end that one first."
            ) from None
        yield


@contextmanager
def _daemon(folder: Path) -> Iterator[Engine]:
    # In a short path, because the path of a socket may have at most 107 characters.
    runtime = Path(tempfile.mkdtemp(prefix="essay-scorer-docker-"))
    engine = Engine(runtime / "socket")
    try:
        with Child(
            "dockerd",
            _command(folder, runtime),
            log=folder / "dockerd.log",
            is_ready=engine.socket.exists,
        ):
            engine.docker("version")
            try:
                yield engine
            finally:
                _remove_containers(engine)
    except ChildError as error:
        raise PrerequisiteError(str(error)) from error
    finally:
        shutil.rmtree(runtime, ignore_errors=True)


def _command(folder: Path, runtime: Path) -> Sequence[str]:
    return (
        "dockerd",
        f"--data-root={folder / 'docker'}",
        f"--exec-root={runtime / 'exec'}",
        f"--pidfile={runtime / 'pid'}",
        f"--host=unix://{runtime / 'socket'}",
        "--ip=127.0.0.1",
    )


def _remove_containers(engine: Engine) -> None:
    if containers := engine.docker("ps", "--all", "--quiet").split():
        engine.docker("rm", "--force", *containers)
