"""What essays cost in AWS Lambda: measured times, by a dated table of prices.

The times are those that ``make bench`` measured on the machine that it names, not in
Lambda; on arm64 they are taken to be the same.  Requests are spread evenly over the day,
so that an environment is thrown away between two where they are rare.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

_HERE = Path(__file__).parent
PRICES = _HERE / "prices.toml"
MEASURED = _HERE / "measured.json"

DAY, MONTH = 86_400, 30  # seconds, days
IDLE = 300  # seconds without a request, after which AWS may throw an environment away
STARTS = 24  # of a busy environment in a day: AWS replaces it every few hours
ARCHITECTURES = ("x86_64", "arm64")


def prices() -> Mapping[str, Any]:
    """Return the table of prices."""
    return tomllib.loads(PRICES.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Times:
    """Seconds that a handler took on the machine of the benchmark."""

    first: float  # from the start of a fresh process to the first answer
    warm: float

    @classmethod
    def read(cls, handler: str = "ours") -> Self:
        """Return what ``make bench`` left."""
        return cls(**json.loads(MEASURED.read_bytes())[handler])


@dataclass(frozen=True, kw_only=True)
class Month:
    """US dollars for thirty days in one mode, and what they are made of."""

    mode: str
    architecture: str
    requests: float
    running: float
    starting: float
    standing: float  # whoever calls

    @property
    def total(self) -> float:
        return self.requests + self.running + self.starting + self.standing


def cold_starts(per_day: float) -> float:
    """Return how many of a day's essays meet a fresh environment."""
    return per_day if per_day * IDLE < DAY else min(per_day, STARTS)


def thousand(seconds: float, *, memory: int) -> float:
    """Return US dollars for a thousand requests of so many seconds, on demand on x86_64."""
    table = prices()
    return 1000 * float(table["request"] + seconds * memory / 1024 * table["gb_second"]["x86_64"])


def months(*, per_day: float, memory: int, times: Times) -> list[Month]:
    """Price a month of so many essays a day in every mode and on both architectures.

    Args:
        per_day: essays a day, spread evenly.
        memory: of the function, in MB.
        times: how long a first and a warm score take.
    """
    table, gigabytes = prices(), memory / 1024
    essays, cold = per_day * MONTH, cold_starts(per_day) * MONTH
    whole = gigabytes * MONTH * DAY
    found = []
    for architecture in ARCHITECTURES:
        second = gigabytes * table["gb_second"][architecture]
        kept = table["kept_warm_gb_second"][architecture]
        kept_second = gigabytes * table["kept_warm_running_gb_second"][architecture]
        warm = (essays - cold) * times.warm
        modes = {
            "on demand": (warm * second, cold * times.first * second, 0.0),
            "provisioned": (essays * times.warm * kept_second, 0.0, whole * kept),
            "SnapStart": (
                essays * times.warm * second,
                cold * gigabytes * table["restored_gb"],
                whole * table["picture_gb_second"],
            ),
        }
        found += [
            Month(
                mode=mode,
                architecture=architecture,
                requests=essays * table["request"],
                running=running,
                starting=starting,
                standing=standing,
            )
            for mode, (running, starting, standing) in modes.items()
        ]
    return found
