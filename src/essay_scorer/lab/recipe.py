"""Recipes: all settings that determine the result of a training run, in one TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args

from essay_scorer.documents.decoding import decode_text
from essay_scorer.errors import FileError
from essay_scorer.lab.base_model_recipes import BaseModelRecipe, parse_base_models
from essay_scorer.lab.detector_recipes import (
    GibberishRecipe,
    OffTopicPartRecipe,
    parse_off_topic_part,
)
from essay_scorer.lab.input_recipes import EncoderRecipe, SourceRecipe, parse_sources

RECIPES = Path(__file__).with_name("recipes")

_KEYS = (
    "name encoder cleaning tokenizer head training base_models blend interval gibberish "
    "off_topic_part export data"
)


@dataclass(frozen=True, kw_only=True)
class CleaningRecipe:
    """Text cleaning as in ``text.classic``: letters only, no stop words, lemmatized nouns.

    Attributes:
        stop_words: words that are removed.
    """

    stop_words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TokenizerRecipe:
    """How a text is split into windows.

    Attributes:
        window: tokens in a window, with the special tokens.
        overlap: tokens that two neighboring windows share.
        paragraph_mark: the character that the encoder reads for a paragraph break, if any.
    """

    window: int
    overlap: int
    paragraph_mark: str | None = None


@dataclass(frozen=True, kw_only=True)
class NetworkRecipe:
    """The layers of a head that is trained by gradient descent.

    Attributes:
        kind: the type of the hidden layers.
        units: the width of each hidden layer.
        input_size: how many components of the encoder's mean vector the head reads, from the
            first on; all by default.
    """

    kind: Literal["dense", "lstm"]
    units: tuple[int, ...]
    input_size: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(NetworkRecipe.__annotations__["kind"]):
            raise ValueError(f"a head's kind is dense or lstm, not {self.kind}")


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe:
    """Gradient descent with AdamW, a linear learning-rate schedule and weight averaging.

    Attributes:
        seed: of all random numbers.
        epochs: passes over the training essays.
        batch_size: essays per step.
        encoder_learning_rate: peak learning rate of the encoder; 0 freezes it.
        head_learning_rate: peak learning rate of the head.
        warmup_share: share of all steps in which the learning rates rise.
        weight_decay: of AdamW.
        average_from: share of all steps after which the weights are averaged.
        checkpoint_every: steps between two checkpoints.
    """

    seed: int
    epochs: int
    batch_size: int
    encoder_learning_rate: float
    head_learning_rate: float
    warmup_share: float
    weight_decay: float
    average_from: float
    checkpoint_every: int


@dataclass(frozen=True, kw_only=True)
class BlendRecipe:
    """How the base models are blended.

    Attributes:
        seed: of the split into folds.
        folds: for out-of-fold predictions of the training essays.
        min_essays_per_prompt: prompts with fewer essays count as one prompt.
        unfamiliar_share: share of the training essays that may look like another prompt's.
    """

    seed: int
    folds: int
    min_essays_per_prompt: int
    unfamiliar_share: float


@dataclass(frozen=True, kw_only=True)
class ExportRecipe:
    """Quantization of the encoder's linear layers.

    Layers are named as in each layer of the encoder, such as ``output.dense``.

    Attributes:
        weights: the number format of the weights.
        calibration_essays: training essays on which the range of the activations is measured.
        smoothing: strength of the smoothing of a linear layer's inputs, from 0 to 1.
        outlier_channels: how many input channels of a linear layer, those with the largest
            activations, are multiplied in float32.
    """

    weights: Literal["float32", "int8"] = "float32"
    calibration_essays: int = 60
    smoothing: Mapping[str, float] = field(default_factory=dict)
    outlier_channels: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.weights not in get_args(ExportRecipe.__annotations__["weights"]):
            raise ValueError(f"weights are float32 or int8, not {self.weights}")


@dataclass(frozen=True, kw_only=True)
class TrainedHead:
    """A head that is trained by gradient descent, with the encoder or on a frozen one."""

    network: NetworkRecipe
    training: TrainingRecipe


@dataclass(frozen=True, kw_only=True)
class BlendedHead:
    """A head that blends base models, on a frozen encoder.

    Attributes:
        base_models: by name, in the order of the recipe.
        blend: how they are blended.
    """

    base_models: Mapping[str, BaseModelRecipe]
    blend: BlendRecipe


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The content of a recipe file; unknown and missing keys are errors.

    Attributes:
        name: the recipe's.
        encoder: the encoder.
        cleaning: applied before tokenization; none by default.
        tokenizer: the windows.
        head: how the head is made.
        coverage: of the prediction intervals, from 0 to 1.
        gibberish: the gibberish detector.
        export: quantization.
        sources: how files of essays are read and used, where their names are known.
        off_topic_part: the detector of off-topic parts; without it, none is flagged.
    """

    name: str
    encoder: EncoderRecipe
    cleaning: CleaningRecipe | None
    tokenizer: TokenizerRecipe
    head: TrainedHead | BlendedHead
    coverage: float
    gibberish: GibberishRecipe
    export: ExportRecipe = ExportRecipe()
    sources: tuple[SourceRecipe, ...] = ()
    off_topic_part: OffTopicPartRecipe | None = None

    @classmethod
    def load(cls, name_or_path: str) -> Self:
        """Read a recipe by its name in this package, or by the path of a TOML file.

        Raises:
            FileError: it does not exist, or is invalid.
        """
        packaged = RECIPES / f"{name_or_path}.toml"
        path = packaged if packaged.is_file() else Path(name_or_path)
        try:
            return cls._from_table(tomllib.loads(decode_text(path.read_bytes())))
        except OSError as error:
            known = ", ".join(sorted(file.stem for file in RECIPES.glob("*.toml")))
            raise FileError(
                f"There is no recipe {name_or_path}; known recipes are: {known}."
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise FileError(f"The recipe {path} is invalid: {error}.") from error

    @classmethod
    def _from_table(cls, table: dict[str, Any]) -> Self:
        if unknown := table.keys() - set(_KEYS.split()):
            raise ValueError(f"{', '.join(sorted(unknown))} is unknown")
        return cls(
            name=table["name"],
            encoder=EncoderRecipe(**table["encoder"]),
            cleaning=CleaningRecipe(**_frozen(table["cleaning"])) if "cleaning" in table else None,
            tokenizer=TokenizerRecipe(**table["tokenizer"]),
            head=_head(table),
            coverage=table["interval"]["coverage"],
            gibberish=GibberishRecipe(**table["gibberish"]),
            export=ExportRecipe(**_frozen(table.get("export", {}))),
            sources=parse_sources(table.get("data", [])),
            off_topic_part=parse_off_topic_part(table),
        )


def _head(table: dict[str, Any]) -> TrainedHead | BlendedHead:
    if ("head" in table) == ("base_models" in table):
        raise ValueError("it must have either [head] or [base_models]")
    if "head" in table:
        network = NetworkRecipe(**_frozen(table["head"]))
        return TrainedHead(network=network, training=TrainingRecipe(**table["training"]))
    return BlendedHead(
        base_models=parse_base_models(table["base_models"]), blend=BlendRecipe(**table["blend"])
    )


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table with tuples instead of lists."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
    }
