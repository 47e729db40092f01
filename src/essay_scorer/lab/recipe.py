"""A recipe: everything that decides what a training run gives, in one file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_type_hints

from essay_scorer.errors import FileError

RECIPES = Path(__file__).with_name("recipes")


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
class TrainingRecipe:
    """How the weights of a head, and of the encoder below it, are found.

    An ``encoder_rate`` of nothing leaves the encoder as it came.
    """

    seed: int
    epochs: int
    batch: int
    encoder_rate: float
    head_rate: float
    warm_up: float
    weight_decay: float
    average_from: float
    checkpoint_every: int


@dataclass(frozen=True, kw_only=True)
class KernelRecipe:
    """Support vector regression with a Gaussian kernel; ``components`` of nothing keep all."""

    penalty: float
    gamma: float
    tolerance: float
    limit: float
    components: int | None = None


@dataclass(frozen=True, kw_only=True)
class RidgeRecipe:
    """Ridge regression; only on what is in more than ``share`` of every prompt's essays."""

    alpha: float
    share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class BranchRecipes:
    """The models that a head of several views is made of."""

    layers: KernelRecipe
    features: KernelRecipe
    ngrams: RidgeRecipe
    characters: RidgeRecipe
    common: RidgeRecipe


@dataclass(frozen=True, kw_only=True)
class BlendRecipe:
    """How the branches are joined; prompts of less than ``fewest`` essays count as one."""

    seed: int
    folds: int
    fewest: int
    unfamiliar: float


@dataclass(frozen=True, kw_only=True)
class ExportRecipe:
    """The number format of the encoder's products, and how much of it is spared the rounding.

    A product is named as in every layer of the encoder, like ``output.dense``.  ``level``:
    how far the figures that it reads are made level, from 0 to 1.  ``apart``: how many
    of them, the largest, are multiplied in float32.  ``essays``: the training essays on which
    it is seen how large they get.
    """

    weights: Literal["float32", "int8"] = "float32"
    essays: int = 60
    level: Mapping[str, float] = field(default_factory=dict)
    apart: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.weights not in get_args(ExportRecipe.__annotations__["weights"]):
            raise ValueError(f"weights are float32 or int8, not {self.weights}")


@dataclass(frozen=True, kw_only=True)
class SenseRecipe:
    """How sense is told from nonsense; ``penalty`` is the inverse strength, scikit-learn's C."""

    seed: int
    essays: int
    penalty: float


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A head that is taught by gradient descent."""

    head: HeadRecipe
    training: TrainingRecipe


@dataclass(frozen=True, kw_only=True)
class Blended:
    """A head that is a blend of fitted models over an encoder that stays as it came."""

    branches: BranchRecipes
    blend: BlendRecipe


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What ``recipes/*.toml`` say, checked: a wrong key or a missing one is an error."""

    name: str
    encoder: str
    encoder_name: str
    cleaning: CleaningRecipe | None
    tokenizer: TokenizerRecipe
    way: Taught | Blended
    coverage: float
    sense: SenseRecipe
    export: ExportRecipe = ExportRecipe()

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
            cleaning=CleaningRecipe(**_frozen(table["cleaning"])) if "cleaning" in table else None,
            tokenizer=TokenizerRecipe(**table["tokenizer"]),
            way=_way(table),
            coverage=table["interval"]["coverage"],
            sense=SenseRecipe(**table["sense"]),
            export=ExportRecipe(**_frozen(table.get("export", {}))),
        )


def _way(table: dict[str, Any]) -> Taught | Blended:
    if ("head" in table) == ("branches" in table):
        raise ValueError("it has either a head or branches")
    if "head" in table:
        head, training = HeadRecipe(**_frozen(table["head"])), TrainingRecipe(**table["training"])
        return Taught(head=head, training=training)
    kinds = get_type_hints(BranchRecipes)
    branches = {name: kinds[name](**part) for name, part in table["branches"].items()}
    return Blended(branches=BranchRecipes(**branches), blend=BlendRecipe(**table["blend"]))


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table with tuples for lists, as the frozen records hold them."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
    }
