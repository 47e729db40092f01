"""Execution environments of functions, as AWS Lambda keeps them and MiniStack does not.

- CloudFormation sets reserved concurrency, for published versions too. A reservation that leaves
  the account less unreserved concurrency than AWS requires fails, as it does in AWS.
- The account's quota is AWS's default. MiniStack's depends on the memory of this machine.
  https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
- A task of Step Functions that is throttled fails with the name of Lambda's error.
- Every version has environments of its own, so that an update of the function does not end those
  of a version that was published earlier.
"""

import json
from collections.abc import Callable
from typing import Any

ACCOUNT_CONCURRENCY = 1000  # environments: the default quota of an account
MIN_UNRESERVED_CONCURRENCY = 100  # environments, of those
LATEST = "$LATEST"  # the unpublished version

Handler = Callable[..., Any]


def install() -> None:
    """Correct the MiniStack that this process has imported."""
    _add_reserved_concurrency()
    _add_account_quota()
    _separate_versions()
    _name_errors_of_tasks()


def _name_errors_of_tasks() -> None:
    """Give a task that Lambda refused the name of Lambda's error, which MiniStack loses.

    Retriers name it: https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
    """
    from ministack.services import stepfunctions

    invoke = stepfunctions._call_lambda

    def call_lambda(function: str, event: Any) -> Any:
        try:
            return invoke(function, event)
        except stepfunctions._ExecutionError as error:
            if error.error == "Lambda.Unknown" and (name := _error_name(error.cause)):
                raise stepfunctions._ExecutionError(f"Lambda.{name}", error.cause) from None
            raise

    stepfunctions._call_lambda = call_lambda


def _error_name(cause: str) -> str:
    """Return the name of an error in Lambda's answer; "" if it is something else."""
    try:
        return str(json.loads(cause).get("__type", ""))
    except (AttributeError, ValueError):
        return ""


def _add_reserved_concurrency() -> None:
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    def reserving(provision: Handler, position: int) -> Handler:
        """Return a handler that also sets reserved concurrency.

        Args:
            provision: MiniStack's handler.
            position: of the resource's properties among its arguments.
        """

        def handle(*arguments: Any, **named: Any) -> Any:
            reserved = _read_reservation(arguments[position])
            name, attributes = provision(*arguments, **named)
            lambda_svc._functions[name]["concurrency"] = reserved
            return name, attributes

        return handle

    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    handlers["create"] = reserving(handlers["create"], 1)  # (logical id, properties, stack)
    handlers["update"] = reserving(handlers["update"], 2)  # (physical id, old, new, stack)

    def reserved_concurrency(_function: Any, config: dict[str, Any]) -> int | None:
        function = lambda_svc._functions.get(config["FunctionName"]) or {}
        reserved = function.get("concurrency")
        return None if reserved is None else int(reserved)

    lambda_svc._reserved_concurrency = reserved_concurrency


def _read_reservation(properties: dict[str, Any]) -> int | None:
    """Return the reserved concurrency of a function in a template; None if it reserves none.

    Raises:
        ValueError: too little would be left, in AWS's words.
    """
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is not None and int(reserved) > ACCOUNT_CONCURRENCY - MIN_UNRESERVED_CONCURRENCY:
        raise ValueError(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of "
            f"[{MIN_UNRESERVED_CONCURRENCY}]."
        )
    return None if reserved is None else int(reserved)


def _add_account_quota() -> None:
    from ministack.core.responses import json_response
    from ministack.services import lambda_svc

    describe = lambda_svc._get_account_settings

    def get_account_settings() -> Any:
        settings = json.loads(describe()[2])
        limit = settings["AccountLimit"]
        reserved = limit["ConcurrentExecutions"] - limit["UnreservedConcurrentExecutions"]
        limit["ConcurrentExecutions"] = ACCOUNT_CONCURRENCY
        limit["UnreservedConcurrentExecutions"] = ACCOUNT_CONCURRENCY - reserved
        return json_response(settings)

    lambda_svc._get_account_settings = get_account_settings


def _separate_versions() -> None:
    from ministack.services import lambda_svc

    pool_key = lambda_svc._warm_pool_key

    def version_pool_key(function: str, config: dict[str, Any]) -> str:
        return f"{pool_key(function, config)}:{config.get('Version', LATEST)}"

    def end_latest(account: str, function: str) -> None:
        """End the environments of a function's unpublished version."""
        ended = []
        with lambda_svc._warm_pool_lock:
            for name in list(lambda_svc._warm_pool):
                parts = name.split(":")
                if (parts[0], parts[2], parts[-1]) == (account, function, LATEST):
                    ended += lambda_svc._warm_pool.pop(name)
        for environment in ended:
            lambda_svc._kill_pool_entry(environment)

    lambda_svc._warm_pool_key = version_pool_key
    lambda_svc._pool_kill_function = end_latest
