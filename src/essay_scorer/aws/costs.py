"""What essays cost in AWS Lambda, from measured times and a dated table of prices.

``make bench`` measured the times on the machine that it names, not in Lambda; arm64 is assumed
to take the same. Requests are spread evenly over the day, so where they are rare, AWS removes
the execution environment between two of them.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from essay_scorer.contract import (
    ALARM_METRICS,
    BATCH_ALARM_METRICS,
    CUSTOM_METRICS,
    DASHBOARDS,
    DAYS_PER_MONTH,
    GATEWAY_ALARM_METRICS,
    LOG_BYTES_PER_REQUEST,
    RESTARTS_PER_DAY,
    SECONDS_PER_DAY,
)

_PRICES = Path(__file__).with_name("prices.toml")
MEASURED_TIMES = Path(__file__).with_name("measured.json")

IDLE_TIMEOUT = 300  # seconds without a request, after which AWS may remove an environment
ARCHITECTURES = ("x86_64", "arm64")


def load_prices() -> Mapping[str, Any]:
    """Return the table of prices, in US dollars; ``prices.toml`` has the units."""
    return tomllib.loads(_PRICES.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class MeasuredTimes:
    """Seconds that a handler took on the benchmark machine.

    Attributes:
        first: from the start of a new process to the first score.
        warm: for a score after that.
    """

    first: float
    warm: float

    @classmethod
    def read(cls, handler: str = "ours") -> Self:
        """Return what ``make bench`` measured for a handler, ``ours`` or ``original``."""
        return cls(**json.loads(MEASURED_TIMES.read_bytes())[handler])


@dataclass(frozen=True, kw_only=True)
class MonthlyCost:
    """US dollars for thirty days in one mode.

    Attributes:
        mode: on demand, provisioned or SnapStart.
        architecture: of the function.
        requests: the charge per request.
        duration: the charge for running.
        startup: the charge for cold starts.
        idle: the charge without any request.
        logs: the charge for writing the log.
    """

    mode: str
    architecture: str
    requests: float
    duration: float
    startup: float
    idle: float
    logs: float

    @property
    def total(self) -> float:
        """The sum of all charges."""
        return self.requests + self.duration + self.startup + self.idle + self.logs


@dataclass(frozen=True, kw_only=True)
class MonitoringCost:
    """US dollars for CloudWatch for thirty days, whatever the traffic is.

    Attributes:
        dashboards: how many there are.
        alarm_metrics: metrics of alarms.
        custom_metrics: metrics of the request log, which cost only in hours with requests.
    """

    dashboards: int
    alarm_metrics: int
    custom_metrics: int

    @classmethod
    def of_deployment(cls, *, api_gateway: bool = False, batch: bool = False) -> Self:
        """Return the cost of a deployment with these settings, and the defaults for all others."""
        gateway, batches = int(api_gateway), int(batch)
        return cls(
            dashboards=DASHBOARDS,
            alarm_metrics=ALARM_METRICS
            + gateway * GATEWAY_ALARM_METRICS
            + batches * BATCH_ALARM_METRICS,
            custom_metrics=CUSTOM_METRICS * (1 + batches),
        )

    @property
    def fixed(self) -> float:
        """The charge without any request."""
        prices = load_prices()
        dashboards = self.dashboards * prices["dashboard_month"]
        return float(dashboards + self.alarm_metrics * prices["alarm_metric_month"])

    @property
    def metrics(self) -> float:
        """The charge for custom metrics, in addition, with requests in every hour."""
        return float(self.custom_metrics * load_prices()["custom_metric_month"])


def log_cost(requests: float) -> float:
    """Return US dollars for writing the log lines of requests."""
    return requests * LOG_BYTES_PER_REQUEST / 1e9 * float(load_prices()["log_gb"])


def cold_starts(per_day: float) -> float:
    """Return how many of a day's essays need a new execution environment."""
    if per_day * IDLE_TIMEOUT < SECONDS_PER_DAY:
        return per_day
    return min(per_day, RESTARTS_PER_DAY)


def cost_per_thousand(seconds: float, *, memory: int) -> float:
    """Return US dollars for a thousand requests, on demand on x86_64.

    Args:
        seconds: that each runs.
        memory: of the function, in MB.
    """
    prices = load_prices()
    gb_seconds = seconds * memory / 1024
    return 1000 * float(prices["request"] + gb_seconds * prices["gb_second"]["x86_64"])


def monthly_costs(*, per_day: float, memory: int, times: MeasuredTimes) -> list[MonthlyCost]:
    """Return the cost of a month in every mode and on both architectures.

    Args:
        per_day: essays a day, spread evenly.
        memory: of the function, in MB.
        times: how long a first and a warm score take.
    """
    essays = per_day * DAYS_PER_MONTH
    return [
        MonthlyCost(
            mode=mode,
            architecture=architecture,
            requests=essays * load_prices()["request"],
            duration=duration,
            startup=startup,
            idle=idle,
            logs=log_cost(essays),
        )
        for architecture in ARCHITECTURES
        for mode, (duration, startup, idle) in _charges(
            architecture, per_day=per_day, memory=memory, times=times
        ).items()
    ]


def _charges(
    architecture: str, *, per_day: float, memory: int, times: MeasuredTimes
) -> dict[str, tuple[float, float, float]]:
    """Return the charges for duration, startup and idling, by mode."""
    prices, gigabytes = load_prices(), memory / 1024
    essays, cold = per_day * DAYS_PER_MONTH, cold_starts(per_day) * DAYS_PER_MONTH
    month = gigabytes * DAYS_PER_MONTH * SECONDS_PER_DAY  # GB-seconds
    second = gigabytes * prices["gb_second"][architecture]
    provisioned_second = gigabytes * prices["provisioned_duration_gb_second"][architecture]
    return {
        "on demand": ((essays - cold) * times.warm * second, cold * times.first * second, 0.0),
        "provisioned": (
            essays * times.warm * provisioned_second,
            0.0,
            month * prices["provisioned_gb_second"][architecture],
        ),
        "SnapStart": (
            essays * times.warm * second,
            cold * gigabytes * prices["snapshot_restore_gb"],
            month * prices["snapshot_gb_second"],
        ),
    }
