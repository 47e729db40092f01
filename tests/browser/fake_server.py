"""A fake of the scoring endpoint, for replies that the real server rarely or never gives."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Route

Handler = Callable[[Route], Any]
Reply = dict[str, Any] | int | Handler  # a JSON body, a status, or a function


def result(**fields: Any) -> dict[str, Any]:
    """Return a score as the server sends it, with some fields replaced."""
    return {
        "essay score": 3,
        "raw": 2.77,
        "scale": {"min": 1, "max": 6},
        "interval": {"low": 2, "high": 4, "coverage": 0.9},
        "flags": [],
        "uncertainty": 0.4,
        "review": False,
        "model": {"name": "essay-scorer-en", "version": "1.1.0"},
        **fields,
    }


EXPLANATION = {
    "sentences": [
        {
            "text": "Schools should open later.",
            "paragraph": 0,
            "contribution": 0.31,
            "emphasis": 0.24,
        },
        {
            "text": "Students sleep too little.",
            "paragraph": 0,
            "contribution": -0.12,
            "emphasis": -0.19,
        },
        {"text": "So they learn less.", "paragraph": 0, "contribution": 0.001, "emphasis": -0.05},
    ],
    # Of ``page_actions.ESSAY``.
    "highlights": [
        {"kind": "helps", "sentence": 0, "start": 0, "end": 26},
        {"kind": "helps_least", "sentence": 1, "start": 27, "end": 53},
    ],
    "observations": [
        {"code": "words", "value": 249, "low": 180, "high": 1620},
        {"code": "paragraphs", "value": 1, "low": 3, "high": 6},
        {"code": "sentence_length", "value": 31.52, "low": 14.2, "high": 24.9},
        {"code": "connections", "value": 2.24, "low": 0.8, "high": 3.96},
        {"code": "long_words", "value": 21.4, "low": 17.0, "high": 28.0},
    ],
}


@dataclass(kw_only=True)
class FakeServer:
    """Answers a page's scoring requests and records them.

    Attributes:
        replies: one for each request, in order; the last one is repeated.
        requests: the bodies received.
        keys: the access keys received.
    """

    replies: Sequence[Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    @classmethod
    def install(cls, page: Page, *replies: Reply) -> "FakeServer":
        """Answer the page's scoring requests with these replies."""
        server = cls(replies=replies)
        page.route("**/model/predict", server._reply)
        return server

    def reset(self, *replies: Reply) -> None:
        """Forget all requests, and answer the next ones with these replies."""
        self.replies = replies
        self.requests, self.keys = [], []

    def _reply(self, route: Route) -> None:
        reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
        self.requests.append(json.loads(route.request.post_data or "null"))
        self.keys.append(route.request.headers.get("x-api-key"))
        if isinstance(reply, int):
            route.fulfill(status=reply, json={"error": {"code": "", "message": ""}})
        elif isinstance(reply, dict):
            route.fulfill(json=reply)
        else:
            reply(route)


def no_reply(_route: Route) -> None:
    """Leave the request open."""


def disconnect(route: Route) -> None:
    """Drop the connection."""
    route.abort("connectionfailed")


def throttle(route: Route) -> None:
    """Reject the request as throttled, to be retried at once."""
    route.fulfill(status=429, headers={"Retry-After": "0"}, json={"message": "Too Many Requests"})


def error(status: int, code: str) -> Handler:
    """Return a reply with an error of this code."""
    return lambda route: route.fulfill(
        status=status, json={"error": {"code": code, "message": "…"}}
    )
