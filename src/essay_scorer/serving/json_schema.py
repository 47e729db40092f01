"""JSON Schemas of frozen dataclasses, with descriptions from their docstrings."""

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

Schema = dict[str, Any]

_SCALARS: dict[type, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
}
_ATTRIBUTE = re.compile(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", re.MULTILINE)


def schema_of(
    record: type, *, constraints: Mapping[tuple[type, str], Schema], names: Mapping[str, str]
) -> Schema:
    """Return the closed JSON Schema of a dataclass.

    Args:
        record: the dataclass. A field with a default may be absent, and is never null.
        constraints: more keywords of a field's schema, by dataclass and field.
        names: JSON names of fields that are named otherwise in Python.
    """
    hints, texts = get_type_hints(record), _attribute_texts(record)
    properties, required = {}, []
    for field in fields(record):
        name = names.get(field.name, field.name)
        properties[name] = {
            **_schema_of_type(hints[field.name], constraints, names),
            **({"description": texts[field.name]} if field.name in texts else {}),
            **constraints.get((record, field.name), {}),
        }
        if field.default is MISSING:
            required.append(name)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _schema_of_type(
    kind: Any, constraints: Mapping[tuple[type, str], Schema], names: Mapping[str, str]
) -> Schema:
    if get_origin(kind) in (Union, types.UnionType):  # an optional field
        (kind,) = (one for one in get_args(kind) if one is not types.NoneType)
    if is_dataclass(kind) and isinstance(kind, type):
        return schema_of(kind, constraints=constraints, names={})
    if get_origin(kind) is tuple:
        items = _schema_of_type(get_args(kind)[0], constraints, names)
        return {"type": "array", "items": items}
    return dict(_SCALARS[kind])


def _attribute_texts(record: type) -> dict[str, str]:
    """Return what a class's docstring says of each attribute, as sentences."""
    lines = (record.__doc__ or "").partition("Attributes:\n")[2]
    found = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(lines)}
    return {name: text[0].upper() + text[1:] for name, text in found.items()}
