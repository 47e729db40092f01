"""Fill the model card: the README of a bundle."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

import pandas as pd

from essay_scorer.contract import DEFAULT_REVIEW_SHARE
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport, IntervalCoverage
from essay_scorer.lab.evaluation.markdown_tables import length_table
from essay_scorer.lab.evaluation.metrics import Agreement
from essay_scorer.lab.recipe import TokenizerRecipe
from essay_scorer.model.files import LANGUAGES, MODEL_CARD
from essay_scorer.model.manifest import FurtherData, Manifest

_LANGUAGE_LICENSE = (
    f"`{LANGUAGES}` is fastText's language identification model lid.176 (Joulin et al. 2016), "
    "under\nCC BY-SA 3.0."
)


def write_card(
    folder: Path,
    manifest: Manifest,
    tokenizer: TokenizerRecipe,
    report: EvaluationReport,
    *,
    essays_by_split: "pd.Series[int]",
) -> None:
    """Write the card of a measured bundle.

    Args:
        folder: the bundle's.
        manifest: the bundle's.
        tokenizer: how texts are split into windows.
        report: the evaluation on the test essays, with the length baseline.
        essays_by_split: the number of essays in each split.
    """
    _write(
        "card.md",
        folder,
        manifest,
        {
            **_provenance(manifest, tokenizer, essays_by_split),
            **_agreement(report),
            **_certainty(report, manifest),
        },
    )


def write_unmeasured_card(folder: Path, manifest: Manifest) -> None:
    """Write the card of a bundle whose agreement with human scores is unknown."""
    _write("card_own.md", folder, manifest, {})


def _write(template: str, folder: Path, manifest: Manifest, fields: Mapping[str, object]) -> None:
    text = Path(__file__).with_name(template).read_text(encoding="utf-8")
    card = Template(text).substitute(
        name=manifest.model.name,
        version=manifest.model.version,
        license=manifest.license,
        recipe=manifest.recipe,
        low=manifest.scale.min,
        high=manifest.scale.max,
        language_license=_LANGUAGE_LICENSE if (folder / LANGUAGES).is_file() else "",
        **fields,
    )
    (folder / MODEL_CARD).write_text(card, encoding="utf-8")


def _provenance(
    manifest: Manifest, tokenizer: TokenizerRecipe, essays_by_split: "pd.Series[int]"
) -> dict[str, object]:
    """Return the fields about what the model is and what it was trained on."""
    return {
        "encoder": manifest.encoder,
        "credit": manifest.credit,
        "further_data": "".join(map(_further_row, manifest.further_data)),
        "window": tokenizer.window,
        "overlap": tokenizer.overlap,
        "train_essays": essays_by_split["train"],
        "dev_essays": essays_by_split["dev"],
        "test_essays": essays_by_split["test"],
        "min_words": manifest.thresholds.min_words,
        "max_words": manifest.thresholds.max_words,
    }


def _further_row(data: FurtherData) -> str:
    return (
        f"\n| also trained on | {data.essays} essays that weigh {data.weight:g} each, their scores "
        f"aligned to this scale: {data.credit} |"
    )


def _agreement(report: EvaluationReport) -> dict[str, str]:
    """Return the fields about the agreement with human scores."""
    overall, ridge = report.overall, report.length.ridge
    by_prompt = (f"{name}: {_number(part.qwk)}" for name, part in report.by_prompt.items())
    return {
        "qwk": _number(overall.qwk),
        "length_qwk": _number(ridge.qwk if ridge else None),
        "length_table": length_table(report),
        "pearson": _number(overall.pearson),
        "exact": f"{overall.exact:.3f}",
        "adjacent": f"{overall.adjacent:.3f}",
        "smd": _number(overall.smd),
        "by_prompt": ", ".join(by_prompt),
    }


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _certainty(report: EvaluationReport, manifest: Manifest) -> dict[str, str]:
    """Return the fields about intervals, review and flags."""
    rest = _agreement_after_review(report)
    return {
        "promised_coverage": f"{manifest.calibration.coverage:.0%}",
        "coverage": f"{report.overall.coverage:.1%}",
        "interval_scores": f"{report.overall.interval_scores:.2f}",
        "coverage_table": _coverage_table(report.coverage),
        "review_share": f"{DEFAULT_REVIEW_SHARE:.0%}",
        "review_qwk": _number(rest.qwk),
        "review_exact": f"{rest.exact:.1%}",
        "flagged": f"{report.flags['any']:.1%}",
    }


def _agreement_after_review(report: EvaluationReport) -> Agreement:
    """Return the agreement on the essays that nobody reviews by default."""
    return next(point.rest for point in report.review if point.share == DEFAULT_REVIEW_SHARE)


def _coverage_table(coverage: Mapping[str, Mapping[str, IntervalCoverage]]) -> str:
    """Return the coverage of the intervals, by prompt and by score, as a Markdown table."""
    lines = ["| essays by | | essays | coverage | scores in an interval |", "|---|---|---|---|---|"]
    for title, rows in coverage.items():
        lines += [
            f"| {title} | {name} | {row.essays} | {row.coverage:.1%} | {row.scores:.2f} |"
            for name, row in rows.items()
        ]
    return "\n".join(lines)
