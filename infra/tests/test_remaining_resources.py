"""`make destroy` lists what remains in the account; moto stands in for S3."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from infra import cdk_cli, deployed_images
from infra.operations import Operator
from infra.remaining_resources import describe_kept_buckets
from infra.settings import Settings
from infra.tests.stubbed_account import REGION, AccountWithStack, make_session

BUCKET = "essay-scorer-batch"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = make_session().client("s3")
        location: Any = {"LocationConstraint": REGION}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        yield client


def _describe(*buckets: str) -> list[str]:
    return list(describe_kept_buckets(AccountWithStack(session=make_session()), [*buckets]))


def _expire(s3: Any, days: int) -> None:
    rule: Any = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": days}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})


def test_kept_bucket_is_listed_with_its_size_and_when_it_empties(s3: Any) -> None:
    _expire(s3, 30)
    for number in range(1001):  # more than one page
        s3.put_object(Bucket=BUCKET, Key=f"essays/{number}", Body=b"x" * 1000)
    day = (datetime.now(UTC) + timedelta(days=31)).date()
    assert _describe(BUCKET, "deleted") == [
        f"bucket {BUCKET} of batches, 1001 objects, 1.0 MB, empties itself by {day}; delete it "
        f"with `aws s3 rb --force s3://{BUCKET}`"
    ]


def test_bucket_that_keeps_its_objects_is_named(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="essays/1", Body=b"x")
    (line,) = _describe(BUCKET)
    assert "1 objects, 0.0 MB, which never expire" in line


def test_empty_bucket_is_listed_too(s3: Any) -> None:
    _expire(s3, 30)
    assert _describe(BUCKET) == [
        f"bucket {BUCKET} of batches, empty; delete it with `aws s3 rb --force s3://{BUCKET}`"
    ]


def test_destroy_lists_the_bucket_that_cloudformation_keeps(
    s3: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = AccountWithStack(session=make_session(), resources={"AWS::S3::Bucket": [BUCKET]})
    monkeypatch.setattr(cdk_cli, "run", lambda *_, **__: None)
    monkeypatch.setattr(deployed_images, "find_deployed_images", lambda *_: [])
    (line,) = Operator(settings=Settings(batch=True), account=account).destroy()
    assert line.startswith(f"bucket {BUCKET} of batches")
    assert f"Remaining: {line}\n" in capsys.readouterr().out
