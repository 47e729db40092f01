"""A function whose request log a test reads, and calls whose every part is marked."""

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from essay_scorer import Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import Handler, make_handler
from essay_scorer.serving.keys import KeyHash

from .http_calls import Call

MARK = "Zyxwvut"
ESSAY = f"{MARK} went to the library, and {MARK} read about the sea until it was dark. " * 3
GOOD = {"text": ESSAY, "prompt": f"Write about {MARK}.", "explain": True}
CONTEXT = SimpleNamespace(aws_request_id="1f0c")
KEYED = {"X-Api-Key": MARK, "Authorization": f"Bearer {MARK}", "Origin": MARK}

CALLS = {
    "good": Call.of(GOOD),
    "page": Call(method="GET", path="/", headers={"Cookie": MARK}),
    "unknown path": Call.of(GOOD, path=f"/{MARK}"),
    "unknown method": Call.of(GOOD, method=MARK.upper()),
    "no JSON": Call(body=ESSAY.encode()),
    "truncated JSON": Call(body=json.dumps(GOOD).encode()[:-9]),
    "no text": Call.of({MARK: ESSAY}),
    "not a string": Call.of({"text": [ESSAY]}),
    "too large": Call.of({"text": ESSAY * 3000}),
    "compressed": Call.of(GOOD, headers={"Content-Encoding": MARK}),
    "another content type": Call(body=ESSAY.encode(), headers={"Content-Type": f"image/{MARK}"}),
    "invalid key": Call.of(GOOD, headers=KEYED),
    "surrogates": Call(body=b'{"text": "' + MARK.encode() + b' \\ud800 \\u0000"}'),
}
# The file of a batch in S3: a good request, and a row that could not be read.
BATCH_LINES = [json.dumps(request).encode() for request in (GOOD, {"error": MARK})]
BATCH_FILE = b"\n".join(BATCH_LINES)
FIRST_LINE = len(BATCH_LINES[0])
BATCH = {"bucket": MARK, "key": f"essays/{MARK}"}
EVENTS: dict[str, Any] = {
    "direct": GOOD,
    "direct, no text": {MARK: ESSAY},
    "direct, not an object": ESSAY,
    "batch": {
        "BatchInput": BATCH,
        "Items": [
            {"n": 0, "start": 0, "end": FIRST_LINE},
            {"n": 1, "start": FIRST_LINE + 1, "end": len(BATCH_FILE)},
        ],
    },
    "batch outside of the file": {"BatchInput": BATCH, "Items": [{"n": 0, "start": 9, "end": 20}]},
    "invalid batch": {"BatchInput": BATCH, "Items": [{"n": MARK, "start": ESSAY, "end": [ESSAY]}]},
    "not an HTTP request": {"requestContext": {MARK: ESSAY}, "version": "2.0", "body": ESSAY},
    "unknown version": {"requestContext": {}, "version": MARK, "body": ESSAY},
    "not base64": {**CALLS["good"].function_url(), "body": ESSAY},
}


class Broken(Scorer):
    """A scorer with a bug, whose message quotes the essay."""

    def score(self, text: str, **_: object) -> None:  # type: ignore[override]
        raise RuntimeError(text)


@dataclass
class LoggedFunction:
    """A function, and the lines of its request log."""

    handler: Handler
    lines: list[str]

    def last(self) -> dict[str, Any]:
        table: dict[str, Any] = json.loads(self.lines[-1])
        return table


def logged(scorer: Scorer, *, keys: tuple[KeyHash, ...] = (), name: str = "") -> LoggedFunction:
    lines: list[str] = []
    environment = Environment(keys=keys, function=name)
    handler = make_handler(
        scorer,
        environment=environment,
        log=lines.append,
        read_range=lambda _bucket, _key, start, end: BATCH_FILE[start:end],
    )
    return LoggedFunction(handler, lines)


def broken_scorer(scorer: Scorer) -> Scorer:
    """Return a scorer that fails on every essay."""
    return Broken(manifest=scorer.manifest, reader=None)  # type: ignore[arg-type]
