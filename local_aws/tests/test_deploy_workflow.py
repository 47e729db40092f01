"""The steps of the deployment workflow, as GitHub runs them, and the permissions of its role."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from infra.cdk_cli import ROOT
from infra.tests.workflow_files import DEPLOY_ACTION, Table, steps

from local_aws import base_images
from local_aws.deployment import Cloud
from local_aws.recorded_operations import CALLS_VARIABLE
from local_aws.tests.calls import FRENCH_REQUEST, curl, run_command
from local_aws.tests.copies import make_fresh_clone

SETTINGS = "deployments/dev.toml"
FUNCTION = "essay-scorer-dev"  # the start of its name
DEPLOY, READ_URL, SMOKE, ROLLBACK, PRUNE = (step for step in steps(DEPLOY_ACTION) if "run" in step)
# GitHub's command for `shell: bash`.
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
# Actions whose names differ from those of the calls; nobody needs a permission for the last one.
ACTIONS = {"lambda:Invoke": "lambda:InvokeFunction", "sts:GetCallerIdentity": ""}


@dataclass
class Runner:
    """Runs steps of the workflow in a fresh clone.

    Attributes:
        cloud: in which the clone deploys.
        clone: the folder.
        temp: a folder of the runner's own.
    """

    cloud: Cloud
    clone: Path
    temp: Path
    inputs: dict[str, str] = field(default_factory=lambda: {"settings": SETTINGS, "key": ""})

    @property
    def calls(self) -> Path:
        """The list of AWS API calls so far."""
        return self.temp / "calls"

    @property
    def outputs(self) -> Path:
        """The file with the outputs of the steps."""
        return self.temp / "step-outputs"

    def run(self, step: Table, *extra: str) -> str:
        """Run a step, which must succeed, and return what it prints."""
        env = {
            **self.cloud.env,
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.outputs),
            CALLS_VARIABLE: str(self.calls),
            **{name: self._evaluate(text) for name, text in step.get("env", {}).items()},
        }
        return run_command([*BASH, " ".join((step["run"], *extra))], folder=self.clone, env=env)

    def _evaluate(self, text: str) -> str:
        return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: self.inputs[found[1]], text)


@pytest.fixture(scope="module")
def runner(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    clone, temp = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("runner")
    make_fresh_clone(clone, operations="local_aws.recorded_operations")
    with (clone / SETTINGS).open("a", encoding="utf-8") as file:  # no registry can be reached
        file.write(f'base_image = "{base_images.FUNCTION_IMAGE}"\n')
        file.write(f'lab_image = "{base_images.LAB_IMAGE}"\n')
    return Runner(cloud, clone, temp)


def _functions(cloud: Cloud) -> list[str]:
    """Return the names of the deployment's functions."""
    found = cloud.client("lambda").list_functions()["Functions"]
    names = [str(function["FunctionName"]) for function in found]
    return [name for name in names if name.startswith(FUNCTION)]


def _live_version(cloud: Cloud) -> str:
    (name,) = _functions(cloud)
    alias = cloud.client("lambda").get_alias(FunctionName=name, Name="live")
    return str(alias["FunctionVersion"])


@pytest.fixture(scope="module")
def url(runner: Runner) -> str:
    """The URL of the first deployment, which the action returns."""
    runner.run(DEPLOY)
    runner.run(READ_URL)
    name, _, url = runner.outputs.read_text(encoding="utf-8").strip().partition("=")
    assert name == "url"
    return runner.cloud.resolve_url(url)


def test_a_settings_file_is_deployed_and_its_url_scores(runner: Runner, url: str) -> None:
    assert curl(url, "--data", FRENCH_REQUEST).json["essay score"] == 1
    outputs = json.loads((runner.temp / "outputs.json").read_text(encoding="utf-8"))
    assert outputs["FunctionName"].startswith(FUNCTION)


def test_smoke_test_scores_an_essay(runner: Runner, url: str) -> None:
    assert "examples/middling.txt: score 3" in runner.run(SMOKE)


def test_next_deployment_is_rolled_back(runner: Runner, url: str) -> None:
    before = _live_version(runner.cloud)
    with (runner.clone / SETTINGS).open("a", encoding="utf-8") as file:
        file.write("review_share = 0.3\n")
    runner.run(DEPLOY)
    after = _live_version(runner.cloud)
    assert int(after) > int(before)
    assert f"from version {after} to version {before}" in runner.run(ROLLBACK)
    assert _live_version(runner.cloud) == before
    assert curl(url, "--data", FRENCH_REQUEST).status == 200


def test_old_versions_are_deleted(runner: Runner, url: str) -> None:
    runner.run(PRUNE, "KEEP=1")
    assert curl(url, "--data", FRENCH_REQUEST).status == 200  # the live version is kept


def test_without_confirmation_nothing_is_deployed(runner: Runner, url: str) -> None:
    """A runner has no terminal, so a forgotten YES=1 must not pass for a deployment."""
    unconfirmed = {**DEPLOY, "run": DEPLOY["run"].replace("YES=1", "")}
    with pytest.raises(AssertionError, match="YES=1"):
        runner.run(unconfirmed)


def test_role_permits_every_call_of_the_workflow(runner: Runner, url: str) -> None:
    policy = json.loads((ROOT / "docs" / "policies" / "deploy.json").read_text(encoding="utf-8"))
    permitted = {action for statement in policy["Statement"] for action in statement["Action"]}
    calls = set(runner.calls.read_text(encoding="utf-8").split())
    assert {"lambda:Invoke", "lambda:UpdateAlias", "cloudformation:DescribeStacks"} <= calls
    assert {ACTIONS.get(call, call) for call in calls} - {""} <= permitted


def test_deployment_is_destroyed(runner: Runner, url: str) -> None:
    env = {"SETTINGS": f"settings={SETTINGS}"}
    runner.run({"run": "make destroy YES=1", "env": env})
    assert _functions(runner.cloud) == []
