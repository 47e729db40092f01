"""The log: one line of JSON for what was asked and answered, and never a word of an essay.

A line says what was asked for, how large it was, how long it took, which model answered, and
what came out.  Nothing that a caller wrote gets into it: a path only if there is a route of
that name, a code only if it is one of ours.  Where lines go to Amazon CloudWatch, the
member ``_aws`` (its Embedded Metric Format) makes metrics of scores and flags, without a
call to any service.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

NAMESPACE = "EssayScorer"
_AT_MOST = 100  # values of one metric in one line of the Embedded Metric Format
_OTHER = "other"
_METRICS = ("score", "review", "flagged")  # and every flag

Write = Callable[[str], object]


class Journal:
    """Writes lines.  Thread-safe as far as ``write`` is: each line is one call of it."""

    def __init__(
        self,
        write: Write,
        *,
        name: str,
        version: str,
        codes: Collection[str],
        function: str = "",
    ) -> None:
        """Take where lines go, the model's name and version, and the codes of errors.

        ``function`` is the Lambda function's name; with it, lines become metrics.
        """
        self._write = write
        self._model = {"model": name, "version": version}
        self._codes = frozenset(codes)
        self._function = function

    def note(
        self,
        answers: Iterable[Any],
        *,
        door: str,
        status: int,
        began: float,
        request: str = "",
        route: str = "",
        size: int | None = None,
    ) -> None:
        """Write what became of one event; ``began`` is a reading of ``time.perf_counter``."""
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        head = {
            "time": round(time.time() * 1000),
            "level": "ERROR" if status >= 500 else "INFO",
            "request": request,
            "door": door,
            "route": route,
            "status": status,
            "bytes": size,
            "milliseconds": milliseconds,
            **self._model,
        }
        told = {name: value for name, value in head.items() if value not in ("", None)}
        for part in _parts(list(answers)):
            line = {**told, **self._outcome(part)}
            self._write(json.dumps({**line, **self._metrics(line)}) + "\n")

    def _outcome(self, answers: list[Any]) -> dict[str, Any]:
        tables = [one for one in answers if isinstance(one, dict)]
        scored = [one for one in tables if "essay score" in one]
        flags = Counter(flag for one in scored for flag in one["flags"])
        errors = Counter(self._code(one["error"]) for one in tables if "error" in one)
        outcome: dict[str, Any] = {}
        if scored:
            outcome["score"] = [one["essay score"] for one in scored]
            outcome["review"] = sum(one["review"] for one in scored)
            outcome["flagged"] = sum(bool(one["flags"]) for one in scored)
            outcome |= {f"flag_{flag}": number for flag, number in sorted(flags.items())}
        if errors:
            outcome["errors"] = dict(sorted(errors.items()))
        return outcome

    def _code(self, error: Any) -> str:
        code = error.get("code") if isinstance(error, dict) else error
        return code if isinstance(code, str) and code in self._codes else _OTHER

    def _metrics(self, line: Mapping[str, Any]) -> dict[str, Any]:
        names = [name for name in line if name in _METRICS or name.startswith("flag_")]
        if not self._function or not names:
            return {}
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": [["function"]],
            "Metrics": [{"Name": name} for name in names],
        }
        return {
            "function": self._function,
            "_aws": {"Timestamp": line["time"], "CloudWatchMetrics": [directive]},
        }


def _parts(answers: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, max(1, len(answers)), _AT_MOST):
        yield answers[first : first + _AT_MOST]
