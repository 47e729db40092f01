"""Bootstrap an account; deploy, test, roll back, prune and destroy a deployment."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from infra import cdk_cli, deployed_images, preflight, remaining_resources
from infra.account import Account, OperationError
from infra.base_image import CONTEXT_PREFIX, find_pin
from infra.cloud_assembly import CloudAssemblies
from infra.image import PLATFORMS, base_images
from infra.notifications import describe_notification_gaps
from infra.permissions import optional
from infra.published_versions import (
    PruningPlan,
    delete_versions,
    live_version,
    plan_pruning,
    previous_version,
)
from infra.scoring_function import ALIAS
from infra.settings import Settings
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
        """Create CDK's bucket, repository and roles in the account, which is needed once.

        Raises:
            OperationError: there are no valid credentials.
        """
        account = preflight.check_credentials(self.account)
        environment = f"aws://{account}/{self.account.session.region_name}"
        self._run_cdk("bootstrap", "--app=", environment)  # without an app, CDK synthesizes none

    def check_account(self) -> None:
        """Check that the account can hold the deployment, before anything is built.

        Raises:
            OperationError: it cannot; the message says what to do first.
        """
        preflight.check_account(self.account, self.settings)
        with optional("lambda:GetAccountSettings"):
            for line in preflight.describe_throttling(self.account, self.settings):
                print(line, flush=True)

    def diff(self) -> None:
        """Print what a deployment would change, and its highest possible cost per day."""
        self._assemblies.run("diff", context=self._context())
        print(worst_day(self.settings).describe(self.settings), flush=True)

    def deploy(self) -> dict[str, str]:
        """Deploy, and score an essay through the URL.

        The live version serves requests until the new version has passed a smoke test, and again if
        the URL then does not score.

        Returns:
            The outputs of the stack.

        Raises:
            CdkError: the deployment failed; the previous version still serves requests.
            OperationError: the new version or the URL does not score.
        """
        live = self._live_version()
        try:
            if live and not self.settings.live_version:
                self._deploy(f"--context=live_version={live}")
                self._check_new_version(live)
            self._deploy()
        finally:
            self._assemblies.expire()
        outputs = self.outputs()
        smoke_test = self._smoke_test(outputs)
        if not live:
            smoke_test.start_function(ALIAS)
        with self._roll_back_on_failure(outputs["FunctionName"], live):
            smoke_test.score_example()
        with optional("sns:ListSubscriptionsByTopic"):
            for line in describe_notification_gaps(self.account, self.settings):
                print(line, flush=True)
        return outputs

    def smoke_test(self) -> None:
        """Invoke the live version, and score an essay through the URL.

        Raises:
            OperationError: there is no deployment, or it does not score.
        """
        smoke_test = self._smoke_test(self._working_outputs())
        smoke_test.start_function(ALIAS)
        smoke_test.score_example()

    def rollback(self) -> tuple[str, str]:
        """Point the alias to the version before the live one.

        Returns:
            The version that was live, and the one that is live now.

        Raises:
            OperationError: there is no earlier version, or no deployment.
        """
        function = self._working_outputs()["FunctionName"]
        live = live_version(self.account, function)
        previous = previous_version(self.account.published_versions(function), live)
        if previous is None:
            raise OperationError(
                f"Version {live} is the first; there is no version to roll back to."
            )
        self._move_alias(function, previous)
        print(f"Rolled back from version {live} to version {previous}.", flush=True)
        return str(live), str(previous)

    def plan_pruning(self, *, keep: int) -> list[PruningPlan]:
        """Return which versions of the functions may be deleted.

        Args:
            keep: how many of the newest versions are kept, whatever uses them.

        Raises:
            OperationError: there is no deployment.
        """
        self.outputs()
        return list(plan_pruning(self.account, self.settings.name, keep=keep))

    def prune(self, plans: Sequence[PruningPlan]) -> None:
        """Delete versions, and the images that no other version in the account uses."""
        unused: set[str] = set()
        for plan in plans:
            unused.update(deployed_images.find_function_images(self.account, plan.function))
            delete_versions(self.account, plan)
        unused -= set(deployed_images.find_images_in_use(self.account))
        deployed_images.delete_images(self.account, unused)
        versions = sum(len(plan.deleted) for plan in plans)
        print(f"Deleted {versions} version(s) and {len(unused)} image(s).", flush=True)

    def destroy(self) -> list[str]:
        """Delete the stack and its images, and print what remains.

        Returns:
            A line for each resource that remains in the account.

        Raises:
            OperationError: there is no deployment.
        """
        self.outputs()
        images = set(deployed_images.find_deployed_images(self.account, self.settings.name))
        buckets = self.account.stack_resources(self.settings.name, "AWS::S3::Bucket")
        self._assemblies.destroy(context=self._overrides())
        images -= set(deployed_images.find_images_in_use(self.account))
        deployed_images.delete_images(self.account, images)
        remaining: list[str] = []
        with optional("permissions to list all that remains"):
            remaining += remaining_resources.describe_kept_buckets(self.account, buckets)
            remaining += remaining_resources.describe_toolkit(self.account)
        print(f"Deleted the stack {self.settings.name} and {len(images)} image(s).")
        for line in remaining or ["nothing"]:
            print(f"Remaining: {line}", flush=True)
        return remaining

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the deployed stack by name."""
        return self.account.stack_outputs(self.settings.name)

    def _working_outputs(self) -> dict[str, str]:
        """Return the outputs of a stack that was deployed completely at least once."""
        outputs = self.outputs()
        if "FunctionName" not in outputs:
            raise OperationError(
                f"The first deployment of {self.settings.name} failed; deploy it again."
            )
        return outputs

    def _deploy(self, *context: str) -> None:
        self._assemblies.run(
            "deploy", "--require-approval=never", context=(*self._context(), *context)
        )

    def _live_version(self) -> str | None:
        """Return the version that serves requests; None before the first deployment."""
        try:
            function = self._working_outputs()["FunctionName"]
        except OperationError:  # never deployed, or the first deployment failed
            return None
        return str(live_version(self.account, function))

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

    @contextmanager
    def _roll_back_on_failure(self, function: str, before: str | None) -> Iterator[None]:
        """Move traffic back to the version that was live, if the URL does not score with a new one.

        Args:
            function: of the deployment.
            before: the version that was live; None if there was none.
        """
        try:
            yield
        except OperationError as error:
            now = live_version(self.account, function)
            if before is None or self.settings.live_version or now == int(before):
                raise
            self._move_alias(function, int(before))
            raise OperationError(
                f"{error} Rolled back from version {now} to version {before}."
            ) from error

    def _move_alias(self, function: str, version: int) -> None:
        self.account.client("lambda").update_alias(
            FunctionName=function, Name=ALIAS, FunctionVersion=str(version)
        )

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

    @cached_property
    def _assemblies(self) -> CloudAssemblies:
        return CloudAssemblies(self._run_cdk)

    def _context(self) -> tuple[str, ...]:
        """Return CDK's context for the present settings and base images."""
        return (*self._overrides(), *self._pins)

    def _overrides(self) -> tuple[str, ...]:
        return tuple(f"--context={name}={value}" for name, value in self.overrides.items())

    @cached_property
    def _pins(self) -> list[str]:
        """CDK's context with what the base images are today, the same for all commands."""
        platform = PLATFORMS[self.settings.architecture].platform
        names = base_images(self.settings, self.root)
        pins = {name: find_pin(name, platform=platform, env=self.env) for name in names}
        return [f"--context={CONTEXT_PREFIX}{name}={pin}" for name, pin in pins.items() if pin]
