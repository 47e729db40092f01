"""Calls to a deployment, as a shell makes them."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

TEXT = json.dumps({"text": "Ceci est un essai pour être noté."})


@dataclass(frozen=True)
class Reply:
    """What curl got."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def curl(url: str, *options: str, data: bytes | None = None) -> Reply:
    """Call a URL as a shell does; ``data`` goes through standard input."""
    given = ("--data-binary", "@-") if data is not None else ()
    done = subprocess.run(
        [
            "curl",
            "--silent",
            "--show-error",
            "--include",
            "--max-time",
            "60",
            *options,
            *given,
            url,
        ],
        input=data,
        capture_output=True,
        check=True,
    )
    head, _, body = done.stdout.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Reply(int(first.split()[1]), headers, body)
