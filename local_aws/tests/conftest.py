"""One cloud for all tests, deployed once; they run in order, those without it before."""

from collections.abc import Iterator

import pytest

from local_aws import deployment, needs


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Two clouds cannot run over one folder."""
    items.sort(key=lambda item: "cloud" in item.fixturenames)


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
        with deployment.running() as running:
            yield running
    except needs.UnfitError as error:
        pytest.exit(f"not run: {error}", returncode=needs.UNFIT)
