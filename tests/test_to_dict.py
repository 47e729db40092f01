"""The tables that objects are written as belong to the caller: changing one changes no object."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from essay_scorer import Scorer

ESSAYS = ["The town should keep its library open. " * times for times in range(2, 9)]


def _tables(scorer: Scorer) -> dict[str, Callable[[], dict[str, Any]]]:
    profile = scorer.adapt(ESSAYS, [4, 7, 9, 11, 13, 14, 17], scale="0-20")
    score = scorer.score(ESSAYS[4], profile=profile, explain=True)
    return {
        "score": score.to_dict,
        "profile": profile.to_dict,
        "manifest": scorer.manifest.to_table,
    }


def _empty(value: object) -> None:
    """Remove everything from a table and from all tables and lists in it."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in list(parts):
        _empty(part)
    if isinstance(value, dict | list):
        value.clear()


@pytest.mark.parametrize("name", ["score", "profile", "manifest"])
def test_a_changed_table_changes_no_object(scorer: Scorer, name: str) -> None:
    table = _tables(scorer)[name]
    before = copy.deepcopy(table())
    _empty(table())
    assert table() == before
