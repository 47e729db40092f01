"""Run the soak test ``bench.soak`` against a deployment on this machine.

    .venv-infra/bin/python -m local_aws.soak_deployment [--minutes N]

Each request that is being scored has an execution environment of its own, so requests queue in
front of the function.
"""

import argparse
import subprocess
import sys

from infra.cdk_cli import ROOT

from local_aws import deployment, prerequisites

# Concurrent requests: as many as capacity is measured with. More environments would compete for
# the cores, and this is below the default reserved concurrency of 10, so none is throttled.
CONCURRENCY = 4
RUNTIME_PROGRAM = "awslambdaric"  # in the command line of the processes that score


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", default="30")
    options = parser.parse_args()
    try:
        prerequisites.check()
        with deployment.running() as cloud:
            return _soak(cloud, options.minutes)
    except prerequisites.PrerequisiteError as error:
        print(error, file=sys.stderr)
        return prerequisites.CANNOT_RUN


def _soak(cloud: deployment.Cloud, minutes: str) -> int:
    """Deploy, send traffic, destroy; return the exit status of the soak test."""
    operator = cloud.operator(name="soak")
    operator.bootstrap()
    url = cloud.resolve_url(operator.deploy()["Url"])
    command = [str(ROOT / ".venv/bin/python"), "-m", "bench.soak"]
    command += ["--minutes", minutes, "--url", url, "--command", RUNTIME_PROGRAM]
    command += ["--concurrency", str(CONCURRENCY)]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    operator.destroy()
    return status


if __name__ == "__main__":
    sys.exit(main())
