"""Measure one handler from inside its own process.

    python contestant.py first STARTED EVENTS.json CALLS
    python contestant.py essays ESSAYS.json

It runs in the handler's folder, where ``main.py`` is, and imports it as Lambda does.  The
first command takes the time since STARTED to the first answer, then calls each event CALLS
times; the second waits for a line on standard input and scores all essays.
"""

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def first(started: float, events: dict[str, Any], calls: int) -> dict[str, Any]:
    handler = import_module("main").handler

    name, *others = events
    handler(events[name], None)
    measured: dict[str, Any] = {"first": time.time() - started, "warm": {}}
    for length in (name, *others):
        handler(events[length], None)
        measured["warm"][length] = [_timed(handler, events[length]) for _ in range(calls)]
    measured["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return measured


def _timed(handler: Any, event: Any) -> float:
    begun = time.perf_counter()
    handler(event, None)
    return time.perf_counter() - begun


def essays(texts: list[str]) -> dict[str, float]:
    handler = import_module("main").handler

    handler({"text": texts[0]}, None)
    print("ready", flush=True)
    sys.stdin.readline()
    begun = time.perf_counter()
    for text in texts:
        handler({"text": text}, None)
    return {"seconds": time.perf_counter() - begun}


if __name__ == "__main__":
    sys.path.insert(0, "")
    if sys.argv[1] == "first":
        told = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))
        print(json.dumps(first(float(sys.argv[2]), told, int(sys.argv[4]))))
    else:
        print(json.dumps(essays(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))))
