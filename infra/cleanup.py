"""Container images that a deployment leaves in the account, and what else remains of it."""

import json
import re
from collections.abc import Iterable, Iterator

from botocore.exceptions import ClientError

from infra.account import Account

TOOLKIT_STACK = "CDKToolkit"  # which `cdk bootstrap` creates
_IMAGE_TAG = re.compile(r"container-assets-[^\"]*:([0-9a-f]{64})")  # in a template


def find_deployed_images(account: Account, stack: str) -> Iterator[str]:
    """Yield the images of a stack as ``repository:tag``.

    The template names the images too, because a first deployment that failed has no function.
    """
    if function := account.stack_outputs(stack).get("FunctionName"):
        yield from _find_function_images(account, function)
    template = account.client("cloudformation").get_template(StackName=stack)
    tags = set(_IMAGE_TAG.findall(json.dumps(template["TemplateBody"])))
    for repository in _find_toolkit_resources(account, "AWS::ECR::Repository"):
        yield from (f"{repository}:{tag}" for tag in tags)


def find_images_in_use(account: Account) -> Iterator[str]:
    """Yield the images of all functions in the account; deployments may share one."""
    for page in account.client("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            if function.get("PackageType") == "Image":
                yield from _find_function_images(account, function["FunctionName"])


def delete_images(account: Account, images: Iterable[str]) -> None:
    """Delete images, given as ``repository:tag``."""
    for image in sorted(images):
        repository, _, tag = image.partition(":")
        account.client("ecr").batch_delete_image(
            repositoryName=repository, imageIds=[{"imageTag": tag}]
        )


def describe_remaining(account: Account) -> Iterator[str]:
    """Yield a line for each resource of `cdk bootstrap` that remains in the account."""
    for bucket in _find_toolkit_resources(account, "AWS::S3::Bucket"):
        objects = account.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
        size = sum(item["Size"] for item in objects) / 1e6
        yield f"bucket {bucket} of `cdk bootstrap`, {len(objects)} templates, {size:.1f} MB"
    for repository in _find_toolkit_resources(account, "AWS::ECR::Repository"):
        images = account.client("ecr").list_images(repositoryName=repository)["imageIds"]
        yield f"repository {repository} of `cdk bootstrap`, {len(images)} image(s)"
    if _find_toolkit_resources(account, "AWS::IAM::Role"):
        yield f"stack {TOOLKIT_STACK}, which other deployments may use"


def _find_function_images(account: Account, function: str) -> Iterator[str]:
    """Yield the image of each published version of a function."""
    functions = account.client("lambda")
    for version in account.published_versions(function):
        found = functions.get_function(FunctionName=function, Qualifier=str(version))
        if image := found["Code"].get("ImageUri"):
            yield image.partition("/")[2]


def _find_toolkit_resources(account: Account, resource_type: str) -> list[str]:
    """Return the names of resources that `cdk bootstrap` created."""
    try:
        answer = account.client("cloudformation").describe_stack_resources(StackName=TOOLKIT_STACK)
    except ClientError:
        return []
    return [
        resource["PhysicalResourceId"]
        for resource in answer["StackResources"]
        if resource["ResourceType"] == resource_type
    ]
