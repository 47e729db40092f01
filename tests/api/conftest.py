import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of ``essay-scorer serve``, which runs for all these tests."""
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        address = server.stderr.readline().split()[-1]
        yield urlsplit(address).port or 0
        server.terminate()
        assert server.stderr.read() == ""  # no request made it complain
