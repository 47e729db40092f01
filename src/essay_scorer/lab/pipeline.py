"""From scored essays to a bundle: teach → compile → prove → calibrate → measure → write."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from ..bundle import CARD, FILES, GRAPH, MAY_HAVE, WEIGHTS, FileRecord, Manifest, Model
from ..errors import FileError
from ..flags import LengthLimits
from ..scale import Calibration, Scale
from ..scorer import Reader, Scorer
from ..text import count_words, normalise
from .artefacts import ENCODER, Artefacts, read_encoder, save_head
from .baseline import length_ridge_qwk
from .blend import Ensemble
from .calibrate import calibrate
from .data import SPLITS
from .evaluate import evaluate
from .export import compile_graph, prove_equal
from .inputs import Inputs
from .precision import KEPT, kept_scores, narrow
from .reading import ReadingEncoder
from .recipe import Blended, Recipe, Taught
from .train import targets_of, teach
from .wordnet import word_cleaner

PROOF_TEXTS = 50


def make_scorer(
    *,
    recipe: str,
    essays: pd.DataFrame,
    out: Path,
    model: Model,
    licence: str,
    credit: str,
    read: Inputs | None = None,
) -> Path:
    """Make a scorer from a table of scored essays and return its bundle's folder.

    The split ``train`` teaches, ``dev`` calibrates, ``test`` is only measured.  ``read``
    is what the recipe's encoder reads in the essays of ``train``, where it is known.
    """
    plan = Recipe.load(recipe)
    _check_splits(essays)
    _one_scale(essays)
    train = essays[essays["split"] == "train"].reset_index(drop=True)
    if isinstance(plan.way, Taught):
        teach(plan, train, out, None if read is None else read.layers)
    else:
        fit_head(plan, plan.way, train, out, read)
    return build_bundle(plan, essays, out, model=model, licence=licence, credit=credit)


def fit_head(
    plan: Recipe, way: Blended, essays: pd.DataFrame, out: Path, read: Inputs | None
) -> None:
    """Fit the recipe's branches and blends on the training essays; write the artefacts."""
    if essays["score"].nunique() == 1:
        raise FileError(f"All essays have the score {essays['score'][0]}; nothing to learn.")
    if len(essays) < way.blend.folds * 2:
        raise FileError(f"{len(essays)} training essays are too few; give at least one batch.")
    encoder = ReadingEncoder(plan, out)
    inputs = read or Inputs.of(list(essays["text"]), encoder, out)
    prompts = essays["prompt"].astype(str).to_numpy()
    ensemble = Ensemble.fit(way, inputs, targets_of(essays), prompts)
    print(ensemble.describe(), file=sys.stderr)
    save_head(ensemble.head(inputs), out)


def _check_splits(essays: pd.DataFrame) -> None:
    for split in SPLITS:
        if not (essays["split"] == split).any():
            raise FileError(f"There is no essay of split {split}; give more essays.")


def _one_scale(essays: pd.DataFrame) -> Scale:
    scales = essays[["scale_min", "scale_max"]].drop_duplicates().to_numpy().tolist()
    if len(scales) > 1:
        raise FileError(f"The prompts have {len(scales)} different scales; train one scorer each.")
    return Scale(min=scales[0][0], max=scales[0][1])


def build_bundle(
    plan: Recipe, essays: pd.DataFrame, artefacts: Path, *, model: Model, licence: str, credit: str
) -> Path:
    """Compile the artefacts in a folder to the bundle beside them, ``bundle/``."""
    about = {"model": model, "licence": licence, "credit": credit}
    texts = list(essays.loc[essays["split"] == "dev", "text"].head(PROOF_TEXTS))
    cleaner = word_cleaner(plan.cleaning)
    with _fresh_folder(artefacts / "bundle") as part:
        _compile(lambda: Artefacts.load(artefacts, cleaner=cleaner), part, texts)
        numbers = _narrow(plan, essays, part, artefacts)
        _describe(plan, essays, part, about, numbers).write(part)
    return artefacts / "bundle"


def _narrow(plan: Recipe, essays: pd.DataFrame, folder: Path, artefacts: Path) -> dict[str, Any]:
    """Put the products in the recipe's number format, where scores stay; say which it is."""
    if plan.export.weights == "float32":
        return {"weights": "float32"}
    with tempfile.TemporaryDirectory(dir=artefacts) as place:
        narrowed = Path(place)
        shutil.copytree(folder, narrowed, dirs_exist_ok=True)
        narrow(folder, narrowed, read_encoder(artefacts / ENCODER), plan.export)
        kept = kept_scores(Reader(folder), Reader(narrowed), essays, scale=_one_scale(essays))
        print(f"{kept:.1%} keep their score in {plan.export.weights}", file=sys.stderr)
        if kept < KEPT:
            return {"weights": "float32", "kept_scores_in_int8": kept}
        for name in (GRAPH, WEIGHTS):
            shutil.copyfile(narrowed / name, folder / name)
    return {"weights": "int8", "kept_scores": kept}


def _compile(load: Callable[[], Artefacts], folder: Path, texts: Sequence[str]) -> None:
    """Write the graph and prove it; compiling changes the artefacts, so they are loaded twice."""
    compile_graph(load(), folder)
    difference = prove_equal(load(), folder, texts)
    print(f"artefacts and graph agree to {difference:.1g}", file=sys.stderr)


@contextmanager
def _fresh_folder(final: Path) -> Iterator[Path]:
    """Yield a folder to write in, and move it to its name only when all of it is there."""
    part = final.with_name(final.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        yield part
        shutil.rmtree(final, ignore_errors=True)
        part.rename(final)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def proof_texts() -> list[str]:
    """Return short texts of several kinds, to compare artefacts and graph on."""
    return Path(__file__).with_name("proof.txt").read_text(encoding="utf-8").split("---\n")


def export_artefacts(
    load: Callable[[], Artefacts], out: Path, *, manifest: Manifest, texts: Sequence[str]
) -> Path:
    """Compile somebody's own artefacts to a bundle; ``manifest`` says all but its files."""
    with _fresh_folder(out) as part:
        _compile(load, part, texts)
        template = Template(Path(__file__).with_name("card_own.md").read_text(encoding="utf-8"))
        card = template.substitute(
            name=manifest.model.name,
            version=manifest.model.version,
            licence=manifest.licence,
            recipe=manifest.recipe,
            low=manifest.scale.min,
            high=manifest.scale.max,
        )
        (part / CARD).write_text(card, encoding="utf-8")
        replace(manifest, files=_measure_files(part)).write(part)
    return out


def _measure_files(folder: Path) -> dict[str, FileRecord]:
    present = [name for name in sorted(FILES | MAY_HAVE) if (folder / name).exists()]
    return {name: FileRecord.of(folder / name) for name in present}


def unmeasured_manifest(
    recipe: str, scale: Scale, *, model: Model, licence: str, credit: str
) -> Manifest:
    """Return what can be said of a model without essays: its number is the score.

    Nothing is promised: the interval is the whole scale, and no length is flagged.
    """
    return Manifest(
        model=model,
        recipe=recipe,
        encoder="the user's own",
        licence=licence,
        credit=credit,
        scale=scale,
        calibration=Calibration(
            slope=1.0, intercept=0.0, half_width=float(scale.max - scale.min), coverage=1.0
        ),
        lengths=LengthLimits(min_words=1, max_words=sys.maxsize),
        metrics={},
        files={},
    )


def _describe(
    plan: Recipe,
    essays: pd.DataFrame,
    folder: Path,
    about: Mapping[str, Any],
    numbers: Mapping[str, Any],
) -> Manifest:
    """Calibrate and measure the compiled graph; write the card; return the manifest."""
    splits = {str(name): part for name, part in essays.groupby("split")}
    scale = _one_scale(essays)
    words = splits["train"]["text"].map(count_words)
    reader = Reader(folder)
    unmeasured = Manifest(
        **about,
        recipe=plan.name,
        encoder=plan.encoder_name,
        scale=scale,
        calibration=_calibrate(plan, splits["dev"], reader, scale),
        lengths=LengthLimits(min_words=int(words.min()), max_words=int(words.max())),
        metrics={},
        files={},
    )
    scorer = Scorer(manifest=unmeasured, reader=reader)
    report = evaluate(scorer, splits["test"])
    metrics = {
        "test": {
            "essays": report["essays"],
            **report["overall"],
            "qwk_by_prompt": {name: part["qwk"] for name, part in report["by_prompt"].items()},
        },
        "length_ridge_qwk": round(length_ridge_qwk(essays, scale), 4),
        "number_format": dict(numbers),
    }
    write_card(folder, plan, unmeasured, metrics, essays["split"].value_counts())
    return replace(unmeasured, metrics=metrics, files=_measure_files(folder))


def _calibrate(plan: Recipe, dev: pd.DataFrame, reader: Reader, scale: Scale) -> Calibration:
    numbers = dev["text"].map(lambda text: reader.number(normalise(text)))
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
        credit=manifest.credit,
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
