"""``essay-scorer cost`` and ``drift``: what a deployment costs, and whether its scores drift."""

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from essay_scorer.cli import options as shared
from essay_scorer.cli.text_input import STANDARD_INPUT, read_bytes
from essay_scorer.errors import FileError

if TYPE_CHECKING:
    from essay_scorer.aws.costs import MeasuredTimes, MonitoringCost, MonthlyCost
    from essay_scorer.model.manifest import Manifest
    from essay_scorer.monitoring.drift import Drift, ScoreCounts


def add_commands(commands: "shared.Subparsers") -> None:
    """Add the commands to the parser."""
    _add_cost(commands)
    _add_drift(commands)


def _add_cost(commands: "shared.Subparsers") -> None:
    command = shared.add_command(
        commands, "cost", "estimate a month in AWS Lambda from measured times"
    )
    command.add_argument(
        "--per-day", type=shared.number, required=True, metavar="N", help="essays a day"
    )
    command.add_argument(
        "--memory", type=shared.count, default=3008, metavar="MB", help="of the function"
    )
    command.add_argument("--api-gateway", action="store_true", help="with a REST API")
    command.add_argument("--batch", action="store_true", help="with batches of whole files")
    shared.add_json_option(command)
    command.set_defaults(run=_cost)


def _add_drift(commands: "shared.Subparsers") -> None:
    command = shared.add_command(commands, "drift", "compare a day's scores with a baseline")
    command.add_argument(
        "logs",
        nargs="*",
        default=[STANDARD_INPUT],
        metavar="LOG",
        help="the request log of a server or a function; default: standard input",
    )
    command.add_argument("--day", type=shared.day, metavar="YYYY-MM-DD", help="of the log, in UTC")
    command.add_argument(
        "--baseline",
        metavar="LOG",
        help="the log of ordinary days; default: the essays that the bundle was measured on",
    )
    shared.add_json_option(command)
    shared.add_bundle_option(command)
    command.set_defaults(run=_drift)


def _cost(options: argparse.Namespace) -> None:
    from essay_scorer.aws.costs import MeasuredTimes, MonitoringCost, load_prices, monthly_costs

    times = MeasuredTimes.read()
    months = monthly_costs(per_day=options.per_day, memory=options.memory, times=times)
    monitoring = MonitoringCost.of_deployment(api_gateway=options.api_gateway, batch=options.batch)
    if options.json:
        table = [vars(month) | {"total": month.total} for month in months]
        watched = vars(monitoring) | {"fixed": monitoring.fixed, "metrics": monitoring.metrics}
        shared.print_json(
            {
                "prices": load_prices()["date"],
                "times": vars(times),
                "months": table,
                "monitoring": watched,
            }
        )
    else:
        _print_costs(options, months, times)
        _print_monitoring(monitoring)


def _print_costs(
    options: argparse.Namespace, months: "list[MonthlyCost]", times: "MeasuredTimes"
) -> None:
    from essay_scorer.aws.costs import cold_starts, load_prices

    print(
        f"30 days of {options.per_day:,.0f} essays a day, {options.memory} MB, US dollars, "
        f"prices of {load_prices()['date']}"
    )
    for month in months:
        print(
            f"{month.mode:<12} {month.architecture:<7}{month.total:>10.2f}   "
            f"requests {month.requests:.2f}, duration {month.duration:.2f}, "
            f"startup {month.startup:.2f}, idle {month.idle:.2f}, logs {month.logs:.2f}"
        )
    print(
        f"measured: first score {times.first * 1000:.0f} ms, warm {times.warm * 1000:.0f} ms; "
        f"{cold_starts(options.per_day):,.0f} cold starts a day"
    )


def _print_monitoring(monitoring: "MonitoringCost") -> None:
    print(
        f"in addition, without an account's free tier: fixed {monitoring.fixed:.2f} "
        f"({monitoring.dashboards} dashboard, {monitoring.alarm_metrics} alarm metrics); with "
        f"requests in every hour {monitoring.metrics:.2f} ({monitoring.custom_metrics} custom "
        "metrics, and one for each flag that occurs)"
    )


def _drift(options: argparse.Namespace) -> int:
    from essay_scorer.model.bundle import default_bundle
    from essay_scorer.model.manifest import Manifest
    from essay_scorer.monitoring.drift import DRIFT, Drift

    manifest = Manifest.read(options.bundle or default_bundle())
    current = _current_counts(options, manifest)
    drift = Drift.between(_baseline_counts(options, manifest), current)
    if options.json:
        shared.print_json(drift.to_dict())
    else:
        _print_drift(drift)
    return shared.DRIFT_DETECTED if drift.verdict == DRIFT else 0


def _current_counts(options: argparse.Namespace, manifest: "Manifest") -> "ScoreCounts":
    from essay_scorer.monitoring.drift import ScoreCounts
    from essay_scorer.monitoring.log_reader import lines_of_day

    lines = [line for log in options.logs for line in _read_log(log, manifest)]
    if options.day:
        lines = list(lines_of_day(lines, options.day))
    if not lines:
        model = f"{manifest.model.name} {manifest.model.version}"
        raise FileError(f"{_names(options.logs)} has no score of {model} to compare.")
    return ScoreCounts.from_log(lines)


def _names(logs: list[str]) -> str:
    return ", ".join("standard input" if log == STANDARD_INPUT else log for log in logs)


def _baseline_counts(options: argparse.Namespace, manifest: "Manifest") -> "ScoreCounts":
    from essay_scorer.monitoring.drift import ScoreCounts

    if options.baseline is None:
        return ScoreCounts.from_metrics(manifest.metrics)
    counts = ScoreCounts.from_log(_read_log(options.baseline, manifest))
    if not counts.essays:
        raise FileError(f"{options.baseline} has no score of this model to compare with.")
    return counts


def _read_log(name: str, manifest: "Manifest") -> "Iterator[Mapping[str, Any]]":
    """Yield the lines of a log about essays that the bundle's model has scored."""
    from essay_scorer.machine import memory_limit
    from essay_scorer.monitoring.log_reader import parse_log

    model = (manifest.model.name, manifest.model.version)
    with memory_limit(name):
        text = read_bytes(name, -1).decode("utf-8", "replace")
        for line in parse_log(text):
            if (line.get("model"), line.get("version")) == model:
                yield line


def _print_drift(drift: "Drift") -> None:
    print(f"essays    baseline {drift.baseline.essays:,}   current {drift.current.essays:,}")
    for title, shares in (("score", drift.score_shares()), ("flag", drift.flag_shares())):
        print(f"\n{title:<20}{'baseline':>9}{'current':>9}")
        for name, share in shares.items():
            print(f"{name:<20}{share['baseline']:>9.1%}{share['current']:>9.1%}")
    print()
    for name, shift in (("scores", drift.scores), ("flagged", drift.flagged)):
        print(
            f"{name:<9} PSI {shift.psi:.3f}, critical value {shift.critical_value:.3f}: "
            f"{shift.verdict.replace('_', ' ')}"
        )
