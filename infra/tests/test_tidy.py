"""The image's packages are tidied without breaking what the function calls."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import botocore
import pytest

from infra.cdk_cli import ROOT

TIDY = ROOT / "image" / "tidy.py"
ROWS = b'{"text": "A row."}\n{"text": "Another."}\n'
# What the function of batches does, in an interpreter that finds the tidied package first.
READ_ROWS = """
import sys, botocore.session
folder, address = sys.argv[1:]
assert botocore.__file__.startswith(folder), botocore.__file__
client = botocore.session.get_session().create_client("s3", endpoint_url=address)
got = client.get_object(Bucket="essays", Key="items.jsonl", Range="bytes=19-38")
sys.stdout.write(got["Body"].read().decode())
try:
    client.get_object(Bucket="essays", Key="missing")
except client.exceptions.NoSuchKey:
    print("missing")
"""


class _S3(BaseHTTPRequestHandler):
    """An S3 with one object."""

    def do_GET(self) -> None:
        found = self.path == "/essays/items.jsonl"
        start, _, end = self.headers.get("Range", "bytes=0-").partition("=")[2].partition("-")
        body = ROWS[int(start) : int(end or -2) + 1]
        missing = b"<Error><Code>NoSuchKey</Code><Message>None.</Message></Error>"
        self.send_response(206 if found else 404)
        self.send_header("Content-Length", str(len(body if found else missing)))
        self.end_headers()
        self.wfile.write(body if found else missing)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def s3() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _S3) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with botocore, tidied."""
    folder = tmp_path_factory.mktemp("packages")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(botocore.__file__).parent, folder / "botocore", ignore=ignored)
    subprocess.run([sys.executable, str(TIDY), str(folder)], check=True)
    return folder


def test_tidied_botocore_reads_from_s3(packages: Path, s3: str, tmp_path: Path) -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", READ_ROWS, str(packages), s3],
        env={**os.environ, **credentials, "PYTHONPATH": str(packages), "AWS_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == '{"text": "Another."}missing\n', done.stderr


def test_tidied_botocore_is_small(packages: Path) -> None:
    kept = {path.name for path in (packages / "botocore" / "data").iterdir()}
    assert kept == {
        "_retry.json", "endpoints.json", "partitions.json", "s3", "sdk-default-configuration.json",
    }  # fmt: skip
    assert sum(path.stat().st_size for path in packages.rglob("*") if path.is_file()) < 10e6
