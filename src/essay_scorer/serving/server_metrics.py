"""Metrics of the local server in Prometheus's text format: counts and times, never a text or an ID.

Every label has a few known values: routes, statuses, error codes and flags.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from essay_scorer.checks.flags import FLAGS
from essay_scorer.model.manifest import Model
from essay_scorer.score import Score
from essay_scorer.serving.messages import ERRORS, Request, Response
from essay_scorer.serving.outcomes import Outcome
from essay_scorer.serving.scheduler import Scheduler

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Seconds: a short text takes a few milliseconds, the largest request about ten seconds.
DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_STATIC, _UNKNOWN = "/static/", "other"


class Metrics:
    """Counts requests and their outcomes. Thread-safe."""

    def __init__(self, *, model: Model, scheduler: Scheduler) -> None:
        """Register the metrics.

        Args:
            model: the scorer's.
            scheduler: knows how many texts compute and wait.
        """
        # The time at which each series began, which nothing here needs.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "essay_scorer_requests",
            "Requests that were answered.",
            ("route", "status"),
            registry=registry,
        )
        self._duration = Histogram(
            "essay_scorer_request_duration_seconds",
            "Time from a complete request to its response, waiting included.",
            ("route",),
            buckets=DURATIONS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "essay_scorer_requests_in_flight",
            "Requests that are being answered, this one included.",
            registry=registry,
        )
        self._add_outcomes(registry)
        self._add_gauges(registry, model, scheduler)

    def _add_outcomes(self, registry: CollectorRegistry) -> None:
        self._scored = Counter(
            "essay_scorer_texts_scored", "Texts that got a score.", registry=registry
        )
        self._reviews = Counter(
            "essay_scorer_reviews", "Scores that a person should review.", registry=registry
        )
        self._flags = Counter(
            "essay_scorer_flags", "Flags of scored texts.", ("flag",), registry=registry
        )
        self._errors = Counter(
            "essay_scorer_errors",
            "Requests and texts without a score, by error code.",
            ("code",),
            registry=registry,
        )
        for flag in FLAGS:  # a series that begins at 0 shows its first increase
            self._flags.labels(flag)
        for code in ERRORS:
            self._errors.labels(code)

    def _add_gauges(self, registry: CollectorRegistry, model: Model, scheduler: Scheduler) -> None:
        numbers: tuple[tuple[str, str, Callable[[], float]], ...] = (
            ("computing", "Texts that compute now.", lambda: scheduler.computing),
            ("waiting", "Texts that wait for a core.", lambda: scheduler.waiting),
        )
        for name, text, read in numbers:
            Gauge(f"essay_scorer_texts_{name}", text, registry=registry).set_function(read)
        info = Info("essay_scorer_model", "The model that scores.", registry=registry)
        info.info({"name": model.name, "version": model.version})
        ProcessCollector(registry=registry)  # memory, processor time and open files

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count a request as being answered while the block runs."""
        with self._in_flight.track_inprogress():
            yield

    def record(self, response: Response, *, route: str, seconds: float) -> None:
        """Count an answered request.

        Args:
            response: to the request.
            route: of the application; empty for an unknown path.
            seconds: that the answer took.
        """
        label = _STATIC if route.startswith(_STATIC) else route or _UNKNOWN
        self._requests.labels(label, str(response.status)).inc()
        self._duration.labels(label).observe(seconds)
        for outcome in response.outcomes:
            self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        if not isinstance(outcome, Score):
            self._errors.labels(outcome.code if outcome.code in ERRORS else _UNKNOWN).inc()
            return
        self._scored.inc()
        if outcome.review:
            self._reviews.inc()
        for flag in outcome.flags:
            self._flags.labels(flag).inc()

    def serve(self, _request: Request) -> Response:
        """Return the metrics."""
        headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        return Response(status=200, headers=headers, body=generate_latest(self._registry))
