"""The workflows and the action in ``.github``, and the commands in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra.cdk_cli import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DEPLOY_ACTION = ROOT / ".github" / "actions" / "deploy" / "action.yml"
FILES = (*WORKFLOWS, DEPLOY_ACTION)

Table = dict[Any, Any]


def read_table(path: Path) -> Table:
    """Return the content of a YAML file; YAML's key ``on`` is True."""
    table: Table = yaml.safe_load(path.read_text(encoding="utf-8"))
    return table


def jobs(path: Path) -> dict[str, Table]:
    """Return the jobs of a workflow by ID."""
    found: dict[str, Table] = read_table(path)["jobs"]
    return found


def steps(path: Path) -> Iterator[Table]:
    """Yield the steps of a workflow's jobs, or of an action."""
    table = read_table(path)
    for part in table.get("jobs", {"action": table.get("runs")}).values():
        yield from part.get("steps", ())


def scripts(path: Path) -> Iterator[str]:
    """Yield the shell scripts of a workflow or an action."""
    yield from (step["run"] for step in steps(path) if "run" in step)
