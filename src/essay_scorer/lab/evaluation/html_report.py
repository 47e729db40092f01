"""The evaluation as one self-contained HTML file: charts beside tables."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from essay_scorer.contract import DEFAULT_REVIEW_SHARE
from essay_scorer.lab.evaluation import charts, figures
from essay_scorer.lab.evaluation.bootstrap import format_estimate
from essay_scorer.lab.evaluation.criteria import MIN_QWK, NO_VERDICT
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.markdown_tables import fairness_note, fairness_sentences
from essay_scorer.lab.evaluation.other_scale import NOT_COMPARABLE, OtherScaleReport
from essay_scorer.lab.evaluation.report_notes import report_notes, sample_sentence
from essay_scorer.model.scale import Scale

FILE_NAME = "report.html"
_OTHER_SCALE_TEMPLATE = "other_scale.html"
_DEFINITIONS = (
    "Definitions follow RSMTool. QWK, exact and adjacent agreement compare whole scores, in steps "
    "of the scale; QWK's weights span the whole scale. r and SMD compare human scores with raw "
    "machine scores, clipped to the scale. SMD: (machine mean − human mean) / standard deviation "
    "of the human scores. Degradation: agreement of two human raters with each other minus "
    "agreement of the machine with the final human score. PRMSE is given only if the raters used "
    "the score's own scale."
)


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
        "estimated": figures.estimated,
    }
    environment.globals |= {
        "figure": figures.figure,
        "with_interval": figures.with_interval,
        "criterion_value": figures.criterion_value,
        "overall_figures": figures.overall_figures,
        "rater_figures": figures.rater_figures,
    }
    template = _OTHER_SCALE_TEMPLATE if isinstance(report, OtherScaleReport) else FILE_NAME
    page = environment.get_template(template).render(**_content(report))
    return page.lstrip()  # a line before the doctype would put browsers into quirks mode


def _content(report: EvaluationReport | OtherScaleReport) -> dict[str, Any]:
    svgs = {name: Markup(svg) for name, svg in _charts(report).items()}  # noqa: S704 - ours
    content = {
        "report": report,
        "charts": svgs,
        "sample": sample_sentence(report),
        "notes": list(report_notes(report)),
        "no_verdict": NO_VERDICT,
        "not_comparable": NOT_COMPARABLE,
        "confidence_note": figures.CONFIDENCE_NOTE,
        "definitions": _DEFINITIONS,
        "sentences": fairness_sentences(report.fairness),
        "fairness_note": fairness_note(),
    }
    return content | (_distribution(report) if isinstance(report, EvaluationReport) else {})


def _distribution(report: EvaluationReport) -> dict[str, Any]:
    labels = _labels(report.scale)
    human = map(sum, report.confusion)
    machine = map(sum, zip(*report.confusion, strict=True))
    return {
        "labels": labels,
        "many_labels": len(labels) > charts.MAX_LABELED_SCORES,
        "distribution": list(zip(labels, human, machine, strict=True)),
    }


def _labels(scale: Scale) -> list[str]:
    return [scale.label(score) for score in scale.scores]


def _charts(report: EvaluationReport | OtherScaleReport) -> dict[str, str]:
    svgs = {"fairness": charts.fairness_chart(report.fairness) if report.fairness else ""}
    if isinstance(report, OtherScaleReport):
        return svgs
    labels = _labels(report.scale)
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
    return figures.NOT_MEASURED if value is None else f"{value:.3f}"


def _format_percent(value: float) -> str:
    return f"{value:.1%}"
