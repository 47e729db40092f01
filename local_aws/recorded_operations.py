"""``infra.command_line`` against the emulator, which records every call of AWS's API.

The tests run the commands of the deployment's workflow with it, and compare the calls with the
permissions of the workflow's role.
"""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
from infra import command_line
from infra.account import Account
from infra.operations import Operator

from local_aws.deployment import resolve_url

CALLS_VARIABLE = "RECORDED_CALLS"  # environment variable with the file that lists the calls


def _record(model: Any, **_: Any) -> None:
    with Path(os.environ[CALLS_VARIABLE]).open("a", encoding="utf-8") as file:
        file.write(f"{model.service_model.signing_name}:{model.name}\n")


def main() -> int:
    session = boto3.Session(region_name=os.environ["AWS_REGION"])
    session.events.register("before-call", _record)
    endpoint_url = os.environ["AWS_ENDPOINT_URL"]
    account = Account(
        session=session,
        endpoint_url=endpoint_url,
        resolve_url=lambda url: resolve_url(url, endpoint_url),
    )
    with mock.patch.object(command_line, "Operator", partial(Operator, account=account)):
        return command_line.main()


if __name__ == "__main__":
    sys.exit(main())
