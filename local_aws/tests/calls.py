"""Call a deployment with curl, and run commands in a clone, as a user does from a shell."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FRENCH_REQUEST = json.dumps({"text": "Ceci est un essai pour être noté."})


@dataclass(frozen=True)
class Response:
    """An HTTP response; the names of headers are lower case."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error_code(self) -> str:
        """The code of one of the function's errors."""
        return str(self.json["error"]["code"])


def curl(url: str, *options: str, data: bytes | None = None) -> Response:
    """Call a URL.

    Args:
        url: to call.
        options: of curl.
        data: a body, which curl reads from standard input.

    Raises:
        CalledProcessError: there is no response.
    """
    body_options = ("--data-binary", "@-") if data is not None else ()
    always = ("--silent", "--show-error", "--include", "--max-time", "60")
    done = subprocess.run(
        ["curl", *always, *options, *body_options, url],
        input=data,
        capture_output=True,
        check=True,
    )
    head, _, body = done.stdout.decode().partition("\r\n\r\n")
    status_line, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Response(int(status_line.split()[1]), headers, body)


def run_command(command: Sequence[str], *, folder: Path, env: Mapping[str, str]) -> str:
    """Run a command without a terminal, which must succeed, and return what it prints."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
