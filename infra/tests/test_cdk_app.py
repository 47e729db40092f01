"""The application as CDK runs it: `python app.py`, in its own process, without credentials."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.base_image import CONTEXT_PREFIX
from infra.cdk_cli import ROOT
from infra.settings import Settings


def _synthesize(folder: Path, **context: object) -> subprocess.CompletedProcess[str]:
    """Run the application with the context of ``cdk -c``, and no credentials."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **env,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_OUTDIR": str(folder),
            # CDK adds context of its own, which is not a setting.
            "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": ["**"], **context}),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_image_is_built_on_the_digest_in_the_context(tmp_path: Path) -> None:
    name, pin = Settings().base_image, f"public.ecr.aws/lambda/python@sha256:{'0' * 64}"
    assert _synthesize(tmp_path, **{f"{CONTEXT_PREFIX}{name}": pin}).returncode == 0
    assets = json.loads((tmp_path / "essay-scorer.assets.json").read_text())
    (image,) = assets["dockerImages"].values()
    arguments = image["source"]["dockerBuildArgs"]
    assert (arguments["BASE"], arguments["BASE_NAME"]) == (pin, name)


def test_synthesis_needs_no_credentials(tmp_path: Path) -> None:
    done = _synthesize(tmp_path, memory="4096", name="exam")
    assert (done.returncode, done.stderr) == (0, "")
    template = json.loads((tmp_path / "exam.template.json").read_text())
    memories = [
        resource["Properties"]["MemorySize"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert memories == [4096]


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"memory": "100"}, "memory is 100: input should be greater than or equal to 256."),
        ({"snap_start": "true"}, "snap_start requires ephemeral_storage = 512"),
        (
            {"preset": "lean", "provisioned_concurrency": "2"},
            "snap_start and provisioned_concurrency are mutually exclusive; choose one.",
        ),
        ({"cors_origins": "school.example"}, "cors_origins contains school.example; use"),
        ({"memroy": "4096"}, "Unknown setting memroy; the settings are: preset"),
        ({"log-retention": "7"}, "Unknown setting log-retention; the settings are: preset"),
        ({"settings": "none.toml"}, "The settings file"),
        ({"bundle": "models/none"}, "bundle is models/none, which has no bundle.json."),
        (
            {"provisioned_concurrency": "2", "provisioned_hours": "17-7"},
            "provisioned_hours is 17-7, which ends before it starts",
        ),
    ],
)
def test_invalid_setting_stops_synthesis_with_one_sentence(
    context: dict[str, object], message: str, tmp_path: Path
) -> None:
    done = _synthesize(tmp_path, **context)
    assert done.returncode == 1
    assert done.stderr.startswith(f"settings: {message}")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
