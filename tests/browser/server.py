"""Answers in the server's place, where the shipped model cannot give them or seldom does."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Route

ESSAY = "Schools should open later. Students sleep too little. So they learn less."


def answer(**fields: Any) -> dict[str, Any]:
    """An answer as the wire's contract has it."""
    return {
        "essay score": 3,
        "raw": 2.77,
        "scale": {"min": 1, "max": 6},
        "interval": {"low": 2, "high": 4, "coverage": 0.9},
        "flags": [],
        "review": False,
        "model": {"name": "essay-scorer-en", "version": "1.1.0"},
        **fields,
    }


EXPLANATION = {
    "sentences": [
        {"text": "Schools should open later.", "paragraph": 0, "contribution": 0.31},
        {"text": "Students sleep too little.", "paragraph": 0, "contribution": -0.12},
        {"text": "So they learn less.", "paragraph": 1, "contribution": 0.001},
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
class Server:
    """Stands where the scorer is; remembers the requests and gives each the next reply."""

    replies: Sequence[Any]
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    @classmethod
    def on(cls, page: Page, *replies: Any) -> "Server":
        """Answer the page's requests: with an answer, a status, or what a function does.

        The last reply is repeated.
        """
        server = cls(replies=replies)
        page.route("**/model/predict", server._reply)
        return server

    def now(self, *replies: Any) -> None:
        """From now on, answer so; the requests before are forgotten, also those in the air."""
        self.replies = replies
        self.requests, self.keys = [], []

    def _reply(self, route: Route) -> None:
        reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
        self.requests.append(json.loads(route.request.post_data or "null"))
        self.keys.append(route.request.headers.get("x-api-key"))
        if isinstance(reply, int):
            route.fulfill(status=reply, json={"error": {"code": "", "message": ""}})
        elif isinstance(reply, dict):
            route.fulfill(status=reply.pop("status", 200), json=reply)
        else:
            reply(route)


def lost(route: Route) -> None:
    """The connection fails."""
    route.abort("connectionfailed")


def busy(route: Route) -> None:
    """The server is throttled, and asks to come back at once."""
    route.fulfill(status=429, headers={"Retry-After": "0"}, json={"message": "Too Many Requests"})


def error(status: int, code: str) -> Callable[[Route], None]:
    """The server refuses with a code."""
    return lambda route: route.fulfill(
        status=status, json={"error": {"code": code, "message": "…"}}
    )
