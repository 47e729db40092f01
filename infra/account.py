"""The AWS account of a deployment, or the emulator that stands in for it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError


class OperationError(RuntimeError):
    """An operation on a deployment failed; the message is one sentence that says what to do."""


def _default_session() -> boto3.Session:
    """Return a session in the region that CDK uses: unlike CDK, boto3 ignores AWS_REGION."""
    return boto3.Session(region_name=os.environ.get("AWS_REGION"))


@dataclass(frozen=True, kw_only=True)
class Account:
    """Credentials, and the addresses at which AWS answers.

    Attributes:
        session: credentials and region.
        endpoint_url: the address of an emulator; None for AWS itself.
        resolve_url: returns the address at which a URL of AWS answers.
    """

    session: boto3.Session = field(default_factory=_default_session)
    endpoint_url: str | None = None
    resolve_url: Callable[[str], str] = str

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        return self.session.client(service, endpoint_url=self.endpoint_url)

    def stack_outputs(self, stack: str) -> dict[str, str]:
        """Return the outputs of a stack by name.

        Raises:
            OperationError: the stack does not exist.
        """
        try:
            answer = self.client("cloudformation").describe_stacks(StackName=stack)
        except ClientError as error:
            raise OperationError(
                f"There is no deployment named {stack} in this account and region."
            ) from error
        outputs = answer["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def published_versions(self, function: str) -> list[int]:
        """Return the numbers of the published versions of a function."""
        paginator = self.client("lambda").get_paginator("list_versions_by_function")
        pages = paginator.paginate(FunctionName=function)
        versions = [version["Version"] for page in pages for version in page["Versions"]]
        return [int(version) for version in versions if version != "$LATEST"]
