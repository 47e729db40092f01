"""Measure a Lambda handler from inside its own process.

    python contestant.py first MODULE STARTED EVENTS.json CALLS
    python contestant.py essays MODULE ESSAYS.json

The process runs in the folder of MODULE and imports it, as Lambda does. ``first`` measures the
time from STARTED (seconds since the epoch) to the first answer, then CALLS warm calls of each
event. ``essays`` prints ``ready``, waits for a line on standard input, and scores all essays.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Handler = Callable[[Any, None], object]


def measure_first(
    module: str, started: float, events: dict[str, Any], calls: int
) -> dict[str, Any]:
    """Return the time to the first score, warm times by event, and peak memory.

    Args:
        module: with the function ``handler``.
        started: when the process was started, in seconds since the epoch.
        events: by name; the first one is also that of the first score.
        calls: warm calls of each event.

    Returns:
        ``first`` and ``warm`` in seconds, ``memory`` in bytes.
    """
    handler = _import_handler(module)
    handler(next(iter(events.values())), None)
    measured: dict[str, Any] = {"first": time.time() - started, "warm": {}}
    for name, event in events.items():
        handler(event, None)
        measured["warm"][name] = [_time_call(handler, event) for _ in range(calls)]
    measured["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return measured


def _import_handler(module: str) -> Handler:
    handler: Handler = import_module(module).handler
    return handler


def _time_call(handler: Handler, event: Any) -> float:
    began = time.perf_counter()
    handler(event, None)
    return time.perf_counter() - began


def measure_essays(module: str, texts: list[str]) -> dict[str, float]:
    """Return the seconds in which the handler scores all texts, one after the other."""
    handler = _import_handler(module)
    handler({"text": texts[0]}, None)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    for text in texts:
        handler({"text": text}, None)
    return {"seconds": time.perf_counter() - began}


def _read_json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def main(command: str, module: str, *arguments: str) -> dict[str, Any]:
    if command == "first":
        started, events, calls = arguments
        return measure_first(module, float(started), _read_json(events), int(calls))
    (essays,) = arguments
    return measure_essays(module, _read_json(essays))


if __name__ == "__main__":
    sys.path.insert(0, "")
    print(json.dumps(main(*sys.argv[1:])))
