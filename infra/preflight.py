"""Checks of the account before anything is built; AWS itself would refuse only after the upload."""

from collections.abc import Iterator
from typing import Any

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from infra.account import Account, OperationError
from infra.permissions import error_code, optional
from infra.settings import Settings

MIN_UNRESERVED = 100  # executions that AWS keeps for functions that reserve none
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"  # a parameter that `cdk bootstrap` creates
REFUSED_CREDENTIALS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
QUOTA = "Service Quotas, AWS Lambda, Concurrent executions"


def check_account(account: Account, settings: Settings) -> None:
    """Check that a deployment can succeed in an account.

    Raises:
        OperationError: it cannot; the message says what to do first.
    """
    check_credentials(account)
    with optional("ssm:GetParameter"):
        _check_bootstrap(account)
    with optional("lambda:GetAccountSettings"):
        _check_concurrency(account, settings)


def describe_throttling(account: Account, settings: Settings) -> Iterator[str]:
    """Yield a line if a batch would invoke the function more often at once than the quota allows.

    It would be no faster, and Step Functions charges for each retry of a throttled invocation.
    """
    if not settings.batch:
        return
    limit = account.client("lambda").get_account_settings()["AccountLimit"]
    unreserved = limit["UnreservedConcurrentExecutions"]
    if settings.batch_concurrency > unreserved:
        yield (
            f"batch_concurrency is {settings.batch_concurrency}, but the functions of this account "
            f"that reserve nothing share {unreserved} concurrent executions; a lower value is as "
            "fast and costs less."
        )


def check_credentials(account: Account) -> str:
    """Check that AWS accepts the credentials.

    Returns:
        The number of the account.

    Raises:
        OperationError: there are none, they have expired, or no region is set.
    """
    if not account.session.region_name:  # STS answers without one
        raise OperationError("No AWS region is set: set AWS_REGION, or run `aws configure`.")
    try:
        return str(account.client("sts").get_caller_identity()["Account"])
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise OperationError(f"AWS cannot be reached: {_without_period(error)}.") from error
    except BotoCoreError as error:
        raise _credentials_error(error) from error
    except ClientError as error:
        if error_code(error) not in REFUSED_CREDENTIALS:
            raise
        raise _credentials_error(error) from error


def _credentials_error(error: Exception) -> OperationError:
    return OperationError(
        f"There are no valid AWS credentials ({_without_period(error)}): run `aws configure` or "
        "`aws sso login`, or set AWS_PROFILE."
    )


def _without_period(error: Exception) -> str:
    return str(error).rstrip(".")


def _check_bootstrap(account: Account) -> None:
    parameters = account.client("ssm")
    try:
        parameters.get_parameter(Name=BOOTSTRAP_VERSION)
    except ClientError as error:
        if error_code(error) != "ParameterNotFound":
            raise
        raise OperationError(
            "This account and region are not prepared for CDK: run `make bootstrap` once."
        ) from error


def _check_concurrency(account: Account, settings: Settings) -> None:
    """Check that AWS's minimum stays unreserved.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html: the sum of what
    functions reserve is at most the quota minus 100, and a function that reserves nothing may
    provision at most what is not reserved minus 100.
    """
    name = "reserved_concurrency" if settings.reserved_concurrency else "provisioned_concurrency"
    wanted = settings.reserved_concurrency or settings.provisioned_concurrency
    if not wanted:
        return
    functions = account.client("lambda")
    limit = functions.get_account_settings()["AccountLimit"]
    unreserved = limit["UnreservedConcurrentExecutions"] + _reserved_now(
        account, functions, settings
    )
    available = max(0, unreserved - MIN_UNRESERVED)
    if wanted > available:
        raise OperationError(
            f"{name} is {wanted}, but this account allows {available}: of its quota of "
            f"{limit['ConcurrentExecutions']} concurrent executions, {unreserved} are not reserved "
            f"by other functions, and AWS keeps {MIN_UNRESERVED} of them; request a higher quota "
            f"({QUOTA}), or set {_advice(name, available)}."
        )


def _reserved_now(account: Account, functions: Any, settings: Settings) -> int:
    """Return what the deployed function reserves already."""
    try:
        function = account.stack_outputs(settings.name)["FunctionName"]
        answer = functions.get_function_concurrency(FunctionName=function)
    except (OperationError, KeyError):  # never deployed, or the first deployment failed
        return 0
    return int(answer.get("ReservedConcurrentExecutions", 0))


def _advice(name: str, available: int) -> str:
    off = "none" if name == "reserved_concurrency" else "0"
    return f"{name}={available} or less" if available else f"{name}={off}"
