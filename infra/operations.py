"""Bootstrap an account; deploy, roll back and destroy a deployment."""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra import cdk_cli, cleanup
from infra.account import Account, OperationError
from infra.scoring_function import ALIAS
from infra.settings import Settings, SettingsError, parse_overrides
from infra.smoke_test import KEY_VARIABLE, SmokeTest
from infra.worst_day import worst_day


@dataclass(kw_only=True)
class Operator:
    """Operates one deployment.

    Attributes:
        settings: of the deployment.
        overrides: the settings of the command line, which CDK gets as context.
        account: in which the deployment is.
        root: the repository.
        env: environment variables with which CDK finds the account.
        quiet: hide the output of CDK.
    """

    settings: Settings
    overrides: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    root: Path = cdk_cli.ROOT
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    quiet: bool = False

    def bootstrap(self) -> None:
        """Create CDK's bucket, repository and roles in the account, which is needed once."""
        self._run_cdk("bootstrap")

    def diff(self) -> None:
        """Print what a deployment would change, and its highest possible cost per day."""
        self._run_cdk("diff", *self._context())
        print(worst_day(self.settings).describe(self.settings), flush=True)

    def deploy(self) -> dict[str, str]:
        """Deploy, and score an essay through the URL.

        The live version serves requests until the new version has passed a smoke test.

        Returns:
            The outputs of the stack.

        Raises:
            CdkError: the deployment failed; the previous version still serves requests.
            OperationError: the deployment finished, but does not score.
        """
        live = self._live_version()
        if live and not self.settings.live_version:
            self._deploy(f"--context=live_version={live}")
            self._check_new_version(live)
        self._deploy()
        outputs = self.outputs()
        smoke_test = self._smoke_test(outputs)
        if not live:
            smoke_test.start_function(ALIAS)
        smoke_test.score_example()
        return outputs

    def rollback(self) -> tuple[str, str]:
        """Point the alias to the version before the live one.

        Returns:
            The version that was live, and the one that is live now.

        Raises:
            OperationError: there is no earlier version.
        """
        function = self.outputs()["FunctionName"]
        functions = self.account.client("lambda")
        live = str(functions.get_alias(FunctionName=function, Name=ALIAS)["FunctionVersion"])
        versions = self.account.published_versions(function)
        earlier = [version for version in versions if version < int(live)]
        if not earlier:
            raise OperationError(
                f"Version {live} is the first; there is no version to roll back to."
            )
        previous = str(max(earlier))
        functions.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=previous)
        print(f"Rolled back from version {live} to version {previous}.", flush=True)
        return live, previous

    def destroy(self) -> list[str]:
        """Delete the stack and its images, and print what remains.

        Returns:
            A line for each resource that remains in the account.
        """
        images = set(cleanup.find_deployed_images(self.account, self.settings.name))
        self._run_cdk("destroy", "--force", *self._context())
        images -= set(cleanup.find_images_in_use(self.account))
        cleanup.delete_images(self.account, images)
        remaining = list(cleanup.describe_remaining(self.account))
        print(f"Deleted the stack {self.settings.name} and {len(images)} image(s).")
        for line in remaining or ["nothing"]:
            print(f"Remaining: {line}", flush=True)
        return remaining

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the deployed stack by name."""
        return self.account.stack_outputs(self.settings.name)

    def _deploy(self, *options: str) -> None:
        self._run_cdk("deploy", "--require-approval=never", *self._context(), *options)

    def _live_version(self) -> str | None:
        """Return the version that serves requests; None before the first deployment."""
        try:
            function = self.outputs()["FunctionName"]
        except (OperationError, KeyError):  # never deployed, or the first deployment failed
            return None
        alias = self.account.client("lambda").get_alias(FunctionName=function, Name=ALIAS)
        return str(alias["FunctionVersion"])

    def _check_new_version(self, live: str) -> None:
        """Test the new version while another one is live."""
        outputs = self.outputs()
        try:
            self._smoke_test(outputs).start_function(outputs["Version"])
        except OperationError as error:
            raise OperationError(
                f"Version {live} stays live. {error} Fix the cause in version "
                f"{outputs['Version']}, and deploy again."
            ) from error

    def _smoke_test(self, outputs: Mapping[str, str]) -> SmokeTest:
        return SmokeTest(
            account=self.account,
            settings=self.settings,
            outputs=outputs,
            root=self.root,
            key=self.env.get(KEY_VARIABLE, ""),
        )

    def _run_cdk(self, *arguments: str) -> None:
        cdk_cli.run(*arguments, root=self.root, env=self.env, quiet=self.quiet)

    def _context(self) -> list[str]:
        return [f"--context={name}={value}" for name, value in self.overrides.items()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.operations", description=__doc__)
    operations = ("bootstrap", "deploy", "rollback", "go-back", "destroy")
    parser.add_argument("operation", choices=operations, help="go-back is an alias of rollback")
    parser.add_argument("setting", nargs="*", help="as in settings.toml, like memory=4096")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    options = parser.parse_args()
    try:
        overrides = parse_overrides(options.setting)
        settings = Settings.load(overrides, folder=cdk_cli.ROOT)
        operator = Operator(settings=settings, overrides=overrides)
        _operate(operator, options.operation, confirmed=options.yes)
    except (SettingsError, OperationError, cdk_cli.CdkError) as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS error: {error}", file=sys.stderr)
        return 1
    return 0


def _operate(operator: Operator, operation: str, *, confirmed: bool) -> None:
    if operation == "bootstrap":
        operator.bootstrap()
    elif operation in ("rollback", "go-back"):
        operator.rollback()
    elif operation == "destroy":
        if confirmed or _confirm(f"Destroy {operator.settings.name}?"):
            operator.destroy()
    else:
        operator.diff()
        if confirmed or _confirm("Deploy?"):
            operator.deploy()


def _confirm(question: str) -> bool:
    if not sys.stdin.isatty():
        print(f"{question} Confirm with YES=1.", file=sys.stderr)
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


if __name__ == "__main__":
    sys.exit(main())
