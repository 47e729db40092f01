"""The tables of a recipe about the base models of a blended head."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

DenseGroup = Literal["layer_means", "writing_features"]
NgramGroup = Literal["token_ngrams", "character_ngrams"]


@dataclass(frozen=True, kw_only=True)
class KernelInputRecipe:
    """A feature group in a kernel, standardized.

    Attributes:
        clip: standard deviations at which a value is clipped.
        weight: of the group in the squared distance of two essays, which is the weighted sum of
            each group's mean over its columns.
        pca_components: principal components of the group; no PCA by default.
    """

    clip: float
    weight: float = 1.0
    pca_components: int | None = None


@dataclass(frozen=True, kw_only=True)
class BaseModelUse:
    """What a base model is used for, whatever kind of regression it is.

    Attributes:
        for_new_prompts: whether essays on new prompts are scored by it.
        further_files: whether it is fitted to essays of further files too.
    """

    for_new_prompts: bool = False
    further_files: bool = True


@dataclass(frozen=True, kw_only=True)
class SVRRecipe(BaseModelUse):
    """Support vector regression with a Gaussian kernel.

    Attributes:
        inputs: the feature groups that it reads.
        C: the inverse of the regularization strength, as in scikit-learn.
        gamma: of the kernel.
        epsilon: errors up to this share of the scale cost nothing.
    """

    inputs: Mapping[DenseGroup, KernelInputRecipe]
    C: float
    gamma: float
    epsilon: float


@dataclass(frozen=True, kw_only=True)
class RidgeRecipe(BaseModelUse):
    """Ridge regression on a bag of n-grams.

    Attributes:
        inputs: the feature group that it reads.
        alpha: the regularization strength, as in scikit-learn.
        min_essay_share: only n-grams in more than this share of a prompt's essays are used, for
            enough prompts; 0 uses all.
        min_prompt_share: how large a share of the prompts is enough; by default, all of them.
    """

    inputs: NgramGroup
    alpha: float
    min_essay_share: float = 0.0
    min_prompt_share: float = 1.0


BaseModelRecipe = SVRRecipe | RidgeRecipe


def parse_base_models(table: Mapping[str, Mapping[str, Any]]) -> dict[str, BaseModelRecipe]:
    """Return the entries ``[base_models.NAME]`` of a recipe.

    Raises:
        TypeError: an entry has unknown or missing keys.
        ValueError: there is none, or one has an unknown feature group.
    """
    if not table:
        raise ValueError("[base_models] has no base model")
    return {name: _parse(name, entry) for name, entry in table.items()}


def _parse(name: str, entry: Mapping[str, Any]) -> BaseModelRecipe:
    inputs = entry.get("inputs")
    if inputs in get_args(NgramGroup):
        return RidgeRecipe(**entry)
    if isinstance(inputs, Mapping) and inputs and set(inputs) <= set(get_args(DenseGroup)):
        groups = {group: KernelInputRecipe(**keys) for group, keys in inputs.items()}
        return SVRRecipe(**{**entry, "inputs": groups})
    kernel = " and ".join(f"[base_models.{name}.inputs.{group}]" for group in get_args(DenseGroup))
    raise ValueError(
        f"inputs of [base_models.{name}] is {' or '.join(get_args(NgramGroup))}, or it has tables "
        f"{kernel} or one of them"
    )
