"""The manifest of a trained bundle: its calibration, thresholds and typical ranges."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from essay_scorer.lab.about import About
from essay_scorer.lab.calibration.calibrate import calibrate
from essay_scorer.lab.calibration.fit_thresholds import fit_thresholds, prompt_similarities
from essay_scorer.lab.calibration.held_out import FeatureTable, HeldOutPredictions
from essay_scorer.lab.calibration.linear import Column
from essay_scorer.lab.calibration.typical_ranges import typical_ranges
from essay_scorer.lab.heads.fit_head import TrainingPredictions
from essay_scorer.lab.recipe import Recipe
from essay_scorer.model.calibration import Scale
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader
from essay_scorer.text.features import writing_features
from essay_scorer.text.normalize import normalize


def calibrated_manifest(
    recipe: Recipe,
    essays: pd.DataFrame,
    folder: Path,
    about: About,
    *,
    scale: Scale,
    hidden_size: int,
    prompts: Mapping[str, str],
    predictions: TrainingPredictions,
) -> Manifest:
    """Return the manifest of a compiled graph; metrics and files are still empty.

    Args:
        recipe: the recipe.
        essays: ``train`` gives thresholds and typical ranges; ``dev`` calibrates.
        folder: the bundle's, with a graph.
        about: what the maker states.
        scale: the raters' scale.
        hidden_size: of the encoder.
        prompts: texts by prompt ID, for the threshold of ``off_topic``.
        predictions: for the training essays.
    """
    train, dev = (essays[essays["split"] == split] for split in ("train", "dev"))
    reader, train_features = Reader(folder), _writing_features(train)
    readings = [reader.read(normalize(text)) for text in dev["text"]]
    calibration, uncertainty = calibrate(
        HeldOutPredictions(
            predictions=np.array([reading.prediction for reading in readings]),
            human=_scores(dev),
            features=np.array([reading.features for reading in readings]),
        ),
        scale=scale,
        coverage=recipe.coverage,
        out_of_fold=_held_out(train, train_features, predictions.out_of_fold),
        left_out=_held_out(train, train_features, predictions.left_out),
    )
    similarities = prompt_similarities(
        readings,
        list(dev["prompt_id"].astype(str)),
        reader,
        hidden_size=hidden_size,
        prompts=prompts,
    )
    return Manifest(
        **vars(about),
        recipe=recipe.name,
        encoder=recipe.encoder.name,
        hidden_size=hidden_size,
        scale=scale,
        calibration=calibration,
        uncertainty=uncertainty,
        thresholds=fit_thresholds(train, similarities),
        typical_ranges=typical_ranges(train_features, train["score"]),
        metrics={},
        files={},
    )


def _writing_features(essays: pd.DataFrame) -> FeatureTable:
    return np.array([writing_features(normalize(text)) for text in essays["text"]])


def _scores(essays: pd.DataFrame) -> Column:
    return essays["score"].to_numpy(float)


def _held_out(
    train: pd.DataFrame, features: FeatureTable, predictions: Column | None
) -> HeldOutPredictions | None:
    if predictions is None:
        return None
    return HeldOutPredictions(predictions=predictions, human=_scores(train), features=features)
