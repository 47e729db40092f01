"""One cloud for all tests, deployed once; the tests run in the order of the file."""

from collections.abc import Iterator

import pytest

from local_aws import deployment, needs


@pytest.fixture(scope="session")
def cloud() -> Iterator[deployment.Cloud]:
    """An engine and an emulator.  Where the machine cannot run them, nothing here can pass."""
    try:
        needs.check()
        with deployment.running() as running:
            yield running
    except needs.UnfitError as error:
        pytest.exit(str(error), returncode=needs.UNFIT)
