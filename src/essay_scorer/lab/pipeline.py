"""Make a scorer from scored essays: train → compile → calibrate → evaluate → write the bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from essay_scorer.errors import FileError
from essay_scorer.lab.about import About
from essay_scorer.lab.bundle_folder import copy_language_model, record_files
from essay_scorer.lab.calibration.fit_gibberish import fit_gibberish
from essay_scorer.lab.calibration.fit_off_topic_part import FittedPartDetector, fit_off_topic_part
from essay_scorer.lab.calibration.fit_typical_essays import fit_typical_essays
from essay_scorer.lab.card import write_card
from essay_scorer.lab.compile_bundle import compile_and_verify, quantize_if_stable
from essay_scorer.lab.data.shortages import refuse_shortages
from essay_scorer.lab.data.sources import FurtherSource, training_essays
from essay_scorer.lab.evaluation.evaluate import evaluate
from essay_scorer.lab.evaluation.evaluation_report import EvaluationReport
from essay_scorer.lab.export.artifacts import ENCODER_FOLDER, Artifacts
from essay_scorer.lab.export.encoder_folder import read_encoder
from essay_scorer.lab.heads.essay_features import EssayFeatures
from essay_scorer.lab.heads.fit_head import TrainingPredictions, fit_head
from essay_scorer.lab.length_baseline import add_length_ridge
from essay_scorer.lab.measured_manifest import Trained, calibrated_manifest
from essay_scorer.lab.recipe import Recipe
from essay_scorer.lab.wordnet import word_cleaner
from essay_scorer.model.files import ADAPTATION, GIBBERISH, TOKENIZER, TOPICS
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reader
from essay_scorer.model.scale import Scale
from essay_scorer.scorer import Scorer
from essay_scorer.tables.atomic import atomic_folder
from essay_scorer.text.tokenizer import WindowTokenizer

PROOF_ESSAYS = 50  # on which artifacts and graph are compared


def make_scorer(
    *,
    recipe: str,
    essays: pd.DataFrame,
    out: Path,
    about: About,
    further: Sequence[FurtherSource] = (),
    prompts: Mapping[str, str] | None = None,
    features: EssayFeatures | None = None,
    with_detectors: bool = True,
) -> Path:
    """Make a scorer from scored essays.

    The head is trained on the split ``train`` and on further sources, and calibrated on
    ``dev``; ``test`` is only used for the evaluation.

    Args:
        recipe: a recipe's name or file.
        essays: a table as ``lab.data.essays.read_essays`` returns it.
        out: the folder of checkpoints, artifacts and bundle.
        about: what the maker states.
        further: essays that are only trained on.
        prompts: texts by prompt ID, for the threshold of the flag ``off_topic``.
        features: of the essays of ``train`` and then of the further sources, if they are known;
            computed by default.
        with_detectors: whether the bundle gets detectors of gibberish and of off-topic parts,
            and what profiles are learned from.

    Returns:
        The bundle's folder, ``bundle/`` in ``out``.

    Raises:
        FileError: the essays cannot be learned from, or a file cannot be read or written.
        ExportError: the compiled graph disagrees with the artifacts.
    """
    loaded_recipe = Recipe.load(recipe)
    refuse_shortages(essays, loaded_recipe)
    _common_scale(essays)
    train = training_essays(essays[essays["split"] == "train"], further)
    fit_head(loaded_recipe, train, out, features)
    return build_bundle(
        loaded_recipe,
        essays,
        out,
        about,
        train=train,
        further=further,
        prompts=prompts or {},
        with_detectors=with_detectors,
    )


def build_bundle(
    recipe: Recipe,
    essays: pd.DataFrame,
    artifacts: Path,
    about: About,
    *,
    train: pd.DataFrame,
    further: Sequence[FurtherSource],
    prompts: Mapping[str, str],
    with_detectors: bool,
) -> Path:
    """Compile artifacts to a bundle in their folder, calibrate it and evaluate it.

    Args:
        recipe: by which the artifacts were made.
        essays: of the main file, of all splits.
        artifacts: their folder.
        about: what the maker states.
        train: the training essays of all files.
        further: the further sources, for the manifest.
        prompts: texts by prompt ID.
        with_detectors: whether the bundle gets detectors of gibberish and of off-topic parts,
            and what profiles are learned from.
    """
    scale, cleaner = _common_scale(essays), word_cleaner(recipe.cleaning)
    proof = list(essays.loc[essays["split"] == "dev", "text"].head(PROOF_ESSAYS))
    with atomic_folder(artifacts / "bundle") as folder:
        hidden_size = compile_and_verify(
            lambda: Artifacts.load(artifacts, cleaner=cleaner), folder, proof
        )
        quantization = quantize_if_stable(recipe.export, essays, folder, artifacts, scale=scale)
        copy_language_model(folder)
        part_detector = None
        if with_detectors:
            main = essays[essays["split"] == "train"]
            np.save(folder / GIBBERISH, fit_gibberish(recipe.gibberish, main, Reader(folder)))
            part_detector = _fit_part_detector(recipe, train, artifacts, folder)
            _save_typical_essays(train, folder, hidden_size=hidden_size)
        manifest = calibrated_manifest(
            recipe,
            essays,
            folder,
            about,
            scale=scale,
            prompts=prompts,
            trained=Trained(
                hidden_size=hidden_size,
                predictions=TrainingPredictions.load(artifacts),
                part_detector=part_detector,
            ),
        )
        manifest = replace(manifest, further_data=tuple(source.record for source in further))
        metrics = _evaluate(recipe, essays, folder, manifest)
        metrics["quantization"] = quantization.to_dict()
        replace(manifest, metrics=metrics, files=record_files(folder)).write(folder)
    return artifacts / "bundle"


def _fit_part_detector(
    recipe: Recipe, train: pd.DataFrame, artifacts: Path, folder: Path
) -> FittedPartDetector | None:
    """Fit the detector of off-topic parts, if the recipe asks for it and the essays allow it."""
    if recipe.off_topic_part is None:
        return None
    encoder = read_encoder(artifacts / ENCODER_FOLDER)
    embeddings = encoder.embeddings.word_embeddings.weight.detach().numpy()
    tokenizer = WindowTokenizer(folder / TOKENIZER)
    fitted = fit_off_topic_part(recipe.off_topic_part, train, tokenizer, embeddings)
    if fitted is not None:
        np.save(folder / TOPICS, fitted.table)
    return fitted


def _save_typical_essays(train: pd.DataFrame, folder: Path, *, hidden_size: int) -> None:
    typical = fit_typical_essays(train, Reader(folder), hidden_size=hidden_size)
    if typical is not None:
        np.save(folder / ADAPTATION, typical)


def _evaluate(
    recipe: Recipe, essays: pd.DataFrame, folder: Path, manifest: Manifest
) -> dict[str, Any]:
    """Evaluate a bundle on the test essays, write its card, and return its metrics."""
    scorer = Scorer.assemble(folder, manifest)
    report = evaluate(scorer, essays[essays["split"] == "test"])
    report = add_length_ridge(report, essays, ["test"], scale=manifest.scale)
    write_card(
        folder,
        manifest,
        recipe.tokenizer,
        report,
        essays_by_split=essays["split"].value_counts(),
    )
    return {"test": report.manifest_metrics(), **_length_metrics(report)}


def _length_metrics(report: EvaluationReport) -> dict[str, Any]:
    ridge = report.length.ridge
    return {"length_ridge_qwk": ridge.qwk, "length_ridge_pearson": ridge.pearson} if ridge else {}


def _common_scale(essays: pd.DataFrame) -> Scale:
    columns = [name for name in ("scale_min", "scale_max", "scale_step") if name in essays.columns]
    scales = essays[columns].drop_duplicates().to_numpy().tolist()
    if len(scales) > 1:
        raise FileError(f"The prompts have {len(scales)} different scales; train one scorer each.")
    return Scale.of_range(*scales[0])
