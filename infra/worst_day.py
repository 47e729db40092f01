"""The highest possible cost of a day: every execution environment busy for 24 hours."""

from dataclasses import dataclass

from essay_scorer.aws.costs import MonitoringCost, load_prices, log_cost
from essay_scorer.contract import (
    DAYS_PER_MONTH,
    FREE_EPHEMERAL_STORAGE,
    RESTARTS_PER_DAY,
    SECONDS_PER_DAY,
    TRANSITIONS_PER_BATCH,
)
from infra.settings import Settings

ACCOUNT_QUOTA = 1_000  # concurrent execution environments, AWS's default
REQUESTS_PER_SECOND = 10  # of an execution environment, AWS's quota
MIN_DURATION = 0.05  # seconds per essay; determines the number of batches in a busy day

_PRICES = load_prices()


def price(name: str, architecture: str | None = None) -> float:
    """Return a price in US dollars by its name in ``prices.toml``."""
    value = _PRICES[name]
    return float(value if architecture is None else value[architecture])


@dataclass(frozen=True, kw_only=True)
class WorstDay:
    """The highest possible cost of a day, in US dollars.

    Attributes:
        environments: the maximum of concurrent execution environments.
        duration: GB-seconds of the function, and its ephemeral storage.
        provisioned: provisioned concurrency, billed even when idle.
        requests: requests to Lambda and to API Gateway.
        snap_start: storing SnapStart snapshots, and restoring environments from them.
        monitoring: log lines of the requests, dashboard, alarms and metrics.
        batch: the batch function, which only principals of the account can start.
    """

    environments: int
    duration: float
    provisioned: float
    requests: float
    snap_start: float
    monitoring: float
    batch: float

    @property
    def total(self) -> float:
        return (
            self.duration
            + self.provisioned
            + self.requests
            + self.snap_start
            + self.monitoring
            + self.batch
        )

    def describe(self, settings: Settings) -> str:
        """Return one or two sentences for the person who pays."""
        limit = "reserved_concurrency" if settings.reserved_concurrency else "the default quota"
        parts = [
            f"{self.environments:,} execution environments ({limit}) busy for 24 hours "
            f"(${self.duration:,.2f})",
            f"their requests (${self.requests:,.2f})",
            f"logs and alarms (${self.monitoring:,.2f})",
        ]
        if self.provisioned:
            parts.append(f"provisioned concurrency (${self.provisioned:,.2f})")
        if self.snap_start:
            parts.append(f"SnapStart snapshots and restores (${self.snap_start:,.2f})")
        if self.batch:
            parts.append(
                f"back-to-back batch runs at a concurrency of {settings.batch_concurrency:,} "
                f"(${self.batch:,.2f})"
            )
        text = f"At most ${self.total:,.2f} per day: {', '.join(parts)}."
        if settings.reserved_concurrency is None:
            text += " Set reserved_concurrency to lower it."
        return text


def worst_day(settings: Settings) -> WorstDay:
    """Return the highest possible cost of a day for the functions and the REST API.

    Outgoing data and storage are not included: they cost cents on an ordinary day. Neither are
    batch runs that overlap: the batch function's concurrency is limited per run.
    """
    environments = settings.reserved_concurrency or ACCOUNT_QUOTA
    return WorstDay(
        environments=environments,
        duration=environments * SECONDS_PER_DAY * _price_per_second(settings),
        provisioned=_provisioned(settings),
        requests=_requests(settings, environments),
        snap_start=_snap_start(settings, environments) if settings.snap_start else 0,
        monitoring=_monitoring(settings, environments),
        batch=_batch(settings) if settings.batch else 0,
    )


def _price_per_second(settings: Settings) -> float:
    """Return the price of one execution environment for a second, with its /tmp."""
    storage = (settings.ephemeral_storage - FREE_EPHEMERAL_STORAGE) / 1024
    memory = _memory_per_second(settings.memory, settings)
    return memory + storage * price("ephemeral_storage_gb_second")


def _memory_per_second(memory: int, settings: Settings) -> float:
    return memory / 1024 * price("gb_second", settings.architecture)


def _provisioned(settings: Settings) -> float:
    start, end = settings.provisioned_range
    seconds = settings.provisioned_concurrency * (end - start) * 3600
    gb_second = price("provisioned_gb_second", settings.architecture)
    return seconds * settings.memory / 1024 * gb_second


def _requests(settings: Settings, environments: int) -> float:
    count = environments * SECONDS_PER_DAY * REQUESTS_PER_SECOND
    cost = count * price("request")
    if settings.api_gateway:
        throttled = min(count, settings.requests_per_second * SECONDS_PER_DAY)
        cost += throttled * price("gateway_request")
    return cost


def _snap_start(settings: Settings, environments: int) -> float:
    stored = SECONDS_PER_DAY * price("snapshot_gb_second")
    restored = environments * RESTARTS_PER_DAY * price("snapshot_restore_gb")
    return settings.memory / 1024 * (stored + restored)


def _monitoring(settings: Settings, environments: int) -> float:
    month = MonitoringCost.of_deployment(api_gateway=settings.api_gateway, batch=settings.batch)
    requests = environments * SECONDS_PER_DAY * REQUESTS_PER_SECOND
    return log_cost(requests) + (month.fixed + month.metrics) / DAYS_PER_MONTH


def _batch(settings: Settings) -> float:
    """Return the cost of full batches all day, at the concurrency of one run."""
    seconds = settings.batch_concurrency * SECONDS_PER_DAY
    batches = seconds / (MIN_DURATION * settings.batch_size)
    per_batch = price("request") + TRANSITIONS_PER_BATCH * price("state_transition")
    return seconds * _memory_per_second(settings.batch_memory, settings) + batches * per_batch
