"""Deploy the scorer on this machine, print how to call it, and destroy it on Ctrl-C."""

import argparse
import signal
import sys
from collections.abc import Mapping

from infra.account import OperationError
from infra.cdk_cli import ROOT, CdkError
from infra.settings import Settings, SettingsError, parse_overrides

from local_aws import deployment, prerequisites
from local_aws.processes import ChildError

INTERRUPTED = 130  # exit status


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local_aws", description=__doc__)
    parser.add_argument("setting", nargs="*", help="as in settings.toml, like memory=4096")
    parser.add_argument("--once", action="store_true", help="destroy it immediately")
    options = parser.parse_args()
    # A shell may have told its background processes to ignore SIGINT.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        overrides = parse_overrides(options.setting)
        settings = Settings.load(overrides, folder=ROOT)
        prerequisites.check(settings.architecture)
        _run(settings, overrides, wait=not options.once)
    except prerequisites.PrerequisiteError as error:
        print(error, file=sys.stderr)
        return prerequisites.CANNOT_RUN
    except (SettingsError, OperationError, CdkError, ChildError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _run(settings: Settings, overrides: Mapping[str, str], *, wait: bool) -> None:
    """Deploy, wait for Ctrl-C if asked to, and destroy."""
    with deployment.running(memory=settings.memory, disk=settings.ephemeral_storage) as cloud:
        operator = cloud.operator(**overrides)
        print("bootstrapping", file=sys.stderr)
        operator.bootstrap()
        operator.check_account()
        print("deploying", file=sys.stderr)
        operator.diff()
        outputs = operator.deploy()
        try:
            _print_usage(cloud, outputs)
            if wait:
                signal.pause()
        except KeyboardInterrupt:
            pass
        finally:
            print("destroying", file=sys.stderr)
            operator.destroy()


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _print_usage(cloud: deployment.Cloud, outputs: Mapping[str, str]) -> None:
    for name, url in outputs.items():
        if name in ("Url", "GatewayUrl"):
            local_url = cloud.resolve_url(url)
            print(f"\n{url}\nis on this machine at\n{local_url}\n")
            print(f"""curl -d '{{"text": "The town should keep its library."}}' {local_url}""")
    print("\nWith these environment variables, AWS's own tools use the emulator:\n")
    for name, value in cloud.emulator.env.items():
        print(f"export {name}={value}")
    print("\nPress Ctrl-C to destroy the deployment.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
