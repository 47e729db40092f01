"""The command line of CDK: installed from its lock, run in the Node.js that a package brings."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import NODE

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).parent
CDK = HERE / "node_modules" / "aws-cdk" / "bin" / "cdk"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


class CdkError(RuntimeError):
    """A command of CDK failed; the message has its last words, unless they were shown."""


def install() -> None:
    """Install the command line, unless it is there."""
    if not CDK.is_file():
        command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--silent"]
        subprocess.run(command, cwd=HERE, check=True)


def run(
    *arguments: str, root: Path = ROOT, env: Mapping[str, str] | None = None, quiet: bool = False
) -> None:
    """Run a command of CDK over a repository's folder.

    Args:
        arguments: the command and its options.
        root: the folder with ``cdk.json``.
        env: the variables, this process's if not given.
        quiet: say nothing unless it fails.

    Raises:
        CdkError: it failed.
    """
    install()
    chosen = {"CDK_DISABLE_CLI_TELEMETRY": "true", **(os.environ if env is None else env)}
    done = subprocess.run(
        [str(NODE), str(CDK), "--ci", "--no-notices", *arguments],
        cwd=root,
        env=chosen,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CdkError(f"cdk {arguments[0]} failed. {(done.stdout or '')[-4000:]}".rstrip())
