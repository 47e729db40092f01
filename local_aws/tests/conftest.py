"""One cloud for all tests, deployed once; they run in order."""

from collections.abc import Iterator

import pytest

from local_aws import deployment, needs

SMALL = 8  # MB of /tmp, so that it can be filled


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Put first what starts a cloud of its own, for two cannot run over one folder.

    Last come the batches, whose faults set off the alarms that are to be quiet before.
    """
    items.sort(key=lambda item: ("cloud" in item.fixturenames, item.path.stem == "test_batch"))


@pytest.fixture(scope="session", autouse=True)
def _fit() -> None:
    """Where the machine cannot run a deployment, nothing here can pass."""
    try:
        needs.check()
    except needs.UnfitError as error:
        pytest.exit(f"not run: {error}", returncode=needs.UNFIT)


@pytest.fixture(scope="session")
def cloud() -> Iterator[deployment.Cloud]:
    """An engine and an emulator."""
    try:
        with deployment.running(disk=SMALL) as running:
            yield running
    except needs.UnfitError as error:
        pytest.exit(f"not run: {error}", returncode=needs.UNFIT)
