"""The files of the page, served with an entity tag and, where accepted, compressed.

Behind a base path, as of a custom domain or a proxy, the page is at a URL that no route names.
"""

import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from essay_scorer.serving.messages import Request, Response

STATIC = Path(__file__).with_name("static")

_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    "": "text/plain; charset=utf-8",  # licenses
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class _File:
    content: bytes
    compressed: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> "_File":
        etag = f'W/"{zlib.crc32(content):08x}"'
        return cls(content, zlib.compress(content, wbits=31), etag)


def static_files() -> Iterator[tuple[str, Path]]:
    """Yield the files of the page, by their names in URLs."""
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            yield path.relative_to(STATIC).as_posix(), path


def serve_file(request: Request, *, path: Path) -> Response:
    """Return a static file, or 304 if the client has it already."""
    return _serve(request, _load(path), path.suffix)


def serve_page(request: Request) -> Response:
    """Return the page, whose relative links hold with and without a slash after a base path."""
    page = _load(STATIC / "index.html")
    _, _, last = (request.url_path or request.path).rpartition("/")
    if last:  # to a browser, a name in the folder above
        folder = f'="{quote(last, safe="", errors="replace")}/static/'
        page = _File.of(page.content.replace(b'="static/', folder.encode()))
    return _serve(request, page, ".html")


def is_base_path(request: Request, known: Collection[str]) -> bool:
    """Say whether a request to an unknown path is for the page behind a base path.

    It is a folder or what a browser opens, and no part of it is a misspelled route.

    Args:
        request: for an unknown path.
        known: the names in the routes.
    """
    path = request.path
    names = path.strip("/").split("/")
    accepted = str(request.headers.get("accept", "*/*"))
    is_folder = path.endswith("/") and ("text/html" in accepted or "*/*" in accepted)
    is_opened = "text/html" in accepted and "." not in names[-1]
    return (
        request.method in ("GET", "HEAD")
        and (is_folder or is_opened)
        and not any(name in known or name.startswith(".") for name in names)
    )


def _serve(request: Request, file: _File, suffix: str) -> Response:
    headers = {
        "Content-Type": _CONTENT_TYPES.get(suffix, "application/json"),
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
    return _File.of(path.read_bytes())
