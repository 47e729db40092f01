"""Whether the essays of a day are like those that a bundle was measured on.

The lines that ``journal`` writes hold every score and the number of flagged essays, so a
log is enough; no essay is needed.  Two distributions are compared by the population
stability index (Lewis 1994; Siddiqi 2006): the sum of (p - q) × ln(p / q), with the rule
of thumb of both books that under 0.1 nothing has changed, and from 0.25 on a model is not
on its own ground any more.  Of few essays the index is large by chance: under no change
it is about χ² × (1/n + 1/m) (Yurdakul 2018), and what chance gives once in a hundred days
is called nothing.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Self

from essay_scorer.errors import FileError

MOVED, DRIFTED = 0.10, 0.25
NONE_SAID, MOVED_SAID, DRIFT_SAID = "no_drift", "moved", "drift"
_SELDOM = 2.3263  # what a normal variable is over, once in a hundred
_FLAG = "flag_"


@dataclass(kw_only=True)
class Tally:
    """How many essays got which score, and which flags."""

    scores: Counter[int] = field(default_factory=Counter)
    flagged: int = 0  # essays with any flag
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def essays(self) -> int:
        return self.scores.total()

    @classmethod
    def measured(cls, metrics: Mapping[str, Any]) -> Self:
        """Return what a bundle's metrics say of the essays that measured it.

        Raises:
            FileError: it was not measured.
        """
        try:
            test = metrics["test"]
            parts = test["coverage_by"]["machine score"]
            scores = Counter({int(score): int(part["essays"]) for score, part in parts.items()})
            shares = {name: float(share) for name, share in test["flags"].items()}
            flagged = round(shares.pop("any") * scores.total())
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FileError(
                "The bundle was not measured on essays, so it has no usual scores; "
                "name a log of usual days with --usual."
            ) from error
        flags = Counter({name: round(share * scores.total()) for name, share in shares.items()})
        return cls(scores=scores, flagged=flagged, flags=flags)

    @classmethod
    def logged(cls, lines: Iterable[Mapping[str, Any]]) -> Self:
        """Return what the lines of a log say."""
        tally = cls()
        for line in lines:
            tally.scores.update(line["score"])
            tally.flagged += line["flagged"]
            tally.flags.update(
                {
                    name.removeprefix(_FLAG): number
                    for name, number in line.items()
                    if name.startswith(_FLAG)
                }
            )
        return tally


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How far one distribution is from the usual one."""

    index: float
    chance: float  # what chance gives once in a hundred times

    @classmethod
    def between(cls, usual: Iterable[int], here: Iterable[int]) -> Self:
        """Compare two rows of counts of the same things."""
        pairs = list(zip(usual, here, strict=True))
        # Half an essay more in each place: nothing is impossible for not having been seen.
        m, n = (sum(row) + len(pairs) / 2 for row in zip(*pairs, strict=True))
        shares = [((there + 0.5) / m, (now + 0.5) / n) for there, now in pairs]
        index = sum((p - q) * math.log(p / q) for q, p in shares)
        return cls(index=index, chance=_chi_squared(len(pairs) - 1) * (1 / m + 1 / n))

    @property
    def verdict(self) -> str:
        if self.index < max(MOVED, self.chance):
            return NONE_SAID
        return MOVED_SAID if self.index < DRIFTED else DRIFT_SAID


def _chi_squared(freedom: int) -> float:
    """Return what χ² is over, once in a hundred (Wilson & Hilferty 1931)."""
    part = 2 / (9 * freedom)
    return freedom * (1 - part + _SELDOM * math.sqrt(part)) ** 3


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A day beside the usual."""

    usual: Tally
    here: Tally
    scores: Shift
    flagged: Shift

    @classmethod
    def between(cls, usual: Tally, here: Tally) -> Self:
        """Compare a day with the usual."""
        places = sorted(usual.scores.keys() | here.scores.keys())
        return cls(
            usual=usual,
            here=here,
            scores=Shift.between(
                [usual.scores[score] for score in places], [here.scores[score] for score in places]
            ),
            flagged=Shift.between(*(_split(tally) for tally in (usual, here))),
        )

    @property
    def verdict(self) -> str:
        verdicts = {self.scores.verdict, self.flagged.verdict}
        return next(one for one in (DRIFT_SAID, MOVED_SAID, NONE_SAID) if one in verdicts)

    def to_dict(self) -> dict[str, Any]:
        """Return everything that was compared, for a program."""
        return {
            "verdict": self.verdict,
            "essays": {"usual": self.usual.essays, "here": self.here.essays},
            "scores": {**_said(self.scores), "shares": self.shares("scores")},
            "flagged": {**_said(self.flagged), "shares": self.shares("flags")},
        }

    def shares(self, what: str) -> dict[str, dict[str, float]]:
        """Return the share of the essays with each score or flag, usually and here."""
        usual, here = getattr(self.usual, what), getattr(self.here, what)
        rows = {name: (usual[name], here[name]) for name in sorted(usual.keys() | here.keys())}
        if what == "flags":
            rows = {"any": (self.usual.flagged, self.here.flagged), **rows}
        return {
            str(name): {
                "usual": round(there / self.usual.essays, 4),
                "here": round(now / self.here.essays, 4),
            }
            for name, (there, now) in rows.items()
        }


def _split(tally: Tally) -> tuple[int, int]:
    return tally.flagged, tally.essays - tally.flagged


def _said(shift: Shift) -> dict[str, Any]:
    return {
        "index": round(shift.index, 4),
        "chance": round(shift.chance, 4),
        "verdict": shift.verdict,
    }


def lines_of(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the journal's lines about scored essays that a log holds, however it was fetched.

    That is the lines themselves, with or without a time and a stream's name in front, as
    ``aws logs tail`` prints them, or the JSON of ``aws logs filter-log-events``.
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = text.splitlines()
    return _lines_in(whole)


def _lines_in(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _lines_in(one)
    elif isinstance(value, dict) and ("events" in value or "message" in value):
        yield from _lines_in(value.get("events", value.get("message")))
    elif isinstance(value, dict):
        if _is_of_essays(value):
            yield value
    elif isinstance(value, str) and (begun := value.find("{")) >= 0:
        try:
            found = json.loads(value[begun:])
        except (ValueError, RecursionError):
            return
        yield from _lines_in(found)


def _is_of_essays(line: dict[str, Any]) -> bool:
    scores = line.get("score")
    numbers = [number for name, number in line.items() if name.startswith((_FLAG, "flagged"))]
    return (
        isinstance(scores, list)
        and "flagged" in line
        and all(isinstance(one, int) for one in (*scores, *numbers, line.get("time")))
    )


def of_day(lines: Iterable[Mapping[str, Any]], day: date) -> Iterator[Mapping[str, Any]]:
    """Yield the lines of one day, as UTC has it."""
    for line in lines:
        if datetime.fromtimestamp(line["time"] / 1000, UTC).date() == day:
            yield line
