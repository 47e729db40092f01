"""What a deployment costs at worst: every environment that may run, busy all day.

The prices are those of the table that ``essay-scorer cost`` reads too.
"""

import tomllib
from dataclasses import dataclass

from .cdk import ROOT
from .settings import Settings

DAY = 86_400  # seconds
ACCOUNT_QUOTA = 1_000  # environments at the same time, unless AWS raised it
FASTEST = 0.05  # seconds for an essay; sets how many requests a busy day can have

PRICES = tomllib.loads((ROOT / "src/essay_scorer/prices.toml").read_text(encoding="utf-8"))
STARTS = 24  # of one environment in a day: AWS replaces a busy one every few hours
FREE_DISK = 512  # MB
TRANSITIONS = 2  # of a batch: it begins, and it is scored


@dataclass(frozen=True, kw_only=True)
class WorstDay:
    """US dollars a day, and what they are made of."""

    environments: int
    running: float
    waiting: float  # environments that are kept warm, whoever calls
    requests: float
    pictures: float  # SnapStart's
    batch: float  # of the function for batches, which only the account's own people start

    @property
    def total(self) -> float:
        return self.running + self.waiting + self.requests + self.pictures + self.batch

    def sentence(self, settings: Settings) -> str:
        """Say it to the person who pays."""
        bound = "reserved_concurrency" if settings.reserved_concurrency else "an account's quota"
        said = (
            f"At worst, a day costs ${self.total:,.2f}: {self.environments:,} environments "
            f"({bound}) busy for 24 hours (${self.running:,.2f}), their requests "
            f"(${self.requests:,.2f})"
        )
        if self.waiting:
            said += f", environments that are kept warm (${self.waiting:,.2f})"
        if self.pictures:
            said += f", SnapStart's pictures and what starts from them (${self.pictures:,.2f})"
        if self.batch:
            said += (
                f", one batch after the other in {settings.batch_concurrency:,} environments "
                f"(${self.batch:,.2f})"
            )
        if settings.reserved_concurrency is None:
            return f"{said}. Set reserved_concurrency to bound it."
        return f"{said}."


def worst_day(settings: Settings) -> WorstDay:
    """Return the upper end of a day's bill for the functions and their doors.

    Logs, alarms and the data that leaves AWS come on top: cents, unless the day is such a one.
    So does each batch that is submitted while another one runs.
    """
    environments = settings.reserved_concurrency or ACCOUNT_QUOTA
    gigabytes = settings.memory / 1024
    disk = max(0, settings.ephemeral_storage - FREE_DISK) / 1024
    a_second = _second(settings) + disk * PRICES["disk_gb_second"]
    requests = environments * DAY / FASTEST
    through_gateway = (
        min(requests, settings.requests_per_second * DAY) if settings.api_gateway else 0
    )
    start, end = settings.warm_hours
    warm = settings.provisioned_concurrency * (end - start) * 3600
    started = DAY * PRICES["picture_gb_second"] + environments * STARTS * PRICES["restored_gb"]
    return WorstDay(
        environments=environments,
        running=environments * DAY * a_second,
        waiting=warm * gigabytes * PRICES["kept_warm_gb_second"][settings.architecture],
        requests=requests * PRICES["request"] + through_gateway * PRICES["gateway_request"],
        pictures=gigabytes * started if settings.snap_start else 0,
        batch=_batch(settings) if settings.batch else 0,
    )


def _second(settings: Settings) -> float:
    """Return what one environment costs in a second, without its disk."""
    return float(settings.memory / 1024 * PRICES["gb_second"][settings.architecture])


def _batch(settings: Settings) -> float:
    """Return a day of full batches, as many at the same time as one run may have."""
    seconds = settings.batch_concurrency * DAY
    a_batch = PRICES["request"] + TRANSITIONS * PRICES["transition"]
    return float(seconds * _second(settings) + seconds / (FASTEST * settings.batch_size) * a_batch)
