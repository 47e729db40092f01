"""``GET /metrics`` of the local server: counts that an independent parser reads, and no texts."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from essay_scorer import Scorer
from essay_scorer.serving.keys import KeyHash, generate_key
from essay_scorer.serving.messages import Request, Response
from essay_scorer.serving.scheduler import Scheduler
from essay_scorer.serving.server_metrics import Metrics

from .http_calls import Call, Reply
from .logged_function import ESSAY, MARK

KEY = generate_key()
METRICS = Call(method="GET", path="/metrics")

Value = Callable[..., float]


def _read(body: bytes) -> Value:
    """Return a function that returns the value of a sample, by name and labels."""
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }

    def value(sample: str, /, **labels: str) -> float:
        return samples[sample, *sorted(labels.items())]

    return value


@contextmanager
def _server(*options: str) -> Iterator[int]:
    command = [sys.executable, "-m", "essay_scorer.cli", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            yield urlsplit(server.stderr.readline().split()[-1]).port or 0
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def busy_port() -> Iterator[int]:
    """The port of a server that has answered some requests."""
    with _server() as port:
        for call in (
            Call.of({"text": ESSAY}, path="/model/predict", headers={"X-Request-Id": MARK}),
            Call.of({"texts": [ESSAY, "123", "No."]}, path="/base/model/predict"),
            Call(body=b"{"),
            Call(method="GET", path=f"/{MARK}"),
            Call(method="GET", path="/static/page.css"),
            Call(method="GET", path="/static/page.js"),
        ):
            call.send(port)
        yield port


def test_requests_and_outcomes_are_counted(busy_port: int) -> None:
    value = _read(METRICS.send(busy_port).body)
    requests = "essay_scorer_requests_total"
    assert value(requests, route="/model/predict", status="200") == 2
    assert value(requests, route="/", status="400") == 1
    assert value(requests, route="other", status="404") == 1
    assert value(requests, route="/static/", status="200") == 2
    assert value("essay_scorer_texts_scored_total") == 3
    assert value("essay_scorer_flags_total", flag="too_short") >= 1
    assert value("essay_scorer_flags_total", flag="off_topic") == 0
    for code in ("invalid_json", "not_found", "text_without_words"):
        assert value("essay_scorer_errors_total", code=code) == 1
    assert value("essay_scorer_model_info", name="essay-scorer-en", version="1.4.0") == 1


def test_times_and_resources_are_measured(busy_port: int) -> None:
    value = _read(METRICS.send(busy_port).body)
    duration = "essay_scorer_request_duration_seconds"
    assert value(f"{duration}_count", route="/model/predict") == 2
    assert value(f"{duration}_bucket", route="/model/predict", le="+Inf") == 2
    assert value(f"{duration}_sum", route="/model/predict") > 0
    assert value("essay_scorer_requests_in_flight") == 1  # this one
    assert value("essay_scorer_texts_computing") == value("essay_scorer_texts_waiting") == 0
    if sys.platform == "linux":
        assert value("process_resident_memory_bytes") > 10e6


def test_every_metric_has_a_type_and_a_help(busy_port: int) -> None:
    reply = METRICS.send(busy_port)
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = list(text_string_to_metric_families(reply.body.decode()))
    assert all(family.documentation and family.type != "unknown" for family in families)


def test_neither_texts_nor_ids_are_in_it(busy_port: int) -> None:
    assert MARK.lower() not in METRICS.send(busy_port).body.decode().lower()


def test_it_needs_the_key_if_scores_do() -> None:
    with _server("--key-hash", str(KeyHash.of(KEY))) as port:
        for method in ("GET", "HEAD"):
            assert Call(method=method, path="/metrics").send(port).status == 401
        keyed = Call(method="GET", path="/metrics", headers={"Authorization": f"Bearer {KEY}"})
        assert keyed.send(port).status == 200


def test_the_function_has_no_metrics(function: ModuleType) -> None:
    for event in METRICS.events().values():
        assert Reply.of(function.handler(event, None)).code == "not_found"


def test_waiting_and_computing_texts_are_counted(scorer: Scorer) -> None:
    scheduler = Scheduler(2)
    metrics = Metrics(model=scorer.manifest.model, scheduler=scheduler)
    request = Request(method="GET", path="/metrics", headers={}, body=b"")
    with scheduler.slot(0), metrics.in_flight(), metrics.in_flight():
        metrics.record(Response(status=200), route="/", seconds=0.3)
        value = _read(metrics.serve(request).body)
    assert value("essay_scorer_texts_computing") == 1
    assert value("essay_scorer_texts_waiting") == 0
    assert value("essay_scorer_requests_in_flight") == 2
    bucket = "essay_scorer_request_duration_seconds_bucket"
    assert value(bucket, route="/", le="0.25") == 0
    assert value(bucket, route="/", le="0.5") == 1
