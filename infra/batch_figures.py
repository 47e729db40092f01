"""The table of docs/scale.md: what a million essays take and cost in AWS.

    python -m infra.batch_figures

simulates the runs, whose function and state machine have the default settings, and prints the table
in Markdown. Prices are those of ``prices.toml``.
"""

from dataclasses import dataclass
from functools import cache

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from infra.batch_simulation import BatchSimulation
from infra.retry_rules import State
from infra.settings import Settings
from infra.simulated_function import Account, Faults, Workload
from infra.state_machine import StateMachineDefinition
from infra.worst_day import price

ROWS = 1_000_000
FUNCTION_ARN = "arn:aws:lambda:us-east-1:111122223333:function:scorer:1"
# In a busy account, other functions take any share of the quota, one invocation in a hundred ends
# with its environment, and Lambda fails as often; one essay in ten thousand raises an exception.
BUSY = Faults(kills=0.01, service_errors=0.01, failing=frozenset(range(7, ROWS, 10_000)))


@dataclass(frozen=True)
class Case:
    """A run of the table.

    Attributes:
        quota: concurrent executions of the account.
        concurrency: the setting ``batch_concurrency``.
        busy: whether other functions and faults get in the way.
    """

    quota: int
    concurrency: int
    busy: bool


CASES = (
    Case(10, 10, busy=False),
    Case(10, 10, busy=True),
    Case(10, 100, busy=False),
    Case(100, 100, busy=False),
    Case(100, 100, busy=True),
    Case(1000, 100, busy=False),
    Case(1000, 1000, busy=False),
    Case(1000, 1000, busy=True),
)


def define_batch(settings: Settings) -> State:
    """Return the definition of the state machine that is deployed with these settings."""
    stack = Stack(App(), "Batch")
    function = lambda_.Version.from_version_arn(stack, "Function", FUNCTION_ARN)
    return StateMachineDefinition(stack, "Definition", settings=settings, function=function).body


@cache
def simulate(case: Case) -> BatchSimulation:
    """Return the simulation of a run that has ended."""
    settings = Settings(batch=True, batch_concurrency=case.concurrency)
    simulation = BatchSimulation.create(
        define_batch(settings),
        rows=ROWS,
        account=Account(quota=case.quota, others=1.0 if case.busy else 0.0),
        faults=BUSY if case.busy else Faults(),
        workload=Workload(timeout=settings.timeout),
    )
    simulation.run()
    return simulation


def lambda_cost(simulation: BatchSimulation) -> float:
    """Return US dollars for the invocations of a run, on x86_64."""
    usage, gigabytes = simulation.function.usage, Settings().batch_memory / 1024
    duration = usage.seconds * gigabytes * price("gb_second", "x86_64")
    return duration + usage.invocations * price("request")


def states_cost(simulation: BatchSimulation) -> float:
    """Return US dollars for the state transitions of a run."""
    return simulation.transitions * price("state_transition")


def format_row(case: Case) -> str:
    """Return the row of the table for a run."""
    simulation = simulate(case)
    function, states = lambda_cost(simulation), states_cost(simulation)
    cells = (
        f"{case.quota:,}",
        f"{case.concurrency:,}",
        "busy" if case.busy else "quiet",
        _format_time(simulation.now),
        f"{simulation.function.usage.throttled:,}",
        f"${function:.2f}",
        f"${states:.2f}",
        f"${function + states:.2f}",
    )
    return f"| {' | '.join(cells)} |"


def _format_time(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes >= 10 else f"{minutes:.1f} min"


def format_table() -> str:
    """Return the table in Markdown."""
    heads = ("quota", "`batch_concurrency`", "account", "time", "throttled", "Lambda",
             "Step Functions", "together")  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *map(format_row, CASES)])


if __name__ == "__main__":
    print(format_table())  # noqa: T201 - its output
