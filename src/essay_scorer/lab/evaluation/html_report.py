"""The evaluation as one self-contained HTML file: charts beside tables."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from essay_scorer.contract import DEFAULT_REVIEW_SHARE
from essay_scorer.lab.evaluation import charts
from essay_scorer.lab.evaluation.bootstrap import format_estimate
from essay_scorer.lab.evaluation.criteria import MIN_QWK
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.markdown_tables import fairness_note, fairness_sentences
from essay_scorer.lab.evaluation.other_scale import OtherScaleReport

FILE_NAME = "report.html"
_OTHER_SCALE_TEMPLATE = "other_scale.html"


def write_report(report: EvaluationReport | OtherScaleReport, folder: Path) -> Path:
    """Write ``report.html`` to a folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    path.write_text(render_report(report), encoding="utf-8")
    return path


def render_report(report: EvaluationReport | OtherScaleReport) -> str:
    """Return the report as an HTML page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {
        "number": _format_number,
        "percent": _format_percent,
        "estimate": format_estimate,
    }
    labels = list(report.scale.scores)
    other_scale = isinstance(report, OtherScaleReport)
    svgs = {name: Markup(svg) for name, svg in _charts(report, labels).items()}  # noqa: S704 - ours
    return environment.get_template(_OTHER_SCALE_TEMPLATE if other_scale else FILE_NAME).render(
        report=report,
        labels=labels,
        charts=svgs,
        sentences=fairness_sentences(report.fairness),
        fairness_note=fairness_note(),
    )


def _charts(report: EvaluationReport | OtherScaleReport, labels: list[float]) -> dict[str, str]:
    svgs = {"fairness": charts.fairness_chart(report.fairness) if report.fairness else ""}
    if isinstance(report, OtherScaleReport):
        return svgs
    svgs |= {
        "confusion": charts.confusion_chart(report.confusion, labels),
        "distribution": charts.distribution_chart(report.confusion, labels),
        "calibration": charts.calibration_chart(report.calibration),
        "qwk": charts.qwk_chart(report.by_prompt, MIN_QWK),
        "review": charts.review_chart(report.review, DEFAULT_REVIEW_SHARE),
    }
    if report.robustness:
        svgs["attacks"] = charts.attack_chart(report.robustness.attacks)
    return svgs


def _format_number(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"  # noqa: PLR0124 - NaN


def _format_percent(value: float) -> str:
    return f"{value:.1%}"
