"""The images that were pushed to the emulator's registry."""

from typing import Any

from local_aws.deployment import Cloud


def list_pushed_images(cloud: Cloud) -> list[dict[str, Any]]:
    """Return the details of all images, as ECR describes them."""
    registry = cloud.client("ecr")
    names = [
        repository["repositoryName"]
        for repository in registry.describe_repositories()["repositories"]
    ]
    return [
        image
        for name in names
        for image in registry.describe_images(repositoryName=name)["imageDetails"]
    ]
