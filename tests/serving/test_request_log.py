"""The request log: one line per event, with its outcome, and metrics for CloudWatch."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from essay_scorer import Scorer
from essay_scorer.contract import FAILED_METRIC, LOG_BYTES_PER_REQUEST
from essay_scorer.errors import BatchError
from essay_scorer.serving.request_log import RequestLog

from .http_calls import Call
from .logged_function import CALLS, CONTEXT, EVENTS, GOOD, LoggedFunction, broken_scorer, logged


@pytest.fixture
def function_log(scorer: Scorer) -> LoggedFunction:
    return logged(scorer, name="school")


def test_each_event_is_one_line_with_its_outcome(function_log: LoggedFunction) -> None:
    call = CALLS["good"]
    function_log.handler(call.function_url(), CONTEXT)
    line = function_log.last()
    assert len(function_log.lines) == 1
    assert function_log.lines[0].endswith("}\n")
    assert (line["request_id"], line["invocation_id"]) == ("1", "1f0c")
    assert (line["entry_point"], line["route"], line["status"]) == ("http", "/", 200)
    assert line["level"] == "INFO"
    assert line["request_bytes"] == len(call.body)
    assert line["duration_ms"] > 0
    assert {"model", "version"} <= line.keys()


def test_scores_and_flags_become_metrics_of_the_function(function_log: LoggedFunction) -> None:
    body = function_log.handler(GOOD, CONTEXT)["body"]
    line = function_log.last()
    assert body["flags"]
    assert line["score"] == [body["essay score"]]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    names = {metric["Name"] for metric in directive["Metrics"]}
    assert names == {"score", "review", "flagged", *(f"flag_{flag}" for flag in body["flags"])}
    assert directive["Dimensions"] == [["function"]]
    assert line["function"] == "school"
    assert all(line[name] for name in names - {"review"})


def test_an_error_is_logged_by_its_code_and_is_not_a_metric(function_log: LoggedFunction) -> None:
    function_log.handler(CALLS["not a string"].function_url(), CONTEXT)
    line = function_log.last()
    assert (line["status"], line["errors"]) == (422, {"text_not_a_string": 1})
    assert "_aws" not in line


def test_an_unknown_code_is_not_logged(function_log: LoggedFunction) -> None:
    function_log.handler(EVENTS["batch"], CONTEXT)
    assert function_log.last()["errors"] == {"other": 1}


@pytest.mark.parametrize(
    "event", [GOOD, CALLS["good"].function_url(), CALLS["good"].rest_api(), EVENTS["batch"]]
)
def test_a_failure_of_the_scorer_is_a_metric_at_every_entry_point(
    scorer: Scorer, event: dict[str, Any]
) -> None:
    """The alarm *Failures* counts it: to AWS, an answer with status 500 is no error."""
    function = logged(broken_scorer(scorer), name="school")
    if event is EVENTS["batch"]:
        with pytest.raises(BatchError):
            function.handler(event, CONTEXT)
    else:
        assert function.handler(event, CONTEXT)["statusCode"] == 500
    line = function.last()
    assert len(function.lines) == 1
    assert (line["level"], line["status"], line["errors"]) == ("ERROR", 500, {"internal": 1})
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Metrics"] == [{"Name": FAILED_METRIC}]
    assert (line[FAILED_METRIC], line["function"]) == (1, "school")


LAMBDA_LINES = (
    "START RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95 Version: 112\n",
    "END RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\n",
    "REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 15.74 ms\tBilled Duration: "
    "16 ms\tMemory Size: 3008 MB\tMax Memory Used: 456 MB\tInit Duration: 1300.68 ms\t\n",
)
EVENT_BYTES = 26  # that CloudWatch Logs adds to each event


def test_log_of_a_request_is_as_large_as_the_costs_assume(
    function_log: LoggedFunction, example: Callable[[str], str]
) -> None:
    """Lambda's own lines are those of AWS's documentation, with realistic figures."""
    request = {"text": example("weak"), "explain": True}
    call = Call.of(request)
    for event in (request, call.function_url(), call.rest_api()):
        function_log.handler(event, CONTEXT)
    for line in function_log.lines:
        size = sum(len(one.encode()) + EVENT_BYTES for one in (line, *LAMBDA_LINES))
        assert 0.7 * LOG_BYTES_PER_REQUEST < size < LOG_BYTES_PER_REQUEST


def test_a_line_has_at_most_100_values(scorer: Scorer) -> None:
    lines: list[str] = []
    request_log = RequestLog(lines.append, model=scorer.manifest.model, function="school")
    one = replace(scorer.score("An essay."), flags=("gibberish",), review=True)
    request_log.record([one] * 250, entry_point="batch", status=200, started=0)
    assert [len(json.loads(line)["score"]) for line in lines] == [100, 100, 50]
    for count in ("flag_gibberish", "flagged", "review"):
        assert sum(json.loads(line)[count] for line in lines) == 250
