"""Write ``docs/performance.md`` and its charts from the measurements.

.venv/bin/python -m bench.performance
"""

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.performance_charts import draw_first_scores, draw_warm_scores

from essay_scorer.aws.costs import cost_per_thousand
from essay_scorer.contract import MEMORY_PER_CORE
from essay_scorer.machine import cores_of_memory

DOCS = Path(__file__).resolve().parents[1] / "docs"
MEASUREMENTS = "performance.json"
PAGE = "performance.md"
TEMPLATE = Path(__file__).with_name("performance.template.md")
IMAGE_TEMPLATE = Path(__file__).with_name("performance.image.md")
THREADS_TEMPLATE = Path(__file__).with_name("performance.threads.md")
MEMORY = 3008  # MB, the deployment's default
TYPICAL_LENGTH = "350"  # tokens
MAX_ORIGINAL_TOKENS = 512  # after which the original truncates

Measured = Mapping[str, Any]  # performance.json, or a part of it

# US cents for 1,000 essays, from what was measured of a handler.
_CENTS: Mapping[str, Callable[[Measured], float]] = {
    "warm essays": lambda handler: (
        100 * cost_per_thousand(_median(handler["warm"][TYPICAL_LENGTH]), memory=MEMORY)
    ),
    "essays that each start a new environment": lambda handler: (
        100 * cost_per_thousand(_median(handler["first"]), memory=MEMORY)
    ),
    "essays in a batch": lambda handler: (
        100 * cost_per_thousand(1 / handler["core_rate"], memory=MEMORY_PER_CORE)
    ),
}


def write(measured: Measured, folder: Path) -> None:
    """Write the page and the charts.

    Args:
        measured: the content of ``performance.json``.
        folder: for the files.
    """
    (folder / PAGE).write_text(render(measured), encoding="utf-8")
    draw_first_scores(measured, folder / "performance-first.svg")
    draw_warm_scores(measured, folder / "performance-warm.svg")


def render(measured: Measured) -> str:
    """Return the page as Markdown."""
    text = TEMPLATE.read_text(encoding="utf-8").format(
        date=measured["date"],
        **measured["machine"],
        runs=len(measured["ours"]["first"]),
        rows="\n".join(_comparison(measured)),
        length=TYPICAL_LENGTH,
        **_lower_bounds(measured),
    )
    return text + _render_image(measured.get("image")) + _render_threads(measured.get("threads"))


def _comparison(measured: Measured) -> list[str]:
    """Return the rows of the table: the ratio, ours, the original's."""
    ours, original = measured["ours"], measured["original"]
    lengths = [str(length) for length in measured["lengths"]]
    warm, original_warm = ours["warm"], original["warm"]
    return [
        _row("time to first score, page cache warm, ms", ours["first"], original["first"], 1e3),
        _row("time to first score, page cache dropped, ms", ours["cold"], original["cold"], 1e3),
        *(
            _row(f"warm, {int(n):,} tokens, ms", warm[n], original_warm[n], 1e3)
            for n in lengths
        ),
        *(
            _row(
                f"warm, {int(n):,} tokens, 95th percentile, ms",
                [_percentile_95(warm[n])],
                [_percentile_95(original_warm[n])],
                1e3,
            )
            for n in lengths
        ),
        _row(
            f"warm, {MAX_ORIGINAL_TOKENS} tokens read by each, ms",
            warm[str(MAX_ORIGINAL_TOKENS)],
            original_warm["1500"],
            1e3,
        ),
        _row("peak memory, MB", ours["memory"], original["memory"], 1e-6),
        _row("installed size with the model, MB", [ours["installed"]], [original["installed"]],
             1e-6),
        _throughput_row(ours, original),
        *(
            _row(f"US cents for 1,000 {label}", [cents(ours)], [cents(original)], 1)
            for label, cents in _CENTS.items()
        ),
    ]  # fmt: skip


def _lower_bounds(measured: Measured) -> dict[str, float]:
    """Return what the template says about lower bounds, in ms, GFLOP and MB."""
    limits, ours = measured["limits"], measured["ours"]
    warm, cold = _median(ours["warm"][TYPICAL_LENGTH]), _median(ours["cold"])
    cold_bound = limits["read"] + limits["interpreter"]
    return {
        "float32": limits["float32_operations"] / 1e9,
        "float32_rate": limits["float32_rate"] / 1e9,
        "int8": limits["int8_operations"] / 1e9,
        "int8_rate": limits["int8_rate"] / 1e9,
        "warm_bound": limits["warm"] * 1e3,
        "warm": warm * 1e3,
        "warm_ratio": warm / limits["warm"],
        "weights": limits["weights"] / 1e6,
        "read_rate": limits["read_rate"] / 1e6,
        "interpreter": limits["interpreter"] * 1e3,
        "cold_bound": cold_bound * 1e3,
        "cold": cold * 1e3,
        "cold_ratio": cold / cold_bound,
    }


def _render_image(measured: Measured | None) -> str:
    """Return the section about the images; empty before ``bench.image_startup`` has run."""
    if measured is None:
        return ""
    ours, original = measured["ours"], measured["original"]
    rows = [
        _row("image size with its base, MB", [ours["bytes"]], [original["bytes"]], 1e-6),
        _row("INIT, ms", ours["init"], original["init"], 1e3),
        _row("first invocation, ms", ours["first"], original["first"], 1e3),
        _row("INIT and first invocation, ms", _cold_start(ours), _cold_start(original), 1e3),
        _row("second invocation, ms", ours["second"], original["second"], 1e3),
    ]
    template = IMAGE_TEMPLATE.read_text(encoding="utf-8")
    return template.format(runs=len(ours["init"]), rows="\n".join(rows))


def _render_threads(measured: Measured | None) -> str:
    """Return the section about threads; empty before ``bench.function_threads`` has run."""
    if measured is None:
        return ""
    by_memory = measured["memory"]
    rows = [_threads_row(int(memory), times) for memory, times in by_memory.items()]
    runs = len(next(iter(by_memory.values()))["first"]["1"])
    template = THREADS_TEMPLATE.read_text(encoding="utf-8")
    return template.format(
        processor=measured["processor"], runs=runs, load=measured["load"], rows="\n".join(rows)
    )


def _threads_row(memory: int, times: Measured) -> str:
    chosen = str(cores_of_memory(memory))
    cells = [f"{memory:,} MB, {memory / MEMORY_PER_CORE:.2g}"]
    for kind in ("first", "single", "burst"):
        for threads, values in times[kind].items():
            text = _format(_median(values) * 1e3)
            cells.append(f"**{text}**" if threads == chosen else text)
    seconds = _median(times["single"][chosen])
    cells.append(f"{100 * cost_per_thousand(seconds, memory=memory):.2f}")
    return f"| {' | '.join(cells)} |"


def _cold_start(image: Measured) -> list[float]:
    return [init + first for init, first in zip(image["init"], image["first"], strict=True)]


def _row(label: str, ours: Sequence[float], original: Sequence[float], unit: float) -> str:
    """Return a row of the table.

    Args:
        label: the first cell.
        ours: measurements of our handler; less is better.
        original: measurements of the original's.
        unit: by which measurements are multiplied.
    """
    ratio = _median(original) / _median(ours)
    return f"| {label} | **{ratio:.1f} ×** | {_spread(ours, unit)} | {_spread(original, unit)} |"


def _throughput_row(ours: Measured, original: Measured) -> str:
    ratio = ours["rate"] / original["rate"]
    rates = f"{_format(ours['rate'])} | {_format(original['rate'])}"
    return f"| throughput, essays per second | **{ratio:.1f} ×** | {rates} |"


def _spread(values: Sequence[float], unit: float) -> str:
    """Return the median, with minimum and maximum if there are several values."""
    median = _format(_median(values) * unit)
    if len(values) == 1:
        return median
    return f"{median} ({_format(min(values) * unit)}–{_format(max(values) * unit)})"


def _format(value: float) -> str:
    """Return a number with about three significant digits."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _percentile_95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    write(json.loads((DOCS / MEASUREMENTS).read_text(encoding="utf-8")), DOCS)
