"""The request log: one line of JSON per request, never a word of an essay.

A line has the entry point, size, duration, model, status and outcome of a request. Nothing that
a caller wrote is logged but the ID in ``X-Request-Id``, which cannot hold prose: a path only if it
is a route, an error's code only if it is one of the wire's. In Amazon CloudWatch, the member
``_aws`` (Embedded Metric Format) turns scores, flags and failures into metrics without a call to
any service.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Literal

from essay_scorer.contract import (
    FAILED_METRIC,
    FLAG_METRIC_PREFIX,
    FLAGGED_METRIC,
    METRIC_DIMENSION,
    METRIC_NAMESPACE,
    REVIEW_METRIC,
    SCORE_METRIC,
)
from essay_scorer.errors import RequestError
from essay_scorer.model.manifest import Model
from essay_scorer.score import Score
from essay_scorer.serving.messages import ERRORS
from essay_scorer.serving.outcomes import Outcome

_MAX_METRIC_VALUES = 100  # of one metric in one line of the Embedded Metric Format
_UNKNOWN_CODE = "other"
_METRICS = (FAILED_METRIC, SCORE_METRIC, REVIEW_METRIC, FLAGGED_METRIC)  # and one for every flag

Write = Callable[[str], object]
EntryPoint = Literal["http", "direct", "batch"]


class RequestLog:
    """Writes the lines. As thread-safe as ``write``, which is called once per line."""

    def __init__(
        self, write: Write, *, model: Model, codes: Collection[str] = ERRORS, function: str = ""
    ) -> None:
        """Take where lines go.

        Args:
            write: takes one line, with its newline.
            model: the scorer's.
            codes: error codes that may be logged.
            function: the name of the Lambda function; with it, lines become metrics.
        """
        self._write = write
        self._model = {"model": model.name, "version": model.version}
        self._codes = frozenset(codes)
        self._function = function

    def record(
        self,
        outcomes: Iterable[Outcome],
        *,
        entry_point: EntryPoint,
        status: int,
        started: float,
        request_id: str = "",
        invocation_id: str = "",
        route: str = "",
        request_bytes: int | None = None,
    ) -> None:
        """Write the line of one request, or several lines for a large batch.

        Args:
            outcomes: the request's scores and errors; none for a static file.
            entry_point: how it came in.
            status: of the response, as in HTTP.
            started: reading of ``time.perf_counter``, in seconds.
            request_id: to find the request by.
            invocation_id: Lambda's, which its own lines of the log have.
            route: of the application; empty for an unknown path.
            request_bytes: size of the body.
        """
        outcomes = list(outcomes)
        # Of a request with several texts, one may fail while the response has status 200.
        failed = status >= 500 or any(_is_internal(outcome) for outcome in outcomes)
        head = {
            "time": round(time.time() * 1000),
            "level": "ERROR" if failed else "INFO",
            FAILED_METRIC: 1 if failed else None,
            "request_id": request_id,
            "invocation_id": "" if invocation_id == request_id else invocation_id,
            "entry_point": entry_point,
            "route": route,
            "status": status,
            "request_bytes": request_bytes,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
            **self._model,
        }
        present = {name: value for name, value in head.items() if value not in ("", None)}
        for part in _split(outcomes):
            line = {**present, **self._summary(part)}
            self._write(json.dumps({**line, **self._metrics(line)}) + "\n")

    def _summary(self, outcomes: list[Outcome]) -> dict[str, Any]:
        scores = [outcome for outcome in outcomes if isinstance(outcome, Score)]
        errors = Counter(
            self._known_code(outcome.code) for outcome in outcomes if not isinstance(outcome, Score)
        )
        flags = Counter(flag for score in scores for flag in score.flags)
        summary: dict[str, Any] = {}
        if scores:
            summary[SCORE_METRIC] = [score.value for score in scores]
            summary[REVIEW_METRIC] = sum(score.review for score in scores)
            summary[FLAGGED_METRIC] = sum(bool(score.flags) for score in scores)
            summary |= {FLAG_METRIC_PREFIX + flag: count for flag, count in sorted(flags.items())}
        if errors:
            summary["errors"] = dict(sorted(errors.items()))
        return summary

    def _known_code(self, code: object) -> str:
        return code if isinstance(code, str) and code in self._codes else _UNKNOWN_CODE

    def _metrics(self, line: Mapping[str, Any]) -> dict[str, Any]:
        names = [name for name in line if name in _METRICS or name.startswith(FLAG_METRIC_PREFIX)]
        if not self._function or not names:
            return {}
        directive = {
            "Namespace": METRIC_NAMESPACE,
            "Dimensions": [[METRIC_DIMENSION]],
            "Metrics": [{"Name": name} for name in names],
        }
        return {
            METRIC_DIMENSION: self._function,
            "_aws": {"Timestamp": line["time"], "CloudWatchMetrics": [directive]},
        }


def _is_internal(outcome: Outcome) -> bool:
    return isinstance(outcome, RequestError) and outcome.code == "internal"


def _split(outcomes: list[Outcome]) -> Iterator[list[Outcome]]:
    for first in range(0, max(1, len(outcomes)), _MAX_METRIC_VALUES):
        yield outcomes[first : first + _MAX_METRIC_VALUES]
