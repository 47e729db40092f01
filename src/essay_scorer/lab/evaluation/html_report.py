"""The evaluation as one HTML file: charts beside tables, each bar met or not."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from essay_scorer.contract import DEFAULT_REVIEW_SHARE
from essay_scorer.lab.evaluation import charts
from essay_scorer.lab.evaluation.evaluate import QWK_BAR

TEMPLATE = "report.html"


def render(report: dict[str, Any]) -> str:
    """Return the page for what ``evaluate`` returned."""
    labels = list(range(report["scale"]["min"], report["scale"]["max"] + 1))
    counts = report["confusion"]
    pictures = {
        "confusion": charts.confusion(counts, labels),
        "distributions": charts.distributions(counts, labels),
        "calibration": charts.calibration(report["calibration"]),
        "by_prompt": charts.by_name(report["by_prompt"], QWK_BAR),
        "review": charts.review(report["review"], DEFAULT_REVIEW_SHARE),
    }
    if "attacks" in report:
        pictures["attacks"] = charts.attacks(report["attacks"])
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"figure": _figure, "percent": _percent}
    pictures_safe = {name: Markup(svg) for name, svg in pictures.items()}  # noqa: S704 - ours
    return environment.get_template(TEMPLATE).render(
        report=report, labels=labels, pictures=pictures_safe
    )


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _figure(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"  # noqa: PLR0124 - NaN


def write_report(report: dict[str, Any], folder: Path) -> Path:
    """Write ``report.html`` into a folder and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TEMPLATE
    path.write_text(render(report), encoding="utf-8")
    return path
