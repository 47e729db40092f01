"""The columns that an outcome adds to a row: flat in a table, nested in JSON Lines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from essay_scorer.errors import RowError
from essay_scorer.model.scale import Scale
from essay_scorer.score import SCORE_KEY
from essay_scorer.serving.outcomes import Outcome, outcome_to_dict
from essay_scorer.tables.atomic import atomic_file, write_errors
from essay_scorer.tables.delimiters import Dialect
from essay_scorer.tables.rows import NO_ESSAY, Row
from essay_scorer.tables.writers import make_writer

if TYPE_CHECKING:
    import pyarrow as pa

Result = tuple[Row, Outcome]

# The columns of a table in order, with their types as ``tables.writers`` names them, for the scores
# of a bundle.
COLUMN_TYPES: Mapping[str, str] = {
    SCORE_KEY: "int64",
    "raw": "float64",
    "scale_min": "int64",
    "scale_max": "int64",
    "interval_low": "int64",
    "interval_high": "int64",
    "interval_coverage": "float64",
    "flags": "list",
    "language": "string",
    "off_topic_part_start": "int64",
    "off_topic_part_end": "int64",
    "uncertainty": "float64",
    "review": "bool",
    "model_name": "string",
    "model_version": "string",
    "error": "string",
}

_MARK_COLUMNS = (SCORE_KEY, "scale_min", "scale_max", "interval_low", "interval_high")


def write_results(
    results: Iterable[Result],
    out: str,
    format: str,  # noqa: A002 - as the option
    *,
    columns: Sequence[str],
    prefix: str,
    schema: "pa.Schema | None" = None,
    scale: Scale | None = None,
    dialect: Dialect | None = None,
) -> None:
    """Write rows with their outcomes to a file, atomically.

    Args:
        results: in the order of the file.
        out: the file; ``-`` is standard output.
        format: one of ``tables.formats.FORMATS``.
        columns: of the input.
        prefix: before the names of the added columns.
        schema: the types of the input's columns, where it has them.
        scale: of a profile, if the scores are on one.
        dialect: how the input is written, if the output is in the same format.

    Raises:
        FileError: it cannot be written, or an added column exists in the input.
    """
    with atomic_file(out) as file:
        writer = make_writer(
            file,
            format,
            columns,
            added=column_types(scale),
            prefix=prefix,
            schema=schema,
            dialect=dialect,
        )
        for row, outcome in results:
            with write_errors(out):
                writer.write(row, result_columns(outcome, format))
        with write_errors(out):
            writer.finish()


def column_types(scale: Scale | None) -> Mapping[str, str]:
    """Return the columns of a table in order, with their types.

    Args:
        scale: of a profile; None for the scores of a bundle.
    """
    if scale is None:
        return COLUMN_TYPES
    numbers = [scale.min, scale.max, scale.step]
    kind = "int64" if all(float(number).is_integer() for number in numbers) else "float64"
    types: dict[str, str] = {}
    for name, of_bundle in COLUMN_TYPES.items():
        types[name] = kind if name in _MARK_COLUMNS else of_bundle
        if name == SCORE_KEY and scale.labels:
            types["label"] = "string"
        if name == "scale_max" and scale.step != 1:
            types["scale_step"] = "float64"
    return types


def result_columns(outcome: Outcome, format: str) -> Mapping[str, object]:  # noqa: A002 - as the option
    """Return the values that an outcome adds to its row.

    Args:
        outcome: of the row.
        format: of the output, one of ``tables.formats.FORMATS``. JSON Lines gets the outcome as
            the wire has it, other formats the columns of ``COLUMN_TYPES`` that have a value.
    """
    if isinstance(outcome, RowError) and outcome.code == NO_ESSAY:
        return {}
    table = outcome_to_dict(outcome)
    return table if format == "jsonl" else _flatten(table)


def _flatten(table: Mapping[str, object]) -> Mapping[str, object]:
    """Return a nested record as columns: ``{"scale": {"min": 1}}`` is ``{"scale_min": 1}``."""
    columns: dict[str, object] = {}
    for name, value in table.items():
        nested = value.items() if isinstance(value, Mapping) else None
        columns |= {f"{name}_{key}": one for key, one in nested} if nested else {name: value}
    columns.pop("scale_labels", None)  # the same in every row
    return columns
