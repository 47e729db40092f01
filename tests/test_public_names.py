"""The names that ``essay_scorer`` exports."""

import inspect

import essay_scorer
from essay_scorer import errors


def test_the_exported_names_are_sorted_and_exist() -> None:
    assert essay_scorer.__all__ == sorted(essay_scorer.__all__)
    assert all(hasattr(essay_scorer, name) for name in essay_scorer.__all__)
    assert dir(essay_scorer) == sorted(essay_scorer.__all__)


def test_every_error_is_exported_and_in_the_tree() -> None:
    found = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.ScorerError)
    }
    assert found <= set(essay_scorer.__all__)
    assert all(name in str(errors.__doc__) for name in found)


def test_every_error_has_a_code_of_its_own() -> None:
    classes = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.ScorerError)
    ]
    own = [value.code for value in classes if "code" in vars(value)]
    assert len(own) == len(set(own))
