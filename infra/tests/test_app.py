"""The application as CDK runs it: `python app.py`, in a process of its own, without an account."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.cdk import ROOT


def _synthesise(folder: Path, **context: object) -> subprocess.CompletedProcess[str]:
    """Run the application with the context of ``cdk -c``, and no credentials to be found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **kept,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_OUTDIR": str(folder),
            # What CDK itself puts there besides must not be taken for a setting.
            "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": ["**"], **context}),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_synthesises_without_credentials(tmp_path: Path) -> None:
    done = _synthesise(tmp_path, memory="4096", name="exam")
    assert (done.returncode, done.stderr) == (0, "")
    template = json.loads((tmp_path / "exam.template.json").read_text())
    memories = [
        resource["Properties"]["MemorySize"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert memories == [4096]


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({"memory": "100"}, "memory is 100: input should be greater than or equal to 256."),
        ({"snap_start": "true"}, "snap_start works with 512 MB of ephemeral_storage only"),
        (
            {"profile": "lean", "provisioned_concurrency": "2"},
            "snap_start and provisioned_concurrency exclude each other; choose one.",
        ),
        ({"cors_origins": "school.example"}, "cors_origins has school.example; give"),
        ({"memroy": "4096"}, "There is no setting memroy; there are: profile"),
        ({"log-retention": "7"}, "There is no setting log-retention; there are: profile"),
        ({"settings": "none.toml"}, "There is no settings file"),
        ({"bundle": "models/none"}, "bundle is models/none, where there is no bundle.json."),
        (
            {"provisioned_concurrency": "2", "provisioned_hours": "17-7"},
            "provisioned_hours is 17-7, which ends before it starts",
        ),
    ],
)
def test_a_wrong_setting_stops_it_with_one_sentence(
    context: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    done = _synthesise(tmp_path, **context)
    assert done.returncode == 1
    assert done.stderr.startswith(f"settings: {sentence}")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
