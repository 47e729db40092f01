"""Batches of a Distributed Map: Step Functions invokes the function with a batch of items.

    {"BatchInput": {"bucket": …, "key": …, "profile": …, "profile_bytes": 70000},
     "Items": [{"n": 0, "start": 0, "end": 1234}, …]}

An item is the number of a row, from 0, and where its request is in the file of essays: the first
byte, and the byte after the last. The items of a batch are consecutive, so they are read at once.
The profile is the key of a teacher's profile in the same bucket; empty if there is none.
Step Functions stores the result in S3, and a retried batch gives the same result again.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from essay_scorer.aws.environment import Environment
from essay_scorer.aws.essay_ranges import ReadRange
from essay_scorer.errors import BatchError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.many import score_requests
from essay_scorer.serving.outcomes import Outcome, outcome_to_dict

if TYPE_CHECKING:
    from essay_scorer.adapt.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Item:
    """A row of the input, and where its request is."""

    n: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class MapEvent:
    """A batch of a Distributed Map.

    Attributes:
        bucket: of the file of essays.
        key: of the file of essays.
        items: the rows of the batch.
        profile: the key of the profile to score by; empty if there is none.
        profile_bytes: its size.
    """

    bucket: str
    key: str
    items: Sequence[Item]
    profile: str = ""
    profile_bytes: int = 0

    @classmethod
    def parse(cls, event: object) -> Self | None:
        """Return the batch in an event; None if the event is something else."""
        match event:
            case {
                "BatchInput": {"bucket": str(bucket), "key": str(key)} as given,
                "Items": [_, *_] as items,
            }:
                ranges = [_parse_item(item) for item in items]
                valid = [one for one in ranges if one is not None]
                if valid != ranges:
                    return None
                return cls(
                    bucket=bucket,
                    key=key,
                    items=valid,
                    profile=str(given.get("profile", "")),
                    profile_bytes=int(given.get("profile_bytes", 0)),
                )
        return None

    def read_requests(self, read_range: ReadRange) -> Iterator[object]:
        """Yield the request of each item."""
        start = min(item.start for item in self.items)
        content = read_range(self.bucket, self.key, start, max(item.end for item in self.items))
        for item in self.items:
            yield json.loads(content[item.start - start : item.end - start])

    def read_profile(self, read_range: ReadRange) -> "Profile | None":
        """Return the profile to score by; None if there is none.

        Raises:
            InvalidProfile: the file is not a profile.
        """
        if not self.profile:
            return None
        return _parse_profile(read_range(self.bucket, self.profile, 0, self.profile_bytes))


@lru_cache(maxsize=4)  # of a run: its batches have the same one
def _parse_profile(content: bytes) -> "Profile":
    from essay_scorer.adapt.profile import Profile  # noqa: PLC0415 - few batches have one

    return Profile.from_dict(json.loads(content))


def _parse_item(item: object) -> Item | None:
    match item:
        case {"n": int(n), "start": int(start), "end": int(end)} if 0 <= start < end and n >= 0:
            return Item(n=n, start=start, end=end)
    return None


def score_map_event(
    scorer: Scorer, event: MapEvent, *, read_range: ReadRange, environment: Environment
) -> tuple[Mapping[str, Any], Sequence[Outcome]]:
    """Score a batch.

    Args:
        scorer: the bundle's.
        event: the batch.
        read_range: reads the file of essays.
        environment: of the function.

    Returns:
        The result, with ``[row, outcome]`` for each item, the duration, the memory and the version
        of the function; and the outcomes, for the request log.

    Raises:
        BatchError: the batch failed as a whole; Step Functions retries it.
    """
    started = time.perf_counter()
    try:
        if (profile := event.read_profile(read_range)) is not None:
            scorer = scorer.with_profile(profile)
        outcomes = score_requests(scorer, event.read_requests(read_range))
    except Exception as error:  # noqa: BLE001 - AWS logs its message, which may quote an essay
        raise BatchError(f"The batch failed: {type(error).__name__}.") from None
    answers = [
        [item.n, outcome_to_dict(outcome)]
        for item, outcome in zip(event.items, outcomes, strict=True)
    ]
    result = {
        "answers": answers,
        "milliseconds": round((time.perf_counter() - started) * 1000),
        "memory": environment.memory,
        "version": environment.version,
    }
    return result, outcomes
