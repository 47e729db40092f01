"""Hooks that Schemathesis loads in its own process.

ESSAY_SCORER_COUNTS   a file for the number of responses by operation and status
ESSAY_SCORER_LOCKED   set if the server requires a key
"""

import atexit
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

COUNTS, LOCKED = "ESSAY_SCORER_COUNTS", "ESSAY_SCORER_LOCKED"

# Ignored by every route; without them a GET would have one case only.
IGNORED_PARAMETERS = [
    {"in": "query", "name": "q", "schema": {"type": "string"}},
    *(
        {"in": "header", "name": name, "schema": {"type": "string"}}
        for name in ("Accept-Encoding", "If-None-Match", "Origin", "Range", "X-Forwarded-For")
    ),
]

_counts: Counter[tuple[str, int]] = Counter()


@schemathesis.hook
def before_load_schema(_context: HookContext, raw_schema: dict[str, Any]) -> None:
    for path in raw_schema["paths"].values():
        for operation in path.values():
            operation["parameters"] = [*operation.get("parameters", []), *IGNORED_PARAMETERS]
            if LOCKED in os.environ and {} in operation["security"]:
                operation["security"].remove({})  # the alternative without a key


@schemathesis.hook
def filter_failure(
    _context: HookContext, failure: Failure, case: Case[Any], _response: Response
) -> bool:
    """Accept what JSON Schema cannot say.

    That is a text without letters, a profile of no model, and one of several texts that is not a
    string: it has its own error among the answers.
    """
    if not isinstance(case.body, dict):
        return True
    if type(failure).__name__ == "AcceptedNegativeData":
        texts = case.body.get("texts")
        return not (isinstance(texts, list) and any(not isinstance(one, str) for one in texts))
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    text, profile = case.body.get("text"), case.body.get("profile")
    without_words = isinstance(text, str) and not any(map(str.isalpha, text))
    return not (without_words or isinstance(profile, dict))


@schemathesis.hook
def after_call(_context: HookContext, case: Case[Any], response: Response) -> None:
    _counts[case.operation.label, response.status_code] += 1


@atexit.register
def _write_counts() -> None:
    if path := os.environ.get(COUNTS):
        table = [[*key, count] for key, count in sorted(_counts.items())]
        Path(path).write_text(json.dumps(table), encoding="utf-8")
