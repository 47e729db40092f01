"""An account whose answers are given by hand, or by moto, and checked against AWS's own models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.stub import Stubber

from infra.account import Account

REGION = "eu-west-3"
STACK = "essay-scorer"


def make_session() -> boto3.Session:
    """Return a session with credentials that AWS does not know."""
    return boto3.Session("key", "secret", region_name=REGION)


class StubbedSession:
    """A session whose clients give the responses that were added, each once and in order.

    botocore checks requests and responses against AWS's description of the service.
    """

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._stubbers: dict[str, Stubber] = {}
        self.region_name = REGION

    def client(self, service: str, **_options: object) -> Any:
        if service not in self._clients:
            self._clients[service] = make_session().client(service)
            self._stubbers[service] = Stubber(self._clients[service])
            self._stubbers[service].activate()
        return self._clients[service]

    def add(self, service: str, operation: str, response: Mapping[str, Any]) -> None:
        """Add the response to the next call of an operation."""
        self.client(service)
        self._stubbers[service].add_response(operation, dict(response))

    def add_error(self, service: str, operation: str, code: str) -> None:
        """Make the next call of an operation fail."""
        self.client(service)
        self._stubbers[service].add_client_error(operation, code)

    def check(self) -> None:
        """Assert that every response was asked for."""
        for stubber in self._stubbers.values():
            stubber.assert_no_pending_responses()


@dataclass(frozen=True, kw_only=True)
class AccountWithStack(Account):
    """An account of moto's, which has no CloudFormation, with one stack.

    Attributes:
        outputs: of the stack.
        resources: of the stack, by type.
    """

    outputs: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def stack_outputs(self, stack: str) -> dict[str, str]:
        assert stack == STACK
        return dict(self.outputs)

    def stack_resources(self, stack: str, resource_type: str) -> list[str]:
        return list(self.resources.get(resource_type, ())) if stack == STACK else []
