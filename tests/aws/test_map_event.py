"""A batch of a Distributed Map: each item gets the score that it gets alone."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from essay_scorer import BatchError, Scorer
from essay_scorer.aws import essay_ranges
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler
from essay_scorer.serving.many import score_request

TEXTS = ("The town should keep its library open on Sundays.", "Many families visit it together.")
FIRST = 70  # the row of the first item

Result = dict[str, Any]
Invoke = Callable[..., Result]


class EssayFile:
    """A file of requests in S3.

    Attributes:
        content: its bytes.
        reads: the ranges that were read.
    """

    def __init__(self, requests: tuple[Any, ...]) -> None:
        lines = [json.dumps(request).encode() + b"\n" for request in requests]
        self.content, self.reads = b"".join(lines), list[tuple[int, int]]()
        ends = [len(b"".join(lines[: place + 1])) for place in range(len(lines))]
        self._items = [
            {"n": FIRST + place, "start": end - len(line), "end": end}
            for place, (line, end) in enumerate(zip(lines, ends, strict=True))
        ]

    def event(self, *places: int) -> Result:
        items = [self._items[place] for place in places] if places else self._items
        return {"BatchInput": {"bucket": "bucket", "key": "essays/a.jsonl"}, "Items": items}

    def read_range(self, bucket: str, key: str, start: int, end: int) -> bytes:
        assert (bucket, key) == ("bucket", "essays/a.jsonl")
        self.reads.append((start, end))
        return self.content[start:end]


@pytest.fixture
def invoke(scorer: Scorer) -> Invoke:
    """Return a function that invokes the handler with a batch."""

    def run(file: EssayFile, *places: int) -> Result:
        environment = Environment(memory=1769, version="7")
        handler = make_handler(scorer, environment=environment, read_range=file.read_range)
        return handler(file.event(*places), None)

    return run


def test_each_item_gets_the_score_that_it_gets_alone(invoke: Invoke, scorer: Scorer) -> None:
    file = EssayFile(tuple({"text": text} for text in TEXTS))
    result = invoke(file)
    alone = [
        [FIRST + number, score_request(scorer, {"text": text}).to_dict()]
        for number, text in enumerate(TEXTS)
    ]
    assert result["answers"] == alone
    assert result["milliseconds"] > 0
    assert (result["memory"], result["version"]) == (1769, "7")


def test_a_batch_reads_its_own_essays_at_once(invoke: Invoke) -> None:
    file = EssayFile(tuple({"text": text} for text in (*TEXTS, *TEXTS)))
    assert [row for row, _ in invoke(file, 1, 2)["answers"]] == [FIRST + 1, FIRST + 2]
    first, last = file.event(1, 2)["Items"]
    assert file.reads == [(first["start"], last["end"])]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"text": 4}, "text_not_a_string"),
        ({"text": "…"}, "text_without_words"),
        ({"text": "a " * 2**18}, "too_large"),
        ({"essay": "No such field."}, "missing_text"),
        ("A string.", "missing_text"),
        (None, "missing_text"),
        ({"error": "invalid_json"}, "invalid_json"),
    ],
)
def test_a_poison_item_costs_only_itself(invoke: Invoke, item: Any, code: str) -> None:
    result = invoke(EssayFile(({"text": TEXTS[0]}, item, {"text": TEXTS[1]})))
    (_, first), (number, second), (_, third) = result["answers"]
    assert (number, second) == (FIRST + 1, {"error": code})
    assert first["essay score"] >= 1
    assert third["essay score"] >= 1


def test_a_retried_batch_gives_the_same_result(invoke: Invoke) -> None:
    file = EssayFile(({"text": TEXTS[0]}, {"text": ""}))
    assert invoke(file)["answers"] == invoke(file)["answers"]


def test_a_file_that_cannot_be_read_fails_the_batch_without_quoting_it(scorer: Scorer) -> None:
    file = EssayFile(({"text": TEXTS[0]},))

    def read_range(*_arguments: object) -> bytes:
        raise OSError(file.content.decode())

    with pytest.raises(BatchError, match=r"^The batch failed: OSError\.$"):
        make_handler(scorer, read_range=read_range)(file.event(), None)


@pytest.mark.parametrize(
    "event",
    [
        {"Items": 3},
        {"Items": [{"n": 1, "start": 0, "end": 9}]},
        {"BatchInput": {"bucket": "b", "key": "k"}, "Items": []},
        {"BatchInput": {"bucket": "b", "key": "k"}, "Items": [{"n": 1}]},
        {"BatchInput": {"bucket": "b", "key": 4}, "Items": [{"n": 1, "start": 0, "end": 9}]},
        {"BatchInput": {"bucket": "b", "key": "k"}, "Items": [{"n": 1, "start": 9, "end": 9}]},
    ],
)
def test_another_event_is_an_invalid_request(scorer: Scorer, event: Any) -> None:
    result = make_handler(scorer)(event, None)
    assert result["statusCode"] == 400
    assert result["body"]["error"]["code"] == "missing_text"


def test_a_range_is_read_as_s3_defines_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The range of HTTP includes its last byte. Botocore checks the parameters of the request."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    essay_ranges._client.cache_clear()
    with Stubber(essay_ranges._client()) as s3:
        body = {"Body": io.BytesIO(b"0123456789")}
        expected = {"Bucket": "bucket", "Key": "essays/a.jsonl", "Range": "bytes=10-19"}
        s3.add_response("get_object", body, expected)
        assert essay_ranges.read_range("bucket", "essays/a.jsonl", 10, 20) == b"0123456789"
    essay_ranges._client.cache_clear()
