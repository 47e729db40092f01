"""Retries and catchers: AWS's examples, and AWS's own interpreter's records.

The examples are from
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
"""

import random

import pytest

from infra.retry_rules import Retries, State, find_catcher


def _delays(state: State, *errors: str, seed: int = 1) -> list[float | None]:
    retries = Retries(state, random.Random(seed))
    return [retries.delay(error) for error in errors]


def test_complex_retry_scenario() -> None:
    """Example 4: ErrorA, ErrorB, ErrorC, ErrorB wait 1, 2 and 5 s, and then go to state Z."""
    state = {
        "Retry": [
            {"ErrorEquals": ["ErrorA", "ErrorB"], "IntervalSeconds": 1, "BackoffRate": 2.0,
             "MaxAttempts": 2},
            {"ErrorEquals": ["ErrorC"], "IntervalSeconds": 5},
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}],
    }  # fmt: skip
    assert _delays(state, "ErrorA", "ErrorB", "ErrorC", "ErrorB") == [1, 2, 5, None]
    assert (find_catcher(state, "ErrorB") or {})["Next"] == "Z"


def test_delays_double_from_the_interval() -> None:
    state = {"Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 3, "MaxAttempts": 3,
                        "BackoffRate": 2}]}  # fmt: skip
    assert _delays(state, *"EEEE") == [3, 6, 12, None]


def test_max_delay_limits_the_wait() -> None:
    """Example 2, without its jitter."""
    state = {"Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 3, "MaxAttempts": 3,
                        "BackoffRate": 2, "MaxDelaySeconds": 5}]}  # fmt: skip
    assert _delays(state, *["States.Timeout"] * 4) == [3, 5, 5, None]


def test_full_jitter_is_between_zero_and_the_delay() -> None:
    state = {"Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 3,
                        "BackoffRate": 2, "JitterStrategy": "FULL"}]}  # fmt: skip
    drawn = [_delays(state, *"EEE", seed=seed) for seed in range(200)]
    for index, longest in enumerate((2, 4, 8)):
        seconds = [delays[index] or 0 for delays in drawn]
        assert 0 <= min(seconds) < 0.1 * longest, "no wait is near zero"
        assert 0.9 * longest < max(seconds) <= longest, "no wait is near the longest one"


@pytest.mark.parametrize(("error", "expected"), [("States.Timeout", None), ("Other", 1)])
def test_all_errors_except_timeout(error: str, expected: float | None) -> None:
    """Example 3: the first retrier that applies decides, although the second one applies too."""
    state = {"Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 0},
                       {"ErrorEquals": ["States.ALL"]}]}  # fmt: skip
    assert _delays(state, error) == [expected]


def test_task_failed_is_every_error_but_a_timeout() -> None:
    state = {"Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Z"}]}
    assert find_catcher(state, "Lambda.Unknown")
    assert find_catcher(state, "States.Timeout") is None
