"""Compile artifacts to a bundle's graph, and quantize it if scores stay the same."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import pandas as pd

from essay_scorer.lab.export.artifacts import ENCODER_FOLDER, Artifacts
from essay_scorer.lab.export.compile_graph import compile_graph
from essay_scorer.lab.export.encoder_folder import read_encoder
from essay_scorer.lab.export.equivalence import verify_equivalence
from essay_scorer.lab.export.quantization import quantize_encoder
from essay_scorer.lab.export.score_stability import MIN_UNCHANGED_SCORES, unchanged_score_share
from essay_scorer.lab.recipe import ExportRecipe
from essay_scorer.model.files import GRAPH, WEIGHTS
from essay_scorer.model.reader import Reader
from essay_scorer.model.scale import Scale


def compile_and_verify(load: Callable[[], Artifacts], folder: Path, texts: Sequence[str]) -> int:
    """Write the graph and the tokenizer of a bundle, and compare the graph with the artifacts.

    Args:
        load: returns the artifacts; it is called twice, because compiling changes them.
        folder: the bundle's.
        texts: essays to compare predictions on.

    Returns:
        The hidden size of the encoder.

    Raises:
        ExportError: the predictions differ.
    """
    compile_graph(load(), folder)
    artifacts = load()
    difference = verify_equivalence(artifacts, folder, texts)
    print(
        f"the graph agrees to {difference:.1g} with the artifacts, run by Transformers and "
        f"Keras {keras.__version__}",
        file=sys.stderr,
    )
    return int(artifacts.encoder.config.hidden_size)


@dataclass(frozen=True, kw_only=True)
class Quantization:
    """The result of trying to quantize a bundle.

    Attributes:
        weights: the number format of the bundle's linear layers.
        unchanged_scores: share of essays that have the same score in int8; none if the recipe
            does not ask for int8.
    """

    weights: str
    unchanged_scores: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON; absent fields are left out."""
        return {name: value for name, value in vars(self).items() if value is not None}


def quantize_if_stable(
    recipe: ExportRecipe, essays: pd.DataFrame, folder: Path, artifacts: Path, *, scale: Scale
) -> Quantization:
    """Quantize a bundle's graph in place, unless too many scores would change.

    Args:
        recipe: whether and how to quantize.
        essays: of all splits; activations are measured on ``train``, scores on the others.
        folder: the bundle's, with a float32 graph.
        artifacts: the folder of the artifacts.
        scale: the raters' scale.
    """
    if recipe.weights == "float32":
        return Quantization(weights="float32")
    with tempfile.TemporaryDirectory(dir=artifacts) as temporary:
        quantized = Path(temporary)
        shutil.copytree(folder, quantized, dirs_exist_ok=True)
        train = essays.loc[essays["split"] == "train", "text"]
        texts = _evenly_spaced(train, recipe.calibration_essays)
        encoder = read_encoder(artifacts / ENCODER_FOLDER)
        quantize_encoder(folder, quantized, encoder, recipe, texts)
        share = unchanged_score_share(Reader(folder), Reader(quantized), essays, scale=scale)
        print(f"{share:.1%} of the scores are unchanged in {recipe.weights}", file=sys.stderr)
        if share < MIN_UNCHANGED_SCORES:
            return Quantization(weights="float32", unchanged_scores=share)
        for name in (GRAPH, WEIGHTS):
            shutil.copyfile(quantized / name, folder / name)
    return Quantization(weights=recipe.weights, unchanged_scores=share)


def _evenly_spaced(texts: "pd.Series[str]", count: int) -> list[str]:
    """Return texts from all parts of a table."""
    return list(texts[:: max(1, len(texts) // count)][:count])
