"""The ``docker`` that CDK runs: pushes to ECR go to the emulator's registry.

    python -m local_aws.registry ARGUMENT …

The environment variable CDK_DOCKER makes CDK run this program. The emulator's registry has
another address than ECR; ESSAY_SCORER_REGISTRY names it. All other commands are passed on
unchanged.
"""

import os
import re
import sys

from local_aws.engine import CLIENT

REGISTRY_VARIABLE = "ESSAY_SCORER_REGISTRY"  # environment variable: host and port
_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com")


def main() -> None:
    command, registry = sys.argv[1:], os.environ[REGISTRY_VARIABLE]
    match command:
        case ["login", *_]:
            command = [_ECR.sub(registry, word).replace("https://", "") for word in command]
        case ["push", *options, image] if _ECR.match(image):
            local_image = _ECR.sub(registry, image)
            if status := os.spawnv(os.P_WAIT, CLIENT, [CLIENT, "tag", image, local_image]):
                sys.exit(status)
            command = ["push", *options, local_image]
    os.execv(CLIENT, [CLIENT, *command])


if __name__ == "__main__":
    main()
