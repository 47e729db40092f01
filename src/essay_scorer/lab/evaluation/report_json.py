"""Turn the records of a report into JSON: figures where they are, their intervals beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from essay_scorer.lab.evaluation.criteria import Criterion

_BESIDE = ("intervals", "unmeasured")  # fields of records that ``collect`` returns


def plain(value: Any) -> Any:
    """Return records as dictionaries, without their intervals and reasons."""
    if is_dataclass(value):
        return {name: plain(part) for name, part in _parts(value).items() if name not in _BESIDE}
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(part) for part in value]
    return value


def collect(value: Any, name: str) -> Any:
    """Return one field of all records within a record, in the structure of the record.

    Args:
        value: a record, or what a record holds.
        name: of the field: ``intervals``, whose content is merged into the structure, or
            ``unmeasured``.

    Returns:
        None if there is none.
    """
    if isinstance(value, Mapping):
        return _without_none({key: collect(part, name) for key, part in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, str):
        found = [collect(part, name) for part in value]
        return found if any(found) else None
    if not is_dataclass(value):
        return None
    parts = {key: part for key, part in _parts(value).items() if key not in _BESIDE}
    own = plain(getattr(value, name, None))
    if isinstance(own, str):
        return own
    return _without_none({**(own or {}), **(collect(parts, name) or {})})


def criteria_rows(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    """Return the criteria as JSON, with their verdicts in words."""
    return [{**plain(one), "met": one.met, "conclusion": one.conclusion} for one in criteria]


def _parts(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _without_none(table: Mapping[str, Any]) -> dict[str, Any] | None:
    return {key: part for key, part in table.items() if part is not None} or None
