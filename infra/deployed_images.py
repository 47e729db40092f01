"""Container images that deployments have pushed to the account."""

import json
import re
from collections.abc import Iterable, Iterator

from infra.account import Account

TOOLKIT_STACK = "CDKToolkit"  # which `cdk bootstrap` creates
_IMAGE_TAG = re.compile(r"container-assets-[^\"]*:([0-9a-f]{64})")  # in a template


def find_deployed_images(account: Account, stack: str) -> Iterator[str]:
    """Yield the images of a stack as ``repository:tag``.

    The template names the images too, because a first deployment that failed has no function.
    """
    for function in account.stack_resources(stack, "AWS::Lambda::Function"):
        yield from find_function_images(account, function)
    template = account.client("cloudformation").get_template(StackName=stack)
    tags = set(_IMAGE_TAG.findall(json.dumps(template["TemplateBody"])))
    for repository in account.stack_resources(TOOLKIT_STACK, "AWS::ECR::Repository"):
        yield from (f"{repository}:{tag}" for tag in tags)


def find_images_in_use(account: Account) -> Iterator[str]:
    """Yield the images of all functions in the account; deployments may share one."""
    for page in account.client("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            if function.get("PackageType") == "Image":
                yield from find_function_images(account, function["FunctionName"])


def find_function_images(account: Account, function: str) -> Iterator[str]:
    """Yield the image of each version of a function, and of what is not published."""
    functions = account.client("lambda")
    for version in (*account.published_versions(function), "$LATEST"):
        found = functions.get_function(FunctionName=function, Qualifier=str(version))
        if image := found["Code"].get("ImageUri"):
            yield image.partition("/")[2]


def delete_images(account: Account, images: Iterable[str]) -> None:
    """Delete images, given as ``repository:tag``."""
    for image in sorted(images):
        repository, _, tag = image.partition(":")
        account.client("ecr").batch_delete_image(
            repositoryName=repository, imageIds=[{"imageTag": tag}]
        )
