"""What remains in the account after a deployment was destroyed, and may cost money.

CloudFormation deletes everything else. Deleting a function deletes its published versions, and so
their snapshots: https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.account import Account
from infra.deployed_images import TOOLKIT_STACK
from infra.permissions import error_code

NO_BUCKET = ("404", "NoSuchBucket", "NotFound")


def describe_kept_buckets(account: Account, buckets: list[str]) -> Iterator[str]:
    """Yield a line for each bucket that still exists, of those that a deployment had."""
    for bucket in buckets:
        try:
            account.client("s3").head_bucket(Bucket=bucket)
        except ClientError as error:
            if error_code(error) not in NO_BUCKET:
                raise
            continue
        yield _describe_bucket(account, bucket)


def _describe_bucket(account: Account, bucket: str) -> str:
    contents = _list_objects(account, bucket)
    content = f"{len(contents)} objects, {sum(item['Size'] for item in contents) / 1e6:.1f} MB"
    delete = f"delete it with `aws s3 rb --force s3://{bucket}`"
    days = _expiration_days(account, bucket)
    if not contents:
        return f"bucket {bucket} of batches, empty; {delete}"
    if days is None:
        return f"bucket {bucket} of batches, {content}, which never expire; {delete}"
    last: datetime = max(item["LastModified"] for item in contents)
    # S3 rounds the time of expiry up to the next midnight UTC, and may delete later.
    emptied = (last + timedelta(days=days + 1)).date()
    return f"bucket {bucket} of batches, {content}, empties itself by {emptied}; {delete}"


def _expiration_days(account: Account, bucket: str) -> int | None:
    """Return the days after which all objects of a bucket expire; None if they never do."""
    try:
        rules = account.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error_code(error) != "NoSuchLifecycleConfiguration":
            raise
        return None
    days = [
        rule["Expiration"]["Days"]
        for rule in rules
        if rule["Status"] == "Enabled" and "Days" in rule.get("Expiration", {})
    ]
    return max(days, default=None)


def describe_toolkit(account: Account) -> Iterator[str]:
    """Yield a line for each resource of `cdk bootstrap`, which other deployments may use."""
    for bucket in account.stack_resources(TOOLKIT_STACK, "AWS::S3::Bucket"):
        templates = _list_objects(account, bucket)
        size = sum(item["Size"] for item in templates) / 1e6
        yield f"bucket {bucket} of `cdk bootstrap`, {len(templates)} templates, {size:.1f} MB"
    for repository in account.stack_resources(TOOLKIT_STACK, "AWS::ECR::Repository"):
        pages = (
            account.client("ecr")
            .get_paginator("describe_images")
            .paginate(repositoryName=repository)
        )
        images = [image for page in pages for image in page["imageDetails"]]
        size = sum(image.get("imageSizeInBytes", 0) for image in images) / 1e6
        yield (f"repository {repository} of `cdk bootstrap`, {len(images)} image(s), {size:.0f} MB")
    if account.stack_resources(TOOLKIT_STACK, "AWS::IAM::Role"):
        yield f"stack {TOOLKIT_STACK}, which other deployments may use"


def _list_objects(account: Account, bucket: str) -> list[dict[str, Any]]:
    pages = account.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item for page in pages for item in page.get("Contents", [])]
