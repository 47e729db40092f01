"""Mixed traffic against a deployment on this machine: `make soak-local`.

    .venv-infra/bin/python -m local_aws.soak [--minutes N]

`bench/soak.py` sends it, as to the local server.  Here each request that is worked on has an
environment of its own, so that what waits, waits in front of the function.
"""

import argparse
import subprocess
import sys

from infra.cdk import ROOT

from . import deployment, needs

# Requests: as many as capacity is measured with.  More environments would share the two cores
# worse, and the default reservation of 10 refuses none of these.
AT_ONCE = 4
RUNTIME = "awslambdaric"  # in the command line of what runs the handler


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", default="30")
    options = parser.parse_args()
    try:
        needs.check()
        with deployment.running() as cloud:
            operator = cloud.operator(name="soak")
            operator.bootstrap()
            url = cloud.here(operator.deploy()["Url"])
            command = [str(ROOT / ".venv/bin/python"), str(ROOT / "bench" / "soak.py")]
            command += ["--minutes", options.minutes, "--url", url, "--command", RUNTIME]
            command += ["--at-once", str(AT_ONCE)]
            done = subprocess.run(command, check=False)
            operator.destroy()
    except needs.UnfitError as error:
        print(error, file=sys.stderr)
        return needs.UNFIT
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
