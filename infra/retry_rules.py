"""How Step Functions handles the errors of a state: its Retry and Catch fields.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import random
from typing import Any

State = dict[str, Any]  # as Amazon States Language defines it

DEFAULT_INTERVAL, DEFAULT_ATTEMPTS, DEFAULT_RATE = 1, 3, 2.0
TIMEOUT = "States.Timeout"


def matches(handler: State, error: str) -> bool:
    """Return whether a retrier or a catcher applies to an error.

    Args:
        handler: with its ``ErrorEquals``.
        error: its name.
    """
    names = handler["ErrorEquals"]
    return error in names or "States.ALL" in names or ("States.TaskFailed" in names
                                                       and error != TIMEOUT)  # fmt: skip


def find_catcher(state: State, error: str) -> State | None:
    """Return the first catcher of a state that applies to an error."""
    return next((one for one in state.get("Catch", []) if matches(one, error)), None)


def delay_before(retrier: State, count: int, generator: random.Random) -> float:
    """Return the seconds before another attempt.

    Args:
        retrier: that applies.
        count: how many attempts it has used.
        generator: of the jitter.
    """
    longest = float(retrier.get("MaxDelaySeconds", float("inf")))
    seconds = float(retrier.get("IntervalSeconds", DEFAULT_INTERVAL))
    rate = float(retrier.get("BackoffRate", DEFAULT_RATE))
    while count and seconds < longest:
        seconds, count = seconds * rate, count - 1
    seconds = min(seconds, longest)
    return seconds * generator.random() if retrier.get("JitterStrategy") == "FULL" else seconds


class Retries:
    """The retries of one execution of a state."""

    def __init__(self, state: State, generator: random.Random) -> None:
        """Start counting.

        Args:
            state: its definition.
            generator: of the jitter.
        """
        self._retriers = state.get("Retry", [])
        self._counts = [0] * len(self._retriers)
        self._random = generator

    def delay(self, error: str) -> float | None:
        """Return the seconds until the next attempt, or None if there is none.

        The first retrier that applies decides, even when all of its attempts are used.
        """
        for index, retrier in enumerate(self._retriers):
            if matches(retrier, error):
                count = self._counts[index]
                if count >= retrier.get("MaxAttempts", DEFAULT_ATTEMPTS):
                    return None
                self._counts[index] += 1
                return delay_before(retrier, count, self._random)
        return None
