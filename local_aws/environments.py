"""What MiniStack lacks of a function's execution environments.

Its CloudFormation leaves a reserved concurrency out, and a published version never knew it.
Here both have it, and a reservation that leaves the account less than AWS insists on fails, as
there.  And each version has environments of its own: an update of the function ends none that
work for a version that was published before.
"""

from collections.abc import Callable
from typing import Any

ACCOUNT, UNRESERVED = 1000, 100  # environments: a new account's quota, and what must stay free
LATEST = "$LATEST"  # the version that changes

Handler = Callable[..., Any]


def install() -> None:
    """Put both into a MiniStack that was imported in this process."""
    _reserve()
    _separate_versions()


def _reserve() -> None:
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    def reserving(provision: Handler, place: int) -> Handler:
        """Return a handler that also reserves what its properties, at that place, say."""

        def handle(*given: Any, **named: Any) -> Any:
            reserved = given[place].get("ReservedConcurrentExecutions")
            if reserved is not None and int(reserved) > ACCOUNT - UNRESERVED:
                raise ValueError(
                    "Specified ReservedConcurrentExecutions for function decreases account's "
                    f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED}]."
                )
            name, attributes = provision(*given, **named)
            lambda_svc._functions[name]["concurrency"] = reserved and int(reserved)
            return name, attributes

        return handle

    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    handlers["create"] = reserving(handlers["create"], 1)  # (logical id, properties, stack)
    handlers["update"] = reserving(handlers["update"], 2)  # (physical id, old, new, stack)

    def reserved(_function: Any, config: dict[str, Any]) -> int | None:
        own = lambda_svc._functions.get(config["FunctionName"]) or {}
        found = own.get("concurrency")
        return None if found is None else int(found)

    lambda_svc._reserved_concurrency = reserved


def _separate_versions() -> None:
    from ministack.services import lambda_svc

    key_of = lambda_svc._warm_pool_key

    def key(function: str, config: dict[str, Any]) -> str:
        return f"{key_of(function, config)}:{config.get('Version', LATEST)}"

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

    lambda_svc._warm_pool_key = key
    lambda_svc._pool_kill_function = end_latest
