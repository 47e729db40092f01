"""What a deployment costs at worst: every environment that may run, busy all day.

Prices are those that AWS publishes for us-east-1, in US dollars, first tier, without the
free one.  Other regions cost up to a third more.
"""

from dataclasses import dataclass

from .settings import Settings

DAY = 86_400  # seconds
ACCOUNT_QUOTA = 1_000  # environments at the same time, unless AWS raised it
FASTEST = 0.05  # seconds for a request; sets how many requests a busy day can have

GB_SECOND = {"x86_64": 0.000_016_666_7, "arm64": 0.000_013_333_4}
KEPT_WARM = {"x86_64": 0.000_004_166_7, "arm64": 0.000_003_333_4}  # a GB-second of waiting
PICTURE_GB_SECOND = 0.000_001_504_6  # SnapStart: keeping the picture of one version
RESTORED_GB = 0.000_139_799_8  # SnapStart: starting one environment from it
STARTS = 24  # of one environment in a day: AWS replaces a busy one every few hours
DISK_GB_SECOND = 0.000_000_030_9  # beyond the first 512 MB
REQUEST = 0.20 / 1e6
GATEWAY_REQUEST = 3.50 / 1e6
FREE_DISK = 512  # MB


@dataclass(frozen=True, kw_only=True)
class WorstDay:
    """US dollars a day, and what they are made of."""

    environments: int
    running: float
    waiting: float  # environments that are kept warm, whoever calls
    requests: float
    pictures: float  # SnapStart's

    @property
    def total(self) -> float:
        return self.running + self.waiting + self.requests + self.pictures

    def sentence(self, settings: Settings) -> str:
        """Say it to the person who pays."""
        bound = "your reservation" if settings.reserved_concurrency else "an account's usual quota"
        said = (
            f"At worst, a day costs ${self.total:,.2f}: {self.environments:,} environments "
            f"({bound}) busy for 24 hours (${self.running:,.2f}), their requests "
            f"(${self.requests:,.2f})"
        )
        if self.waiting:
            said += f", environments that are kept warm (${self.waiting:,.2f})"
        if self.pictures:
            said += f", SnapStart's pictures and what starts from them (${self.pictures:,.2f})"
        if settings.reserved_concurrency is None:
            return f"{said}. Set reserved_concurrency to bound it."
        return f"{said}."


def worst_day(settings: Settings) -> WorstDay:
    """Return the upper end of a day's bill for the function and its doors.

    Logs, alarms and the data that leaves AWS come on top: cents, unless the day is such a one.
    """
    environments = settings.reserved_concurrency or ACCOUNT_QUOTA
    gigabytes = settings.memory / 1024
    disk = max(0, settings.ephemeral_storage - FREE_DISK) / 1024
    a_second = gigabytes * GB_SECOND[settings.architecture] + disk * DISK_GB_SECOND
    requests = environments * DAY / FASTEST
    through_gateway = (
        min(requests, settings.requests_per_second * DAY) if settings.api_gateway else 0
    )
    start, end = settings.warm_hours
    warm = settings.provisioned_concurrency * (end - start) * 3600
    started = DAY * PICTURE_GB_SECOND + environments * STARTS * RESTORED_GB
    return WorstDay(
        environments=environments,
        running=environments * DAY * a_second,
        waiting=warm * gigabytes * KEPT_WARM[settings.architecture],
        requests=requests * REQUEST + through_gateway * GATEWAY_REQUEST,
        pictures=gigabytes * started if settings.snap_start else 0,
    )
