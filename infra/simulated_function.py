"""A function in AWS Lambda in simulated time: quotas, cold starts, and faults.

- A function gets at most 1,000 new environments in ten seconds; the rate is refilled continuously.
  https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
- An invocation beyond the account's quota of concurrent executions is throttled, and not billed.
  https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
- Starting an environment from a container image is billed.
  https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

SCALING_RATE, SCALING_BURST = 100.0, 1000.0  # environments per second, and at once
THROTTLED = "Lambda.TooManyRequestsException"
SERVICE_ERROR = "Lambda.ServiceException"
KILLED, TIMED_OUT, FAILED = "Lambda.Unknown", "Sandbox.Timedout", "ValueError"
REFUSAL_SECONDS = 0.05  # until an invocation that is refused is answered


@dataclass(frozen=True, kw_only=True)
class Account:
    """What limits the function.

    Attributes:
        quota: of concurrent executions.
        others: the largest share of the quota that other functions of the account take. They take
            a random one, which changes about every ``others_seconds``.
        others_seconds: the mean time that they take the same share.
    """

    quota: int
    others: float = 0.0
    others_seconds: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What goes wrong.

    Attributes:
        kills: the probability that an invocation ends with its environment.
        service_errors: the probability that Lambda fails instead of invoking the function.
        failing: rows whose essays raise an exception.
        endless: rows whose essays take longer than the function may run.
    """

    kills: float = 0.0
    service_errors: float = 0.0
    failing: frozenset[int] = frozenset()
    endless: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Workload:
    """How long scoring takes, in seconds. None of it was measured in AWS.

    Attributes:
        essay: an essay, on average: 20 a second and environment.
        spread: the standard deviation of an essay.
        invocation: what each invocation adds: reading the essays from S3, and the answer.
        cold_start: until a new environment has loaded the image and the model.
        timeout: after which Lambda ends an invocation.
    """

    essay: float = 0.05
    spread: float = 0.03
    invocation: float = 0.05
    cold_start: float = 5.0
    timeout: float = 180.0


@dataclass
class Usage:
    """What the account is charged for, and how often it was refused."""

    invocations: int = 0
    throttled: int = 0
    cold_starts: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Invocation:
    """An invocation that ends after some seconds.

    Attributes:
        seconds: until it ends.
        error: its name, or None if the essays were scored.
        runs: whether an environment runs it, which must be released when it ends.
    """

    seconds: float
    error: str | None
    runs: bool


@dataclass
class SimulatedFunction:
    """A function.

    Attributes:
        account: what limits it.
        faults: what goes wrong.
        workload: how long it takes.
        random: the source of everything random.
        usage: what has been used so far.
    """

    account: Account
    faults: Faults
    workload: Workload
    random: random.Random
    usage: Usage = field(default_factory=Usage)
    _busy: int = 0
    _idle: int = 0
    _others: int = 0
    _others_until: float = 0.0
    _tokens: float = SCALING_BURST
    _refilled: float = 0.0

    def invoke(self, now: float, rows: Sequence[int]) -> Invocation:
        """Return what becomes of an invocation with some rows at a time."""
        if self._busy + self._count_others(now) >= self.account.quota:
            return self._refuse()
        if self.random.random() < self.faults.service_errors:
            return Invocation(REFUSAL_SECONDS, SERVICE_ERROR, runs=False)
        starting = self._take_environment(now)
        if starting is None:
            return self._refuse()
        seconds, error = self._score(rows)
        self.usage.invocations += 1
        self.usage.seconds += starting + seconds
        return Invocation(starting + seconds, error, runs=True)

    def release(self, error: str | None) -> None:
        """Return the environment of an invocation that has ended, unless it ended too."""
        self._busy -= 1
        if error not in (KILLED, TIMED_OUT):
            self._idle += 1

    def _refuse(self) -> Invocation:
        self.usage.throttled += 1
        return Invocation(REFUSAL_SECONDS, THROTTLED, runs=False)

    def _take_environment(self, now: float) -> float | None:
        """Return the seconds that it takes to start one, or None if none may be started."""
        if self._idle:
            self._idle -= 1
            self._busy += 1
            return 0.0
        refill = (now - self._refilled) * SCALING_RATE
        self._tokens, self._refilled = min(SCALING_BURST, self._tokens + refill), now
        if self._tokens < 1:
            return None
        self._tokens -= 1
        self._busy += 1
        self.usage.cold_starts += 1
        return self.workload.cold_start

    def _count_others(self, now: float) -> int:
        """Return the concurrent executions of other functions."""
        if self.account.others:
            while now >= self._others_until:
                share = self.random.random() * self.account.others
                self._others = round(share * self.account.quota)
                self._others_until += self.random.expovariate(1 / self.account.others_seconds)
        return self._others

    def _score(self, rows: Sequence[int]) -> tuple[float, str | None]:
        """Return how long scoring takes, and the error with which it ends."""
        work, count = self.workload, len(rows)
        seconds = work.invocation + count * work.essay
        seconds = max(seconds / 2, self.random.gauss(seconds, count**0.5 * work.spread))
        if self.random.random() < self.faults.kills:
            return seconds * self.random.random(), KILLED
        if self.faults.endless and not self.faults.endless.isdisjoint(rows):
            return work.timeout, TIMED_OUT
        if self.faults.failing and not self.faults.failing.isdisjoint(rows):
            return seconds * self.random.random(), FAILED
        return (seconds, None) if seconds < work.timeout else (work.timeout, TIMED_OUT)
