"""Bootstrap, deploy, go back, take away: what the `make` commands of these names do."""

import argparse
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from . import cdk
from .costs import worst_day
from .function import ALIAS
from .settings import Settings, SettingsError, from_words

KEY_VARIABLE = "ESSAY_SCORER_KEY"  # a key of your own, to try the new URL with
ESSAY = Path("examples") / "middling.txt"
PATIENCE = 60  # seconds until a new URL must answer
TOOLKIT = "CDKToolkit"  # the stack that `cdk bootstrap` makes
_TAG = re.compile(r"container-assets-[^\"]*:([0-9a-f]{64})")  # of an image, in a template


class OperationError(RuntimeError):
    """It did not work; the message is one sentence that says what to do."""


def _session() -> boto3.Session:
    """Return the account of the environment, in the region that CDK finds there too."""
    return boto3.Session(region_name=os.environ.get("AWS_REGION"))


@dataclass
class Operator:
    """One deployment and the account it is in.

    Attributes:
        settings: what is deployed.
        given: the settings of the command line, as CDK's context.
        root: the repository's folder.
        env: the variables with which CDK finds the account.
        session: whose account it is, for AWS's library.
        endpoint: where AWS answers, unless at its own addresses.
        reach: from a URL of AWS to the address at which it answers.
        quiet: show nothing of what CDK prints.
    """

    settings: Settings
    given: Mapping[str, str] = field(default_factory=dict)
    root: Path = cdk.ROOT
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    session: boto3.Session = field(default_factory=_session)
    endpoint: str | None = None
    reach: Callable[[str], str] = str
    quiet: bool = False

    def client(self, service: str) -> Any:
        """Return AWS's own client of a service."""
        return self.session.client(service, endpoint_url=self.endpoint)

    def bootstrap(self) -> None:
        """Make what CDK needs in an account, once: a bucket, a repository, roles."""
        self._cdk("bootstrap")

    def show(self) -> None:
        """Say what a deployment would change, and what it would cost at worst."""
        self._cdk("diff", *self._context())
        print(worst_day(self.settings).sentence(self.settings), flush=True)

    def deploy(self) -> dict[str, str]:
        """Deploy, start the function once, score an essay through the new URL.

        Where a version answers already, it goes on answering until the new one has scored.

        Returns:
            The stack's outputs.

        Raises:
            CdkError: the deployment failed; what was there before still runs.
            OperationError: it is deployed, but does not score.
        """
        live = self._live()
        if live and not self.settings.live_version:
            self._deploy(f"--context=live_version={live}")
            self._try(live)
        self._deploy()
        outputs = self.outputs()
        if not live:
            self._warm(outputs["FunctionName"], ALIAS)
        self._score(outputs)
        return outputs

    def _deploy(self, *more: str) -> None:
        self._cdk("deploy", "--require-approval=never", *self._context(), *more)

    def _live(self) -> str | None:
        """Return the version that answers now; none where nothing is deployed yet."""
        try:
            name = self.outputs()["FunctionName"]
        except (OperationError, KeyError):  # never deployed, or a first deployment that failed
            return None
        alias = self.client("lambda").get_alias(FunctionName=name, Name=ALIAS)
        return str(alias["FunctionVersion"])

    def _try(self, live: str) -> None:
        """Let the new version score before anybody else may ask it."""
        outputs = self.outputs()
        try:
            self._warm(outputs["FunctionName"], outputs["Version"])
        except OperationError as error:
            raise OperationError(
                f"Version {live} goes on answering. {error} Mend what version "
                f"{outputs['Version']} is made of, and deploy again."
            ) from error

    def outputs(self) -> dict[str, str]:
        """Return what the deployed stack says of itself, by name."""
        try:
            answer = self.client("cloudformation").describe_stacks(StackName=self.settings.name)
        except ClientError as error:
            raise OperationError(
                f"There is no deployment named {self.settings.name} in this account and region."
            ) from error
        listed = answer["Stacks"][0].get("Outputs", [])
        return {one["OutputKey"]: one["OutputValue"] for one in listed}

    def go_back(self) -> tuple[str, str]:
        """Let the version before the present one answer from now on.

        Returns:
            The version that answered, and the one that answers now.
        """
        name = self.outputs()["FunctionName"]
        functions = self.client("lambda")
        present = functions.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"]
        earlier = [version for version in _versions(functions, name) if version < int(present)]
        if not earlier:
            raise OperationError(
                f"Version {present} is the first one; there is none to go back to."
            )
        functions.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=str(max(earlier)))
        print(f"version {max(earlier)} answers again, instead of {present}", flush=True)
        return present, str(max(earlier))

    def destroy(self) -> list[str]:
        """Take the deployment away, with its images, and say what is left.

        Returns:
            A line for each thing that is left in the account.
        """
        images = set(self._images_deployed())
        self._cdk("destroy", "--force", *self._context())
        images -= set(self._images_in_use())
        for image in sorted(images):
            repository, _, tag = image.partition(":")
            self.client("ecr").batch_delete_image(
                repositoryName=repository, imageIds=[{"imageTag": tag}]
            )
        left = list(self._left())
        print(f"taken away: the stack {self.settings.name} and {len(images)} image(s)")
        for line in left or ["nothing"]:
            print(f"left: {line}", flush=True)
        return left

    def _cdk(self, *arguments: str) -> None:
        cdk.run(*arguments, root=self.root, env=self.env, quiet=self.quiet)

    def _context(self) -> Iterator[str]:
        for name, value in self.given.items():
            yield f"--context={name}={value}"

    def _warm(self, function: str, qualifier: str) -> None:
        start = time.monotonic()
        self._invoke(function, b'{"text": "A first sentence."}', qualifier)
        print(f"first start: {time.monotonic() - start:.1f} s", flush=True)

    def _invoke(self, function: str, body: bytes, qualifier: str = ALIAS) -> dict[str, Any]:
        answer = self.client("lambda").invoke(
            FunctionName=function, Qualifier=qualifier, Payload=body
        )
        said = json.load(answer["Payload"])
        if answer.get("FunctionError") or said.get("statusCode") != 200:
            raise OperationError(f"It is deployed, but the function answers {json.dumps(said)}.")
        return dict(said["body"])

    def _score(self, outputs: Mapping[str, str]) -> None:
        """Score an example through the door that users have."""
        url = outputs["GatewayUrl" if self.settings.key_at_gateway else "Url"]
        text = (self.root / ESSAY).read_text(encoding="utf-8")
        headers = {"content-type": "application/json"}
        body = json.dumps({"text": text}).encode()
        if self.settings.access == "key":
            headers["x-api-key"] = self._key(outputs)
        elif self.settings.access == "iam":
            headers |= self._signature(url, body, headers)
        status, said = self._post(self.reach(url), body, headers)
        if status == 401 and not headers.get("x-api-key"):
            print(f"the URL asks for a key; with yours in {KEY_VARIABLE}, it is tried here")
            status, said = 200, self._invoke(outputs["FunctionName"], body)
        if status != 200:
            raise OperationError(f"It is deployed, but {url} answers {status}.")
        scale = said["scale"]
        print(
            f"{ESSAY}: score {said['essay score']} on {scale['min']}-{scale['max']}, "
            f"by {said['model']['name']} {said['model']['version']}\n{url}",
            flush=True,
        )

    def _key(self, outputs: Mapping[str, str]) -> str:
        """Return a key: the gateway's own, or the one that the person who deploys has."""
        if not self.settings.key_at_gateway:
            return self.env.get(KEY_VARIABLE, "")
        gateway = self.client("apigateway")
        answer = gateway.get_api_key(apiKey=outputs["GatewayKeyId"], includeValue=True)
        return str(answer["value"])

    def _signature(self, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers with which AWS knows who asks."""
        request = AWSRequest("POST", url, data=body, headers=dict(headers))
        credentials = self.session.get_credentials()
        SigV4Auth(credentials, "lambda", self.session.region_name).add_auth(request)
        return dict(request.headers)

    def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Ask until it answers: a new URL, and a new key, take a moment to be known."""
        end = time.monotonic() + PATIENCE
        request = urllib.request.Request(url, body, dict(headers), method="POST")
        while True:
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                    return response.status, dict(json.load(response))
            except urllib.error.HTTPError as error:
                soon = error.code in (403, 404, 429, 503)
                soon |= error.code == 401 and self.settings.key_at_gateway
                if not soon or time.monotonic() > end:
                    return error.code, {}
            except OSError as error:
                if time.monotonic() > end:
                    raise OperationError(f"It is deployed, but {url} does not answer.") from error
            time.sleep(2)

    def _images_deployed(self) -> Iterator[str]:
        """Yield the images of the stack; a first deployment that failed has no function."""
        if function := self.outputs().get("FunctionName"):
            yield from self._images(function)
        template = self.client("cloudformation").get_template(StackName=self.settings.name)
        tags = set(_TAG.findall(json.dumps(template["TemplateBody"])))
        for repository in self._toolkit("AWS::ECR::Repository"):
            yield from (f"{repository}:{tag}" for tag in tags)

    def _images(self, function: str) -> Iterator[str]:
        """Yield the image of every version that was published, as ``repository:tag``."""
        functions = self.client("lambda")
        for version in _versions(functions, function):
            found = functions.get_function(FunctionName=function, Qualifier=str(version))
            if image := found["Code"].get("ImageUri"):
                yield image.partition("/")[2]

    def _images_in_use(self) -> Iterator[str]:
        """Yield the images of the account's functions; two deployments may share one."""
        for page in self.client("lambda").get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                if function.get("PackageType") == "Image":
                    yield from self._images(function["FunctionName"])

    def _toolkit(self, kind: str) -> list[str]:
        """Return the names of what `cdk bootstrap` made of a kind."""
        try:
            resources = self.client("cloudformation").describe_stack_resources(StackName=TOOLKIT)
        except ClientError:
            return []
        return [
            resource["PhysicalResourceId"]
            for resource in resources["StackResources"]
            if resource["ResourceType"] == kind
        ]

    def _left(self) -> Iterator[str]:
        for bucket in self._toolkit("AWS::S3::Bucket"):
            listed = self.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
            size = sum(one["Size"] for one in listed) / 1e6
            yield f"bucket {bucket} of `cdk bootstrap`, {len(listed)} templates, {size:.1f} MB"
        for repository in self._toolkit("AWS::ECR::Repository"):
            listed = self.client("ecr").list_images(repositoryName=repository)["imageIds"]
            yield f"repository {repository} of `cdk bootstrap`, {len(listed)} image(s)"
        if self._toolkit("AWS::IAM::Role"):
            yield f"stack {TOOLKIT}, which other deployments may use"


def _versions(functions: Any, name: str) -> list[int]:
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    found = [one["Version"] for page in pages for one in page["Versions"]]
    return [int(version) for version in found if version != "$LATEST"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.operate", description=__doc__)
    parser.add_argument("operation", choices=("bootstrap", "deploy", "go-back", "destroy"))
    parser.add_argument("setting", nargs="*", help="as in settings.toml, like memory=4096")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()
    try:
        given = from_words(options.setting)
        operator = Operator(Settings.load(given, folder=cdk.ROOT), given)
        if options.operation == "bootstrap":
            operator.bootstrap()
        elif options.operation == "go-back":
            operator.go_back()
        elif options.operation == "destroy":
            if options.yes or _agreed(f"Destroy {operator.settings.name}?"):
                operator.destroy()
        else:
            operator.show()
            if options.yes or _agreed("Deploy?"):
                operator.deploy()
    except (SettingsError, OperationError, cdk.CdkError) as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS says: {error}", file=sys.stderr)
        return 1
    return 0


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        print(f"{question} Say so with YES=1.", file=sys.stderr)
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


if __name__ == "__main__":
    sys.exit(main())
