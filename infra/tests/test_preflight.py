"""What would fail a deployment after half an hour stops it before anything is built."""

import json
from collections.abc import Iterator

import boto3
import pytest
from local_aws import environments
from ministack.services import lambda_svc

from infra import preflight
from infra.account import Account, OperationError
from infra.settings import Settings
from infra.tests.stubbed_account import StubbedSession

NEW_ACCOUNT = (10, 10)  # quota, and how much of it is not reserved
IDENTITY = {"Account": "111122223333", "UserId": "AIDA", "Arn": "arn:aws:iam::111122223333:user/a"}


@pytest.fixture
def session() -> Iterator[StubbedSession]:
    """A session whose account is bootstrapped."""
    stubbed = StubbedSession()
    stubbed.add("sts", "get_caller_identity", IDENTITY)
    stubbed.add("ssm", "get_parameter", {"Parameter": {"Value": "28"}})
    yield stubbed
    stubbed.check()


def _check(session: StubbedSession, settings: Settings) -> None:
    preflight.check_account(Account(session=session), settings)


def _add_quota(session: StubbedSession, quota: int, unreserved: int) -> None:
    limit = {"ConcurrentExecutions": quota, "UnreservedConcurrentExecutions": unreserved}
    session.add("lambda", "get_account_settings", {"AccountLimit": limit, "AccountUsage": {}})


def _add_no_stack(session: StubbedSession) -> None:
    session.add_error("cloudformation", "describe_stacks", "ValidationError")


def test_new_account_cannot_reserve(session: StubbedSession) -> None:
    _add_quota(session, *NEW_ACCOUNT)
    _add_no_stack(session)
    with pytest.raises(OperationError) as failed:
        _check(session, Settings())
    assert str(failed.value) == (
        "reserved_concurrency is 10, but this account allows 0: of its quota of 10 concurrent "
        "executions, 10 are not reserved by other functions, and AWS keeps 100 of them; request a "
        "higher quota (Service Quotas, AWS Lambda, Concurrent executions), or set "
        "reserved_concurrency=none."
    )


@pytest.mark.parametrize(("unreserved", "fits"), [(109, False), (110, True)])
def test_hundred_executions_stay_unreserved(
    session: StubbedSession, unreserved: int, fits: bool
) -> None:
    _add_quota(session, 1000, unreserved)
    _add_no_stack(session)
    if fits:
        _check(session, Settings())
    else:
        with pytest.raises(OperationError, match=r"set reserved_concurrency=9 or less\.$"):
            _check(session, Settings())


def test_what_the_deployment_reserves_already_counts_for_it(session: StubbedSession) -> None:
    _add_quota(session, 1000, 100)
    stack = {"StackName": "essay-scorer", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}
    output = {"OutputKey": "FunctionName", "OutputValue": "f"}
    session.add("cloudformation", "describe_stacks", {"Stacks": [stack | {"Outputs": [output]}]})
    session.add("lambda", "get_function_concurrency", {"ReservedConcurrentExecutions": 10})
    _check(session, Settings())


def test_account_may_provision_only_what_it_does_not_reserve(session: StubbedSession) -> None:
    _add_quota(session, *NEW_ACCOUNT)
    _add_no_stack(session)
    with pytest.raises(OperationError, match=r"^provisioned_concurrency is 2, .*cy=0\.$"):
        _check(session, Settings(reserved_concurrency=None, provisioned_concurrency=2))


def test_deployment_that_reserves_nothing_fits_everywhere(session: StubbedSession) -> None:
    _check(session, Settings(reserved_concurrency=None))


@pytest.mark.parametrize(("concurrency", "lines"), [(10, 0), (11, 1)])
def test_batch_that_would_be_throttled_all_the_time_is_named(concurrency: int, lines: int) -> None:
    session = StubbedSession()
    _add_quota(session, *NEW_ACCOUNT)
    settings = Settings(batch=True, batch_concurrency=concurrency)
    described = list(preflight.describe_throttling(Account(session=session), settings))
    assert len(described) == lines
    assert all(line.startswith("batch_concurrency is 11, but") for line in described)
    session.check()


def test_missing_permission_is_no_reason_to_stop(
    session: StubbedSession, capsys: pytest.CaptureFixture[str]
) -> None:
    session.add_error("lambda", "get_account_settings", "AccessDeniedException")
    _check(session, Settings())
    expected = "Not checked: these credentials lack lambda:GetAccountSettings.\n"
    assert capsys.readouterr().err == expected


def test_account_without_bootstrap_is_named() -> None:
    session = StubbedSession()
    session.add("sts", "get_caller_identity", IDENTITY)
    session.add_error("ssm", "get_parameter", "ParameterNotFound")
    with pytest.raises(OperationError, match="run `make bootstrap` once"):
        _check(session, Settings())


def test_expired_credentials_are_named() -> None:
    session = StubbedSession()
    session.add_error("sts", "get_caller_identity", "ExpiredToken")
    with pytest.raises(OperationError, match=r"no valid AWS credentials .*ExpiredToken.*sso login"):
        _check(session, Settings())


@pytest.fixture
def no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which boto3 finds neither credentials nor a region."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/none")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_configuration")
def test_missing_credentials_and_region_are_named() -> None:
    with pytest.raises(OperationError, match="Unable to locate credentials"):
        preflight.check_credentials(Account(session=boto3.Session(region_name="eu-west-3")))
    with pytest.raises(OperationError, match="No AWS region is set"):
        preflight.check_credentials(Account(session=boto3.Session()))


def test_unreachable_address_is_named() -> None:
    account = Account(
        session=boto3.Session("key", "secret", region_name="eu-west-3"),
        endpoint_url="http://127.0.0.1:9",
    )
    with pytest.raises(OperationError, match=r"^AWS cannot be reached: .*127\.0\.0\.1:9"):
        preflight.check_credentials(account)


def test_emulated_account_has_the_default_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the memory of this machine allows."""
    monkeypatch.setattr(lambda_svc, "_ACCOUNT_CONCURRENCY_CAP", 50)
    monkeypatch.setattr(lambda_svc, "_get_account_settings", lambda_svc._get_account_settings)
    environments._add_account_quota()
    limit = json.loads(lambda_svc._get_account_settings()[2])["AccountLimit"]
    assert limit["ConcurrentExecutions"] == limit["UnreservedConcurrentExecutions"] == 1000
