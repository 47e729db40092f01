"""From scored essays to a bundle: train → compile → prove → calibrate → measure → write."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from ..bundle import CARD, FILES, GRAPH, TOKENIZER, FileRecord, Manifest, Model
from ..errors import FileError
from ..flags import LengthLimits
from ..graph import Graph
from ..scale import Calibration, Scale
from ..scorer import Scorer
from ..text import count_words, normalise
from ..tokens import WindowTokenizer
from .artefacts import Artefacts
from .baseline import length_ridge_qwk
from .calibrate import calibrate
from .data import read_essays
from .evaluate import evaluate
from .export import compile_graph, prove_equal
from .recipe import Recipe
from .train import train

PROOF_TEXTS = 50


def make_scorer(
    *, recipe: str, data: Path, out: Path, name: str, version: str, licence: str
) -> Path:
    """Make a scorer from a file of scored essays and return its bundle's folder.

    The file's split ``train`` teaches, ``dev`` calibrates, ``test`` is only measured.
    """
    plan, essays = Recipe.load(recipe), read_essays(data)
    for split in ("train", "dev", "test"):
        if not (essays["split"] == split).any():
            raise FileError(f"{data} has no row of split {split}.")
    train(plan, essays, out)
    return build_bundle(plan, essays, out, model=Model(name=name, version=version), licence=licence)


def build_bundle(
    plan: Recipe, essays: pd.DataFrame, artefacts: Path, *, model: Model, licence: str
) -> Path:
    """Compile the artefacts in a folder to the bundle beside them, ``bundle/``."""
    part, final = artefacts / "bundle.part", artefacts / "bundle"
    shutil.rmtree(part, ignore_errors=True)
    compile_graph(Artefacts.load(artefacts), part)
    dev = essays[essays["split"] == "dev"]
    difference = prove_equal(Artefacts.load(artefacts), part, list(dev["text"].head(PROOF_TEXTS)))
    print(f"artefacts and graph agree to {difference:.1g}", file=sys.stderr)
    manifest = _describe(plan, essays, part, model=model, licence=licence)
    manifest.write(part)
    shutil.rmtree(final, ignore_errors=True)
    part.rename(final)
    return final


def _describe(
    plan: Recipe, essays: pd.DataFrame, folder: Path, *, model: Model, licence: str
) -> Manifest:
    """Calibrate and measure the compiled graph; write the card; return the manifest."""
    splits = {str(name): part for name, part in essays.groupby("split")}
    scale = Scale(min=int(essays["score"].min()), max=int(essays["score"].max()))
    words = splits["train"]["text"].map(count_words)
    tokenizer, graph = WindowTokenizer(folder / TOKENIZER), Graph(folder / GRAPH)
    fields: dict[str, Any] = {
        "model": model,
        "recipe": plan.name,
        "encoder": Path(plan.encoder).name,
        "licence": licence,
        "scale": scale,
        "calibration": _calibrate(plan, splits["dev"], tokenizer, graph, scale),
        "lengths": LengthLimits(min_words=int(words.min()), max_words=int(words.max())),
    }
    unmeasured = Manifest(**fields, metrics={}, files={})
    scorer = Scorer(manifest=unmeasured, tokenizer=tokenizer, graph=graph)
    metrics = {
        "test": evaluate(scorer, splits["test"]),
        "length_ridge_qwk": round(length_ridge_qwk(essays, scale), 4),
    }
    write_card(folder, plan, unmeasured, metrics, essays["split"].value_counts())
    files = {name: FileRecord.of(folder / name) for name in FILES}
    return Manifest(**fields, metrics=metrics, files=files)


def _calibrate(
    plan: Recipe, dev: pd.DataFrame, tokenizer: WindowTokenizer, graph: Graph, scale: Scale
) -> Calibration:
    numbers = dev["text"].map(lambda text: graph.read(tokenizer.windows(normalise(text))))
    return calibrate(
        numbers.to_numpy(float), dev["score"].to_numpy(float), scale=scale, coverage=plan.coverage
    )


def write_card(
    folder: Path,
    plan: Recipe,
    manifest: Manifest,
    metrics: Mapping[str, Any],
    rows: "pd.Series[int]",
) -> None:
    """Fill the model card's template."""
    test = metrics["test"]
    by_prompt = ", ".join(f"{name}: {value:.3f}" for name, value in test["qwk_by_prompt"].items())
    text = Template(Path(__file__).with_name("card.md").read_text(encoding="utf-8")).substitute(
        name=manifest.model.name,
        version=manifest.model.version,
        low=manifest.scale.min,
        high=manifest.scale.max,
        licence=manifest.licence,
        recipe=manifest.recipe,
        encoder=manifest.encoder,
        window=plan.tokenizer.window,
        overlap=plan.tokenizer.overlap,
        train_essays=rows["train"],
        dev_essays=rows["dev"],
        test_essays=rows["test"],
        words=f"{manifest.lengths.min_words}-{manifest.lengths.max_words}",
        min_words=manifest.lengths.min_words,
        max_words=manifest.lengths.max_words,
        length_qwk=f"{metrics['length_ridge_qwk']:.3f}",
        promised=f"{manifest.calibration.coverage:.0%}",
        by_prompt=by_prompt,
        coverage=f"{test['coverage']:.1%}",
        interval_scores=f"{test['interval_scores']:.2f}",
        **{name: f"{test[name]:.3f}" for name in ("qwk", "pearson", "exact", "adjacent", "smd")},
    )
    (folder / CARD).write_text(text, encoding="utf-8")
