"""A Docker daemon of its own: its images, its socket, nothing of the machine's."""

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

from .needs import UnfitError
from .processes import Child, ChildError

# Debian's own client, which still builds without a plug-in.
CLIENT = "/usr/bin/docker"


@dataclass(frozen=True)
class Engine:
    """A running daemon."""

    socket: Path

    @property
    def env(self) -> dict[str, str]:
        """The variables with which a client finds it and builds with BuildKit."""
        return {"DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "1"}

    def docker(self, *arguments: str, stdin: IO[bytes] | None = None) -> str:
        """Run the client and return what it prints."""
        return self._run(arguments, stdin).stdout

    def logs(self, container: str) -> str:
        """Return what a container has said, on standard output and on standard error."""
        done = self._run(("logs", container))
        return done.stdout + done.stderr

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
            raise RuntimeError(f"docker {arguments[0]}: {(done.stderr or done.stdout)[-3000:]}")
        return done

    def has(self, image: str) -> bool:
        return bool(self.docker("images", "--quiet", image).strip())

    def size(self, image: str) -> int:
        """Return the bytes of an image, its base included."""
        return int(self.docker("image", "inspect", "--format", "{{.Size}}", image))


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """Run a daemon over a folder, which keeps its images for the next time.

    Raises:
        UnfitError: the machine does not let one run; the message has the daemon's own words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), _daemon(folder) as engine:
        yield engine


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: two daemons over the same images would spoil them."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UnfitError("Another local deployment is running; end that one first.") from None
        yield


@contextmanager
def _daemon(folder: Path) -> Iterator[Engine]:
    place = Path(tempfile.mkdtemp(prefix="essay-scorer-docker-"))  # a socket's path is short
    engine = Engine(place / "socket")
    try:
        with Child(
            "dockerd",
            _command(folder, place),
            log=folder / "dockerd.log",
            ready=engine.socket.exists,
        ):
            engine.docker("version")
            try:
                yield engine
            finally:
                _remove_containers(engine)
    except ChildError as error:
        raise UnfitError(str(error)) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _command(folder: Path, place: Path) -> Sequence[str]:
    return (
        "dockerd",
        f"--data-root={folder / 'docker'}",
        f"--exec-root={place / 'exec'}",
        f"--pidfile={place / 'pid'}",
        f"--host=unix://{place / 'socket'}",
        "--ip=127.0.0.1",
    )


def _remove_containers(engine: Engine) -> None:
    if containers := engine.docker("ps", "--all", "--quiet").split():
        engine.docker("rm", "--force", *containers)
