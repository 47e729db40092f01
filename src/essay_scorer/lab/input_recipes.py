"""The tables of a recipe about what a training reads: the encoder, and files of essays."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeGuard, get_args

from essay_scorer.errors import FileError

COLUMN_ROLES = ("text", "score", "prompt_id", "split", "rater1", "rater2", "scale_min", "scale_max")

SourceRole = Literal["main", "prompts"]


@dataclass(frozen=True, kw_only=True)
class EncoderRecipe:
    """The encoder.

    Attributes:
        source: the folder of a BERT encoder, or the installed package that contains one.
        name: what it is, for people.
        layers: how many of its layers are used, from the first on; all by default.
    """

    source: str
    name: str
    layers: int | None = None

    def __post_init__(self) -> None:
        if self.layers is not None and (type(self.layers) is not int or self.layers < 1):
            raise ValueError(f"layers must be a whole number of at least 1, not {self.layers}")


@dataclass(frozen=True, kw_only=True)
class SourceRecipe:
    """How one file of scored essays is read and used.

    Attributes:
        file: its name without the folder. It is read only if the command line names it.
        role: ``main``: its scale is the scorer's, and it is divided into train, dev and test;
            ``prompts``: it adds essays on further prompts, which are only trained on.
        columns: names of columns by role, one of ``COLUMN_ROLES``.
        scale: the lowest and the highest possible score; other scores are errors.
        weight: of one of its essays in training; an essay of the main file weighs 1.
        mean: of its aligned scores; by default, that of the main file's training essays.
        spread: the standard deviation of its aligned scores, likewise.
        credit: who made it, and its license.
    """

    file: str
    role: SourceRole = "prompts"
    columns: Mapping[str, str] = field(default_factory=dict)
    scale: tuple[float, float] | None = None
    weight: float = 1.0
    mean: float | None = None
    spread: float | None = None
    credit: str = ""

    def __post_init__(self) -> None:
        for problem, is_absent in self._checks().items():
            if not is_absent:
                raise ValueError(f"[[data]] of {self.file}: {problem}")

    def _checks(self) -> dict[str, bool]:
        """Return the problems that an entry may have, and whether each is absent."""
        unknown = ", ".join(role for role in self.columns if role not in COLUMN_ROLES)
        numbers = [number for number in (self.weight, self.mean, self.spread) if number is not None]
        is_aligned = (self.weight, self.mean, self.spread) != (1.0, None, None)
        return {
            f"the role is main or prompts, not {self.role}": self.role in get_args(SourceRole),
            f"no column has the role {unknown}; roles are {', '.join(COLUMN_ROLES)}": not unknown,
            f"a scale is like [1, 6], not {self.scale}": _is_scale(self.scale),
            "weight, mean and spread are numbers": all(map(_is_number, numbers)),
            "weight and spread are above 0": _are_positive(self.weight, self.spread),
            "the main file has no weight, mean or spread": self.role != "main" or not is_aligned,
            "the main file's scale has whole numbers": self.role != "main" or _is_whole(self.scale),
        }


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_scale(scale: object) -> bool:
    if not isinstance(scale, tuple) or len(scale) != 2:
        return scale is None
    low, high = scale
    return _is_number(low) and _is_number(high) and low < high


def _is_whole(scale: Sequence[float] | None) -> bool:
    return all(isinstance(end, int) for end in scale or ())


def _are_positive(*numbers: object) -> bool:
    return all(number > 0 for number in numbers if _is_number(number))


def parse_sources(entries: object) -> tuple[SourceRecipe, ...]:
    """Return the entries ``[[data]]`` of a recipe.

    Raises:
        TypeError: they have another form, or unknown or missing keys.
        ValueError: a value is impossible.
    """
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise TypeError("each file of essays has a table [[data]], with two brackets")
    return tuple(SourceRecipe(**{**entry, **_scale(entry)}) for entry in entries)


def _scale(entry: Mapping[str, object]) -> dict[str, Any]:
    """Return an entry's scale as a tuple; what is not a list is for ``SourceRecipe`` to refuse."""
    scale = entry.get("scale")
    return {"scale": tuple(scale)} if isinstance(scale, list) else {}


def find_source(sources: Sequence[SourceRecipe], path: Path, role: SourceRole) -> SourceRecipe:
    """Return how a file is used: as the recipe says of its name, else by default.

    What the recipe says of a file of further prompts does not count for the main file.

    Args:
        sources: the recipe's.
        path: the file that the command line names.
        role: the one that the command line gives it.

    Raises:
        FileError: the recipe says that it is the main file, and the command line that it is not.
    """
    default = SourceRecipe(file=path.name, role=role)
    found = next((source for source in sources if source.file == path.name), default)
    if found.role == role:
        return found
    if found.role == "main":
        raise FileError(
            f"{path} has the role main in the recipe; give it with --data, or change its role."
        )
    return default
