"""A deployment of the user's own tokenizer, encoder and head."""

import json
import subprocess
from pathlib import Path

import pytest
from infra.cdk_cli import ROOT
from infra.image import DOCKERFILE, build_args

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


def test_own_artifacts_are_deployed_without_other_changes(
    copy_with_artifacts: Path, cloud: Cloud
) -> None:
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


def test_head_beside_the_handler_becomes_the_same_model(
    cloud: Cloud, copy_with_artifacts: Path
) -> None:
    """The original system has it there. Building is enough; the test above deploys."""
    head = copy_with_artifacts / "image" / "models" / "aes_model.h5"
    head = head.rename(copy_with_artifacts / "image" / "src" / head.name)
    settings = cloud.operator(name="own", scale="0-60").settings
    options = [f"--build-arg={name}={value}" for name, value in
               build_args(settings, copy_with_artifacts).items()]  # fmt: skip
    cloud.engine.docker(
        "build", "--quiet", f"--file={copy_with_artifacts / DOCKERFILE}", "--tag=own-head",
        *options, str(copy_with_artifacts),
    )  # fmt: skip
    code = "print(open('/var/task/bundle/bundle.json').read())"
    command = ("run", "--rm", "--entrypoint=python3", "own-head", "-c", code)
    manifest = json.loads(cloud.engine.docker(*command))
    assert manifest["name"] == "own"
    assert manifest["scale"] == {"min": 0, "max": 60}
