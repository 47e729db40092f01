"""Run the CDK command line, which npm installs from ``package-lock.json``."""

import fcntl
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from infra import NODE

ROOT = Path(__file__).resolve().parents[1]
NODE_MODULES = ROOT / "node_modules"
CDK = NODE_MODULES / "aws-cdk" / "bin" / "cdk"
ASL_VALIDATOR = NODE_MODULES / "asl-validator" / "dist" / "bin" / "asl-validator.js"
ACTIONLINT = NODE_MODULES / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
REDOCLY = NODE_MODULES / "@redocly" / "cli" / "bin" / "cli.js"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
MAX_ERROR_CHARACTERS = 4000


class CdkError(RuntimeError):
    """A CDK command failed; the message ends with its output, unless that was shown already."""


def install_npm_packages(*, dev: bool = False) -> None:
    """Install the locked npm packages, unless they are installed.

    Of several processes, one installs them while the others wait.

    Args:
        dev: also install the packages that only the tests need.

    Raises:
        CdkError: npm failed, after it has said why.
    """
    wanted = (CDK, ASL_VALIDATOR, ACTIONLINT, REDOCLY) if dev else (CDK,)
    options = ["--include=dev"] if dev else []  # .npmrc omits them
    command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--silent", *options]
    with (ROOT / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if all(program.is_file() for program in wanted):
            return
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            raise CdkError("npm could not install the CDK CLI.")


def run(
    *arguments: str, root: Path = ROOT, env: Mapping[str, str] | None = None, quiet: bool = False
) -> None:
    """Run a CDK command.

    Args:
        arguments: the command and its options.
        root: the folder with ``cdk.json``.
        env: environment variables; those of this process if None.
        quiet: show output only if the command fails.

    Raises:
        CdkError: the command failed.
    """
    install_npm_packages()
    variables = {"CDK_DISABLE_CLI_TELEMETRY": "true", **(os.environ if env is None else env)}
    done = subprocess.run(
        [str(NODE), str(CDK), "--ci", "--no-notices", *arguments],
        cwd=root,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        output = (done.stdout or "")[-MAX_ERROR_CHARACTERS:]
        raise CdkError(f"cdk {arguments[0]} failed. {output}".rstrip())
