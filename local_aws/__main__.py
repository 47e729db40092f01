"""Deploy the scorer on this machine, say how to call it, and take it down on Ctrl-C."""

import argparse
import signal
import sys

from infra.cdk import ROOT, CdkError
from infra.operate import OperationError
from infra.settings import Settings, SettingsError, from_words

from . import deployment, needs
from .processes import ChildError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local_aws", description=__doc__)
    parser.add_argument("setting", nargs="*", help="as in settings.toml, like memory=4096")
    parser.add_argument("--once", action="store_true", help="take it down at once")
    options = parser.parse_args()
    for asked in (signal.SIGINT, signal.SIGTERM):  # a shell may have told us to ignore the first
        signal.signal(asked, _interrupt)
    try:
        given = from_words(options.setting)
        settings = Settings.load(given, folder=ROOT)
        needs.check(settings.architecture)
        with deployment.running(memory=settings.memory, disk=settings.ephemeral_storage) as cloud:
            operator = cloud.operator(**given)
            print("bootstrapping", file=sys.stderr)
            operator.bootstrap()
            print("deploying", file=sys.stderr)
            operator.show()
            outputs = operator.deploy()
            try:
                _explain(cloud, outputs)
                if not options.once:
                    signal.pause()
            except KeyboardInterrupt:
                pass
            finally:
                print("destroying", file=sys.stderr)
                operator.destroy()
    except needs.UnfitError as error:
        print(error, file=sys.stderr)
        return needs.UNFIT
    except (SettingsError, OperationError, CdkError, ChildError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _explain(cloud: deployment.Cloud, outputs: dict[str, str]) -> None:
    for name, url in outputs.items():
        if name in ("Url", "GatewayUrl"):
            here = cloud.here(url)
            print(f"\n{url}\nanswers on this machine as\n{here}\n")
            print(f"""curl -d '{{"text": "The town should keep its library."}}' {here}""")
    print("\nWith these in the environment, AWS's own tools look here too:\n")
    for name, value in cloud.emulator.env.items():
        print(f"export {name}={value}")
    print("\nCtrl-C takes it down.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
