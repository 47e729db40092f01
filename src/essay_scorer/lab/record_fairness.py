"""Record the fairness of a bundle in its manifest and its model card."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from essay_scorer.lab.bundle_folder import record_files
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.evaluation.markdown_tables import fairness_markdown, fairness_note
from essay_scorer.lab.evaluation.other_scale import OtherScaleReport
from essay_scorer.lab.evaluation.report_json import plain
from essay_scorer.model.bundle import verify_bundle
from essay_scorer.model.files import MODEL_CARD
from essay_scorer.tables.atomic import atomic_folder, write_errors

_HEADING = "## Fairness"


def record_fairness(bundle: Path, report: EvaluationReport | OtherScaleReport, source: str) -> None:
    """Write the agreement by group into a bundle, in place of what it has on fairness.

    Args:
        bundle: its folder.
        report: measured with it.
        source: which essays were scored, for people.

    Raises:
        BundleError: a file is missing or altered.
        FileError: the folder cannot be written.
    """
    manifest = verify_bundle(bundle)
    with write_errors(bundle), atomic_folder(bundle) as folder:
        shutil.copytree(bundle, folder)
        card = folder / MODEL_CARD
        card.write_text(
            _replace_section(card.read_text(encoding="utf-8"), _section(report, source)),
            encoding="utf-8",
        )
        metrics = {**manifest.metrics, "fairness": _metrics(report, source)}
        replace(manifest, metrics=metrics, files=record_files(folder)).write(folder)


def _metrics(report: EvaluationReport | OtherScaleReport, source: str) -> dict[str, Any]:
    table = plain(report)
    return {
        "source": source,
        "essays": report.essays,
        "groups": table["fairness"],
        "length": table["length"],
    }


def _section(report: EvaluationReport | OtherScaleReport, source: str) -> str:
    return "\n\n".join(
        [
            _HEADING,
            f"Measured on {report.essays} essays: {source}.",
            fairness_markdown(report.fairness),
            fairness_note(),
        ]
    )


def _replace_section(card: str, section: str) -> str:
    """Return the card with its section on fairness replaced, or with a new one at the end."""
    before, _, rest = card.partition(f"{_HEADING}\n")
    _, heading, after = rest.partition("\n## ")
    return f"{before.rstrip()}\n\n{section}\n{heading}{after}"
