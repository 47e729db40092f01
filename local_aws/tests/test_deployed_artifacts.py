"""A deployment of the user's own tokenizer, encoder and head."""

import subprocess
from pathlib import Path

import pytest
from infra.cdk_cli import ROOT

from local_aws.deployment import Cloud
from local_aws.tests.calls import FRENCH_REQUEST, curl
from local_aws.tests.copies import copy_repository


@pytest.fixture(scope="session")
def copy_with_artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with a user's artifacts in ``image/models``."""
    root = tmp_path_factory.mktemp("own")
    copy_repository(root)
    script = ROOT / "local_aws" / "tests" / "own_model.py"
    subprocess.run([ROOT / ".venv/bin/python", script, root / "image" / "models"], check=True)
    return root


@pytest.mark.parametrize("folder", ["image/models", "image/src"])
def test_own_artifacts_are_deployed_without_other_changes(
    cloud: Cloud, copy_with_artifacts: Path, folder: str
) -> None:
    (head,) = copy_with_artifacts.glob("image/*/aes_model.h5")
    head.rename(copy_with_artifacts / folder / head.name)
    copy = Cloud(cloud.engine, cloud.emulator, copy_with_artifacts)
    operator = copy.operator(name="own", scale="0-60")
    deployed = operator.deploy()
    try:
        response = curl(cloud.resolve_url(deployed["Url"]), "--data", FRENCH_REQUEST)
        assert response.status == 200
        assert response.json["scale"] == {"min": 0, "max": 60}
        assert response.json["model"]["name"] == "own"
    finally:
        operator.destroy()
