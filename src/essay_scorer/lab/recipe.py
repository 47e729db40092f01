"""A recipe: everything that decides what a training run gives, in one file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

from ..errors import FileError

RECIPES = Path(__file__).with_name("recipes")

Part = TypeVar("Part")


@dataclass(frozen=True, kw_only=True)
class CleaningRecipe:
    """Letters only, lower case, without stop-words, in the dictionary form of nouns."""

    stop_words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TokenizerRecipe:
    """How texts are cut; lengths in tokens."""

    window: int
    overlap: int
    paragraph_mark: str | None = None


@dataclass(frozen=True, kw_only=True)
class HeadRecipe:
    """The layers between pooled text and score, of ``units`` each, and one unit behind them.

    ``vector`` is how many numbers of the encoder's vector they read, from its first on.
    """

    kind: Literal["dense", "lstm"]
    units: tuple[int, ...]
    vector: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(HeadRecipe.__annotations__["kind"]):
            raise ValueError(f"a head is dense or lstm, not {self.kind}")


@dataclass(frozen=True, kw_only=True)
class NgramRecipe:
    """Ridge regression on an essay's tokens and pairs of tokens."""

    alpha: float
    common: float


@dataclass(frozen=True, kw_only=True)
class FeatureRecipe:
    """Support vector regression on the writing features."""

    penalty: float
    gamma: float
    tolerance: float
    limit: float


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe:
    """How the weights are found."""

    seed: int
    frozen_layers: int
    epochs: int
    batch: int
    encoder_rate: float
    head_rate: float
    warm_up: float
    weight_decay: float
    average_from: float
    checkpoint_every: int


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What ``recipes/*.toml`` say, checked: a wrong key or a missing one is an error."""

    name: str
    encoder: str
    encoder_name: str
    cleaning: CleaningRecipe | None
    tokenizer: TokenizerRecipe
    head: HeadRecipe
    ngrams: NgramRecipe | None
    features: FeatureRecipe | None
    training: TrainingRecipe
    coverage: float

    @classmethod
    def load(cls, name_or_path: str) -> Self:
        """Read a recipe by its name in this package or by the path of a TOML file."""
        inside = RECIPES / f"{name_or_path}.toml"
        path = inside if inside.is_file() else Path(name_or_path)
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls._from_table(table)
        except OSError as error:
            known = ", ".join(sorted(file.stem for file in RECIPES.glob("*.toml")))
            raise FileError(f"There is no recipe {name_or_path}; known are: {known}.") from error
        except (KeyError, TypeError, ValueError) as error:
            raise FileError(f"The recipe {path} is not valid: {error}.") from error

    @classmethod
    def _from_table(cls, table: dict[str, Any]) -> Self:
        return cls(
            name=table["name"],
            encoder=table["encoder"]["source"],
            encoder_name=table["encoder"]["name"],
            cleaning=_optional(CleaningRecipe, table, "cleaning"),
            tokenizer=TokenizerRecipe(**table["tokenizer"]),
            head=HeadRecipe(**_frozen(table["head"])),
            ngrams=_optional(NgramRecipe, table, "ngrams"),
            features=_optional(FeatureRecipe, table, "features"),
            training=TrainingRecipe(**table["training"]),
            coverage=table["interval"]["coverage"],
        )


def _optional(part: type[Part], table: dict[str, Any], name: str) -> Part | None:
    return part(**_frozen(table[name])) if name in table else None


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table with tuples for lists, as the frozen records hold them."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
    }
