"""Redocly's recommended rules find nothing in the OpenAPI document, not even a warning."""

import json
import os
import subprocess
from pathlib import Path

from infra import NODE
from infra.cdk_cli import REDOCLY, ROOT, install_npm_packages

DOCUMENT = ROOT / "src" / "essay_scorer" / "serving" / "static" / "openapi.json"
OFFLINE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def _lint(document: Path) -> "subprocess.CompletedProcess[str]":
    """Run Redocly with its recommended rules, whose warnings count as errors."""
    install_npm_packages(dev=True)
    return subprocess.run(
        [str(NODE), str(REDOCLY), "lint", "--extends=recommended-strict", str(document)],
        cwd=document.parent,  # without a configuration
        env={**os.environ, **OFFLINE},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_linter_finds_nothing() -> None:
    done = _lint(DOCUMENT)
    assert done.returncode == 0, done.stderr
    assert "Your API description is valid" in done.stderr + done.stdout


def test_the_linter_would_find_an_operation_without_errors(tmp_path: Path) -> None:
    table = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    responses = table["paths"]["/health"]["get"]["responses"]
    for status in [status for status in responses if status.startswith("4")]:
        del responses[status]
    broken = tmp_path / "openapi.json"
    broken.write_text(json.dumps(table), encoding="utf-8")
    done = _lint(broken)
    assert done.returncode == 1
    assert "operation-4xx-response" in done.stdout + done.stderr
