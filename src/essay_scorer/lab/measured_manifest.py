"""The manifest of a trained bundle: its calibration, thresholds and typical ranges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from essay_scorer.lab.about import About
from essay_scorer.lab.calibration.calibrate import calibrate
from essay_scorer.lab.calibration.fit_off_topic_part import FittedPartDetector
from essay_scorer.lab.calibration.fit_thresholds import fit_thresholds, prompt_similarities
from essay_scorer.lab.calibration.held_out import FeatureTable, HeldOutPredictions
from essay_scorer.lab.calibration.linear import Column
from essay_scorer.lab.calibration.typical_ranges import typical_ranges
from essay_scorer.lab.heads.fit_head import TrainingPredictions
from essay_scorer.lab.recipe import Recipe
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader
from essay_scorer.model.scale import Scale
from essay_scorer.model.thresholds import Thresholds
from essay_scorer.text.features import writing_features
from essay_scorer.text.normalize import normalize


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What training gave, beside the graph.

    Attributes:
        hidden_size: of the encoder.
        predictions: for the training essays.
        part_detector: of off-topic parts, if the bundle gets one.
    """

    hidden_size: int
    predictions: TrainingPredictions
    part_detector: FittedPartDetector | None


def calibrated_manifest(
    recipe: Recipe,
    essays: pd.DataFrame,
    folder: Path,
    about: About,
    *,
    scale: Scale,
    prompts: Mapping[str, str],
    trained: Trained,
) -> Manifest:
    """Return the manifest of a compiled graph; metrics and files are still empty.

    Args:
        recipe: the recipe.
        essays: ``train`` gives thresholds and typical ranges; ``dev`` calibrates.
        folder: the bundle's, with a graph.
        about: what the maker states.
        scale: the raters' scale.
        prompts: texts by prompt ID, for the threshold of ``off_topic``.
        trained: what training gave.
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
        out_of_fold=_held_out(train, train_features, trained.predictions.out_of_fold),
        left_out=_held_out(train, train_features, trained.predictions.left_out),
    )
    part_detector = trained.part_detector
    similarities = prompt_similarities(
        readings,
        list(dev["prompt_id"].astype(str)),
        reader,
        hidden_size=trained.hidden_size,
        prompts=prompts,
        topics=part_detector.table if part_detector else None,
    )
    return Manifest(
        **vars(about),
        recipe=recipe.name,
        encoder=recipe.encoder.name,
        hidden_size=trained.hidden_size,
        scale=scale,
        calibration=calibration,
        uncertainty=uncertainty,
        thresholds=_thresholds(train, similarities, part_detector),
        off_topic_part=part_detector.regression if part_detector else None,
        typical_ranges=typical_ranges(train_features, train["score"]),
        metrics={},
        files={},
    )


def _thresholds(
    train: pd.DataFrame, similarities: Sequence[float], part_detector: FittedPartDetector | None
) -> Thresholds:
    thresholds = fit_thresholds(train, similarities)
    if part_detector is None:
        return thresholds
    return replace(thresholds, off_topic_part=part_detector.threshold)


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
