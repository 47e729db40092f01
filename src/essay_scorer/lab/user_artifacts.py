"""Convert a user's own tokenizer, encoder and head to a bundle."""

import sys
from dataclasses import replace
from pathlib import Path

from essay_scorer.lab.about import About
from essay_scorer.lab.bundle_folder import copy_language_model, record_files
from essay_scorer.lab.card import write_unmeasured_card
from essay_scorer.lab.compile_bundle import compile_and_verify
from essay_scorer.lab.export.artifacts import Artifacts
from essay_scorer.lab.export.equivalence import proof_texts
from essay_scorer.lab.export.keras_head import describe_head
from essay_scorer.lab.export.tokenizer_folder import describe_tokenizer
from essay_scorer.lab.recipe import Recipe
from essay_scorer.lab.wordnet import word_cleaner
from essay_scorer.model.calibration import Band, Calibration, UncertaintyTable
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.scale import Scale
from essay_scorer.model.thresholds import Thresholds
from essay_scorer.tables.atomic import atomic_folder
from essay_scorer.text.features import FEATURE_NAMES


def export_user_artifacts(
    *,
    tokenizer: Path,
    encoder: Path,
    head: Path,
    recipe: str,
    scale: Scale,
    about: About,
    out: Path,
) -> Path:
    """Compile a user's artifacts to a bundle.

    Args:
        tokenizer: a Hugging Face folder with ``tokenizer.json`` or ``vocab.txt``.
        encoder: a Hugging Face BERT folder.
        head: a Keras file; its output is the score.
        recipe: a recipe's name or file, for the text cleaning and the windows.
        scale: of the head's output.
        about: what the maker states.
        out: the bundle's folder.

    Returns:
        The bundle's folder.

    Raises:
        FileError: a file cannot be used, or the artifacts do not fit together.
        ExportError: the compiled graph disagrees with the artifacts.
    """
    loaded_recipe = Recipe.load(recipe)
    cleaner = word_cleaner(loaded_recipe.cleaning)

    def load() -> Artifacts:
        return Artifacts.read(
            tokenizer=tokenizer,
            encoder=encoder,
            head=head,
            windows=loaded_recipe.tokenizer,
            cleaner=cleaner,
        )

    with atomic_folder(out) as folder:
        compile_and_verify(load, folder, proof_texts())
        _report(describe_tokenizer(tokenizer), describe_head(head))
        copy_language_model(folder)
        manifest = unmeasured_manifest(loaded_recipe.name, scale, about)
        write_unmeasured_card(folder, manifest)
        replace(manifest, files=record_files(folder)).write(folder)
    return out


def _report(*lines: str) -> None:
    """Tell the user how artifacts are read, where that is not a matter of course."""
    for line in filter(None, lines):
        print(line, file=sys.stderr)


def unmeasured_manifest(recipe: str, scale: Scale, about: About) -> Manifest:
    """Return the manifest of a model that was not measured on any essays.

    The prediction is the raw score. The interval is the whole scale, and no length is flagged.
    """
    return Manifest(
        **vars(about),
        recipe=recipe,
        encoder="the user's own",
        scale=scale,
        hidden_size=0,  # no text is flagged as off topic
        calibration=_identity_calibration(scale),
        uncertainty=UncertaintyTable(
            raw_edges=(0.0,),
            costs=(0.0,),
            feature_weights=(0.0,) * len(FEATURE_NAMES),
            quantiles=(0.0,),
        ),
        thresholds=Thresholds(min_words=1, max_words=sys.maxsize),
        typical_ranges={},
        metrics={},
        files={},
    )


def _identity_calibration(scale: Scale) -> Calibration:
    everything = Band(low=float(scale.min), high=float(scale.max))
    bands = tuple(everything for _ in scale.scores)
    return Calibration(slope=1.0, intercept=0.0, coverage=1.0, bands=bands)
