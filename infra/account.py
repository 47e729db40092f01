"""The AWS account of a deployment, or the emulator that stands in for it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.permissions import error_code

MISSING_STACK = "ValidationError"  # CloudFormation's code


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
            if error_code(error) != MISSING_STACK:
                raise
            raise OperationError(
                f"There is no deployment named {stack} in this account and region."
            ) from error
        outputs = answer["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def stack_resources(self, stack: str, resource_type: str) -> list[str]:
        """Return the names of a stack's resources of a type; none if there is no such stack.

        For a type that has no names, they are what CloudFormation identifies it by, like its ARN.
        """
        paginator = self.client("cloudformation").get_paginator("list_stack_resources")
        try:
            return [
                resource["PhysicalResourceId"]
                for page in paginator.paginate(StackName=stack)
                for resource in page["StackResourceSummaries"]
                if resource["ResourceType"] == resource_type
                and resource.get("PhysicalResourceId")
                and not resource["ResourceStatus"].startswith("DELETE_")
            ]
        except ClientError as error:
            if error_code(error) != MISSING_STACK:
                raise
            return []

    def published_versions(self, function: str) -> list[int]:
        """Return the numbers of the published versions of a function, the oldest first."""
        paginator = self.client("lambda").get_paginator("list_versions_by_function")
        pages = paginator.paginate(FunctionName=function)
        versions = [version["Version"] for page in pages for version in page["Versions"]]
        return sorted(int(version) for version in versions if version != "$LATEST")
