"""Read the lines of a request log, in whatever form it was fetched."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from essay_scorer.contract import FLAG_METRIC_PREFIX, FLAGGED_METRIC, SCORE_METRIC


def parse_log(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the lines about scored essays.

    The text is the request log itself, with or without a timestamp and a stream's name before
    each line, as ``aws logs tail`` prints them, or the JSON of ``aws logs filter-log-events``.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text.splitlines()
    return _find_lines(value)


def _find_lines(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _find_lines(one)
    elif isinstance(value, dict) and ("events" in value or "message" in value):
        yield from _find_lines(value.get("events", value.get("message")))
    elif isinstance(value, dict):
        if _has_scores(value):
            yield value
    elif isinstance(value, str) and (start := value.find("{")) >= 0:
        try:
            parsed = json.loads(value[start:])
        except (ValueError, RecursionError):
            return
        yield from _find_lines(parsed)


def _has_scores(line: dict[str, Any]) -> bool:
    scores = line.get(SCORE_METRIC)
    numbers = [
        number
        for name, number in line.items()
        if name.startswith((FLAG_METRIC_PREFIX, FLAGGED_METRIC))
    ]
    return (
        isinstance(scores, list)
        and FLAGGED_METRIC in line
        and all(isinstance(one, int) for one in (*scores, *numbers, line.get("time")))
    )


def lines_of_day(lines: Iterable[Mapping[str, Any]], day: date) -> Iterator[Mapping[str, Any]]:
    """Yield the lines of one day, in UTC."""
    for line in lines:
        if datetime.fromtimestamp(line["time"] / 1000, UTC).date() == day:
            yield line
