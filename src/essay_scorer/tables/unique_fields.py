"""JSON objects whose fields all have different names: of two texts, one would be lost."""

from collections.abc import Sequence
from typing import Any


class RepeatedFieldError(ValueError):
    """An object has two fields of one name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def unique_fields(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields of an object, as ``object_pairs_hook`` of ``json.loads``.

    Raises:
        RepeatedFieldError: two have the same name.
    """
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise RepeatedFieldError(name)
        fields[name] = value
    return fields
