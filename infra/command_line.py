"""The command line behind `make deploy` and the other operations of a deployment.

    python -m infra.command_line OPERATION [NAME=VALUE …]

The exit status is 0 if the operation was done, 1 if it failed or was not confirmed, and 130 after
Ctrl-C.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra import cdk_cli
from infra.account import OperationError
from infra.operations import Operator
from infra.settings import Settings, SettingsError, parse_overrides

OPERATIONS = ("bootstrap", "diff", "deploy", "smoke", "rollback", "go-back", "prune", "destroy")
KEEP = 5  # versions that `prune` keeps by default
INTERRUPTED = 130  # exit status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run an operation and return the exit status."""
    options = _parse(arguments)
    try:
        overrides = parse_overrides(options.setting)
        settings = Settings.load(overrides, folder=cdk_cli.ROOT)
        _operate(Operator(settings=settings, overrides=overrides), options)
    except (SettingsError, OperationError, cdk_cli.CdkError) as error:
        print(error, file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"AWS error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.command_line", description="Operate a deployment."
    )
    parser.add_argument("operation", choices=OPERATIONS, help="go-back is an alias of rollback")
    parser.add_argument("setting", nargs="*", help="as in settings.toml, like memory=4096")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    parser.add_argument(
        "--outputs", type=Path, metavar="FILE", help="deploy: write the stack's outputs as JSON"
    )
    parser.add_argument(
        "--keep",
        type=_positive,
        default=KEEP,
        metavar="N",
        help=f"prune: the number of newest versions to keep, {KEEP} by default",
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _operate(operator: Operator, options: argparse.Namespace) -> None:
    match options.operation:
        case "bootstrap":
            operator.bootstrap()
        case "diff":
            operator.diff()
        case "deploy":
            _deploy(operator, outputs=options.outputs, confirmed=options.yes)
        case "smoke":
            operator.smoke_test()
        case "rollback" | "go-back":
            operator.rollback()
        case "prune":
            _prune(operator, keep=options.keep, confirmed=options.yes)
        case "destroy":
            _confirm(f"Destroy {operator.settings.name}?", confirmed=options.yes)
            operator.destroy()


def _deploy(operator: Operator, *, outputs: Path | None, confirmed: bool) -> None:
    """Deploy after a confirmation, and write the outputs of the stack if a file is named."""
    _require_terminal(confirmed=confirmed)
    operator.check_account()
    if outputs is not None:
        _write_json(outputs, {})  # fails before anything is deployed, and replaces older outputs
    operator.diff()
    _confirm(f"Deploy {operator.settings.name}?", confirmed=confirmed)
    deployed = operator.deploy()
    if outputs is not None:
        _write_json(outputs, deployed)


def _write_json(path: Path, outputs: dict[str, str]) -> None:
    try:
        path.write_text(json.dumps(outputs, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OperationError(f"{path} cannot be written: {error.strerror}.") from error


def _prune(operator: Operator, *, keep: int, confirmed: bool) -> None:
    """Show which versions are kept and deleted, and delete those after a confirmation."""
    plans = operator.plan_pruning(keep=keep)
    for plan in plans:
        print(plan.describe(), flush=True)
    if any(plan.deleted for plan in plans):
        _confirm("Delete them?", confirmed=confirmed)
    operator.prune(plans)


def _require_terminal(*, confirmed: bool) -> None:
    """Fail early if a question could not be answered later."""
    if not confirmed and not sys.stdin.isatty():
        raise OperationError("Nothing was done: without a terminal, confirm with YES=1.")


def _confirm(question: str, *, confirmed: bool) -> None:
    """Ask a question, unless the answer is known.

    Raises:
        OperationError: the answer is not yes, or there is nobody to answer.
    """
    _require_terminal(confirmed=confirmed)
    if confirmed:
        return
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise OperationError("Nothing was done, because you did not confirm.")


if __name__ == "__main__":
    sys.exit(main())
