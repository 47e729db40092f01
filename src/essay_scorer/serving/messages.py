"""An HTTP request and the answer to it, whatever brings the one and takes the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sends."""

    method: str
    path: str  # percent-decoded, without the query
    headers: Mapping[str, str]  # their names in lower case
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a client gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    said: Mapping[str, Any] | None = None  # the body before it was written as JSON
