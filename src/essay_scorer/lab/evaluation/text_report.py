"""The evaluation as a few lines for a terminal."""

from dataclasses import asdict

from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport


def summarize(report: EvaluationReport) -> str:
    """Return the overall measures, QWK by prompt, and the criteria."""
    overall = asdict(report.overall)
    lines = [
        f"{report.model.name} {report.model.version}, {overall.pop('essays')} essays",
        *(f"{name:<16} {value:.3f}" for name, value in overall.items()),
        "",
        f"{'prompt':<16} essays    qwk",
        *(
            f"{name or '(none)':<16} {part.essays:>6} {part.qwk:>6.3f}"
            for name, part in report.by_prompt.items()
        ),
        "",
    ]
    for criterion in report.criteria:
        met = "met    " if criterion.met else "NOT MET"
        lines.append(f"{met}  {criterion.name}: {criterion.value:.3f} ({criterion.threshold})")
    return "\n".join(lines)
