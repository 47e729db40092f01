"""One emulated cloud for all tests, which run in a fixed order."""

from collections.abc import Iterator

import pytest
from infra.operations import Operator

from local_aws import deployment, prerequisites

SMALL_DISK = 8  # MB of /tmp, so that a test can fill it

# Two clouds cannot share a folder, so the first module starts and ends its own before the others.
# In test_deployed_operations, one test expects that no alarm has gone off yet, and another one
# destroys the deployment that the modules before it use. Batches come last, because their faults
# set off alarms.
ORDER = (
    "test_deploy_local",
    "test_deployed_endpoints",
    "test_deployed_image",
    "test_deployed_operations",
    "test_deployed_access",
    "test_deployed_by_npx",
    "test_deploy_workflow",
    "test_deployed_artifacts",
    "test_function_faults",
    "test_deploy_faults",
    "test_deployed_batch",
)


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    items.sort(key=lambda item: ORDER.index(item.path.stem))


@pytest.fixture(scope="session", autouse=True)
def _prerequisites() -> None:
    """End the test run if this machine cannot run a deployment."""
    try:
        prerequisites.check()
    except prerequisites.PrerequisiteError as error:
        pytest.exit(f"not run: {error}", returncode=prerequisites.CANNOT_RUN)


@pytest.fixture(scope="session")
def cloud() -> Iterator[deployment.Cloud]:
    try:
        with deployment.running(disk=SMALL_DISK) as running:
            yield running
    except prerequisites.PrerequisiteError as error:
        pytest.exit(f"not run: {error}", returncode=prerequisites.CANNOT_RUN)


@pytest.fixture(scope="session")
def operator(cloud: deployment.Cloud) -> Operator:
    return cloud.operator(api_gateway="true")


@pytest.fixture(scope="session")
def outputs(operator: Operator) -> dict[str, str]:
    """The outputs of the first deployment, which has scored an essay through its URL."""
    operator.bootstrap()
    operator.check_account()
    return operator.deploy()


@pytest.fixture(scope="session")
def url(cloud: deployment.Cloud, outputs: dict[str, str]) -> str:
    return cloud.resolve_url(outputs["Url"])


@pytest.fixture(scope="session")
def gateway_url(cloud: deployment.Cloud, outputs: dict[str, str]) -> str:
    return cloud.resolve_url(outputs["GatewayUrl"])
