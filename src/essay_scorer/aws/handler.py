"""The Lambda handler: translates AWS events into requests of the application.

HTTP events come from a Function URL or an HTTP API (payload format 2.0) or from a REST API
(1.0). A direct invocation is the request itself, ``{"text": "…"}``, and gets
``{"statusCode": 200, "body": {…}}`` with an object as its body. A batch of a Distributed Map is
handled by ``aws.map_event``.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from essay_scorer.aws.direct_event import is_of_service, request_of
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.essay_ranges import ReadRange, read_range
from essay_scorer.aws.http_event import (
    gateway_request_id,
    is_http_event,
    parse_http_event,
    to_result,
)
from essay_scorer.aws.map_event import MapEvent, score_map_event
from essay_scorer.contract import REQUEST_ID_HEADER
from essay_scorer.errors import BatchError, RequestError, UnsupportedEvent
from essay_scorer.scorer import Scorer
from essay_scorer.serving.application import Application
from essay_scorer.serving.many import answer_request, expected_error
from essay_scorer.serving.messages import status_and_body
from essay_scorer.serving.outcomes import Answer, outcomes_of
from essay_scorer.serving.request_ids import choose_request_id
from essay_scorer.serving.request_log import RequestLog, Write

_ID_FIELD = REQUEST_ID_HEADER.lower()

Handler = Callable[[Any, Any], dict[str, Any]]


def make_handler(
    scorer: Scorer,
    *,
    environment: Environment | None = None,
    log: Write = lambda _line: None,
    read_range: ReadRange = read_range,
) -> Handler:
    """Return the Lambda handler for one scorer.

    Args:
        scorer: the bundle's.
        environment: the deployment's settings; all origins and no keys by default. Keys are for
            HTTP; IAM decides who may invoke the function directly.
        log: takes the lines of the request log.
        read_range: reads a batch's file of essays; from S3 by default.
    """
    return _Handler(scorer, environment or Environment(), log, read_range)


class _Handler:
    def __init__(
        self, scorer: Scorer, environment: Environment, log: Write, read_range: ReadRange
    ) -> None:
        self._scorer, self._environment, self._read_range = scorer, environment, read_range
        self._application = Application(
            scorer,
            origins=environment.origins,
            keys=environment.keys,
            original_answer=environment.original_answer,
        )
        self._log = RequestLog(log, model=scorer.manifest.model, function=environment.function)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        started, invocation_id = time.perf_counter(), getattr(context, "aws_request_id", "")
        if batch := MapEvent.parse(event):
            return self._batch(batch, started, invocation_id)
        if is_http_event(event):
            return self._http(event, started, invocation_id)
        return self._direct(event, started, invocation_id)

    def _batch(self, event: MapEvent, started: float, request_id: str) -> dict[str, Any]:
        record = partial(
            self._log.record, entry_point="batch", started=started, request_id=request_id
        )
        try:
            result, outcomes = score_map_event(
                self._scorer, event, read_range=self._read_range, environment=self._environment
            )
        except BatchError:
            record([RequestError("internal")], status=500)
            raise
        record(outcomes, status=200)
        return dict(result)

    def _direct(self, event: Any, started: float, request_id: str) -> dict[str, Any]:
        if is_of_service(event):
            raise UnsupportedEvent
        answer = self._score(request_of(event))
        status, body = status_and_body(answer)
        self._log.record(
            outcomes_of(answer),
            entry_point="direct",
            status=status,
            started=started,
            request_id=request_id,
        )
        return {"statusCode": status, "body": body}

    def _score(self, event: Any) -> Answer:
        try:
            return answer_request(self._scorer, event)
        except Exception as error:  # noqa: BLE001 - AWS logs its message, which may quote an essay
            return expected_error(error)

    def _http(self, event: dict[str, Any], started: float, invocation_id: str) -> dict[str, Any]:
        fallbacks, route, request_bytes = (gateway_request_id(event), invocation_id), "", None
        try:
            request = parse_http_event(event)
        except RequestError as error:
            request_id = choose_request_id(fallbacks)
            response = self._application.reject(error, request_id=request_id)
        else:
            request_id = choose_request_id((request.headers.get(_ID_FIELD), *fallbacks))
            response = self._application(replace(request, request_id=request_id))
            route, request_bytes = self._application.route_of(request), len(request.body)
        self._log.record(
            response.outcomes,
            entry_point="http",
            status=response.status,
            started=started,
            request_id=request_id,
            invocation_id=invocation_id,
            route=route,
            request_bytes=request_bytes,
        )
        return to_result(response, event)
