"""The tests run in two processes, each of which has an emulated cloud of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from infra.operations import Operator
from xdist.scheduler import LoadScopeScheduling

from local_aws import deployment, prerequisites
from local_aws.tests.shared_clouds import DISK, SharedClouds, is_distributed, wait_for_cloud

PROCESSES = 2
# A process that is free takes the next group of modules. A local deployment needs the Docker folder
# for itself, so its module starts and ends its own before any cloud starts; the second group
# meanwhile installs npm's packages. In test_deployed_operations, one test expects that no alarm has
# gone off yet, and another one destroys the deployment that the modules before it use. All other
# groups destroy what they deploy.
GROUPS = (
    (
        "test_deploy_local",
        "test_deployed_endpoints",
        "test_deployed_image",
        "test_deployed_operations",
    ),
    ("test_deployed_by_npx",),
    ("test_server_image",),
    ("test_deployed_artifacts",),
    ("test_function_faults", "test_deploy_faults"),
    ("test_deployed_batch",),
    ("test_deploy_workflow",),
    ("test_deployed_access",),
)
ORDER = [module for group in GROUPS for module in group]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run the tests in two processes, unless an option says otherwise: `-n0` in this process."""
    if is_distributed(config) or not config.pluginmanager.hasplugin("xdist"):
        return
    if config.option.numprocesses is None:
        config.option.numprocesses = 0 if config.option.usepdb else PROCESSES
    config.option.loadscopereorder = False


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Keeps the tests of a group together."""

    def _split_scope(self, nodeid: str) -> str:
        module = Path(nodeid.partition("::")[0]).stem
        return next(str(group) for group in GROUPS if module in group)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    items.sort(key=lambda item: ORDER.index(item.path.stem))


def pytest_sessionstart(session: pytest.Session) -> None:
    plugins = session.config.pluginmanager
    if plugins.hasplugin("dsession"):  # this process distributes the tests
        plugins.register(SharedClouds())


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """End the test run if this machine cannot run a deployment, which its daemon shows."""
    if is_distributed(session.config) or session.config.option.collectonly:
        return
    try:
        prerequisites.check()
        with deployment.running_engine():
            pass
    except prerequisites.PrerequisiteError as error:
        pytest.exit(f"not run: {error}", returncode=prerequisites.CANNOT_RUN)


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Iterator[deployment.Cloud]:
    """The cloud of this process, whose account has what CDK needs."""
    with ExitStack() as running:
        if is_distributed(request.config):
            cloud = wait_for_cloud(request.config)
        else:
            cloud = running.enter_context(deployment.running(disk=DISK))
        cloud.operator().bootstrap()
        yield cloud


@pytest.fixture(scope="session")
def operator(cloud: deployment.Cloud) -> Operator:
    return cloud.operator(api_gateway="true")


@pytest.fixture(scope="session")
def outputs(operator: Operator) -> dict[str, str]:
    """The outputs of the first deployment, which has scored an essay through its URL."""
    operator.check_account()
    return operator.deploy()


@pytest.fixture(scope="session")
def url(cloud: deployment.Cloud, outputs: dict[str, str]) -> str:
    return cloud.resolve_url(outputs["Url"])


@pytest.fixture(scope="session")
def gateway_url(cloud: deployment.Cloud, outputs: dict[str, str]) -> str:
    return cloud.resolve_url(outputs["GatewayUrl"])
