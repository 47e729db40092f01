"""One deployment for all tests of faults, and copies of the repository that update it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.operations import Operator

from local_aws.deployment import Cloud
from local_aws.tests.copies import copy_repository
from local_aws.tests.faults.deployment_target import SETTINGS, Target


@pytest.fixture(scope="package")
def operator(cloud: Cloud) -> Iterator[Operator]:
    operator = cloud.operator(**SETTINGS)
    yield operator
    operator.destroy()


@pytest.fixture(scope="package")
def target(cloud: Cloud, operator: Operator) -> Target:
    return Target(cloud, operator, operator.deploy())


@pytest.fixture
def copy(cloud: Cloud, tmp_path: Path) -> tuple[Path, Operator]:
    """A copy of the repository, and an operator that deploys it over the target."""
    copy_repository(tmp_path)
    copied = Cloud(cloud.engine, cloud.emulator, tmp_path)
    return tmp_path, copied.operator(**SETTINGS)
