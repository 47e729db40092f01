"""The ``docker`` that CDK runs: what it sends to ECR goes to the emulator's registry.

    python -m local_aws.registry ARGUMENT …

CDK finds it through the variable CDK_DOCKER.  The emulator answers for ECR at its own
address, which ESSAY_SCORER_REGISTRY names; every other command passes as it is.
"""

import os
import re
import sys

from .engine import CLIENT

VARIABLE = "ESSAY_SCORER_REGISTRY"
_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com")


def main() -> None:
    command, registry = sys.argv[1:], os.environ[VARIABLE]
    match command:
        case ["login", *_]:
            command = [_ECR.sub(registry, part).replace("https://", "") for part in command]
        case ["push", *options, image] if _ECR.match(image):
            there = _ECR.sub(registry, image)
            if status := os.spawnv(os.P_WAIT, CLIENT, [CLIENT, "tag", image, there]):
                sys.exit(status)
            command = ["push", *options, there]
    os.execv(CLIENT, [CLIENT, *command])  # it takes this process's place


if __name__ == "__main__":
    main()
