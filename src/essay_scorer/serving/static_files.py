"""The files of the page, served with an entity tag and, where accepted, compressed."""

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from essay_scorer.serving.messages import Request, Response

STATIC = Path(__file__).with_name("static")

_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class _File:
    content: bytes
    compressed: bytes
    etag: str


def serve_file(request: Request, *, path: Path) -> Response:
    """Return a static file, or 304 if the client has it already."""
    file = _load(path)
    headers = {
        "Content-Type": _CONTENT_TYPES.get(path.suffix, "application/json"),
        "Cache-Control": "private, no-cache",  # cached, but revalidated on every visit
        "ETag": file.etag,
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(status=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(status=200, headers=headers, body=file.compressed)
    return Response(status=200, headers=headers, body=file.content)


@cache
def _load(path: Path) -> _File:
    content = path.read_bytes()
    etag = f'W/"{zlib.crc32(content):08x}"'
    return _File(content, zlib.compress(content, wbits=31), etag)
