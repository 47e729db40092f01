"""From scored essays to a bundle: teach → compile → prove → calibrate → measure → write."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from essay_scorer.contract import DEFAULT_REVIEW_SHARE
from essay_scorer.errors import FileError
from essay_scorer.lab.calibration.conformal import HeldOut, calibrate
from essay_scorer.lab.calibration.thresholds import (
    Assignments,
    fit_sense,
    least_likeness,
    usual_ranges,
)
from essay_scorer.lab.data.essays import SPLITS
from essay_scorer.lab.evaluation.evaluate import evaluate
from essay_scorer.lab.evaluation.length_baseline import length_ridge_qwk
from essay_scorer.lab.export.artifacts import ENCODER, Artefacts, read_encoder, save_head
from essay_scorer.lab.export.compile_graph import compile_graph, prove_equal
from essay_scorer.lab.export.quantization import KEPT, kept_scores, narrow
from essay_scorer.lab.heads.blend import Ensemble
from essay_scorer.lab.heads.frozen_encoder import ReadingEncoder
from essay_scorer.lab.heads.inputs import Inputs
from essay_scorer.lab.heads.training import targets_of, teach
from essay_scorer.lab.recipe import Blended, Recipe, Taught
from essay_scorer.lab.wordnet import word_cleaner
from essay_scorer.model.calibration import Band, Calibration, Scale, UncertaintyTable
from essay_scorer.model.files import (
    GIBBERISH,
    GRAPH,
    MODEL_CARD,
    OPTIONAL_FILES,
    REQUIRED_FILES,
    WEIGHTS,
)
from essay_scorer.model.manifest import FileRecord, Manifest, Model
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.model.thresholds import Thresholds
from essay_scorer.scorer import Scorer
from essay_scorer.text.features import FEATURE_NAMES, writing_features
from essay_scorer.text.normalize import normalize
from essay_scorer.text.words import count_words

PROOF_TEXTS = 50
HELD_OUT = "held_out.npy"  # numbers for the training essays, by models of the others


@dataclass(frozen=True, kw_only=True)
class About:
    """What a bundle says of itself that no measurement can: whose it is."""

    model: Model
    licence: str  # of the weights
    credit: str  # whose essays taught them


def make_scorer(
    *,
    recipe: str,
    essays: pd.DataFrame,
    out: Path,
    about: About,
    assignments: Assignments | None = None,
    read: Inputs | None = None,
    checks: bool = True,
) -> Path:
    """Make a scorer from a table of scored essays and return its bundle's folder.

    The split ``train`` teaches, ``dev`` calibrates, ``test`` is only measured.

    Args:
        recipe: a recipe's name or file.
        essays: as ``read_essays`` gives them.
        out: the folder for checkpoints, artefacts and bundle.
        about: the model's name, licence and credit.
        assignments: the prompts' texts, to learn what is off topic.
        read: what the recipe's encoder reads in the essays of ``train``, where it is known.
        checks: learn to tell sense from nonsense; a benchmark of agreement can do without.
    """
    plan = Recipe.load(recipe)
    _check_splits(essays)
    _one_scale(essays)
    train = essays[essays["split"] == "train"].reset_index(drop=True)
    if isinstance(plan.way, Taught):
        teach(plan, train, out, None if read is None else read.layers)
    else:
        fit_head(plan, plan.way, train, out, read)
    return build_bundle(plan, essays, out, about, assignments=assignments or {}, checks=checks)


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
    np.save(out / HELD_OUT, ensemble.held_out)


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
    plan: Recipe,
    essays: pd.DataFrame,
    artefacts: Path,
    about: About,
    *,
    assignments: Assignments,
    checks: bool,
) -> Path:
    """Compile the artefacts in a folder to the bundle beside them, ``bundle/``."""
    texts = list(essays.loc[essays["split"] == "dev", "text"].head(PROOF_TEXTS))
    cleaner = word_cleaner(plan.cleaning)
    with _fresh_folder(artefacts / "bundle") as part:
        vector = _compile(lambda: Artefacts.load(artefacts, cleaner=cleaner), part, texts)
        numbers = _narrow(plan, essays, part, artefacts)
        if checks:
            np.save(part / GIBBERISH, fit_sense(plan.sense, _split(essays, "train"), Reader(part)))
        unwritten = _describe(
            plan,
            essays,
            artefacts,
            part,
            about,
            vector=vector,
            assignments=assignments,
            numbers=numbers,
        )
        unwritten.write(part)
    return artefacts / "bundle"


def _narrow(plan: Recipe, essays: pd.DataFrame, folder: Path, artefacts: Path) -> dict[str, Any]:
    """Put the products in the recipe's number format, where scores stay; say which it is."""
    if plan.export.weights == "float32":
        return {"weights": "float32"}
    with tempfile.TemporaryDirectory(dir=artefacts) as place:
        narrowed = Path(place)
        shutil.copytree(folder, narrowed, dirs_exist_ok=True)
        texts = _some(essays.loc[essays["split"] == "train", "text"], plan.export.essays)
        narrow(folder, narrowed, read_encoder(artefacts / ENCODER), plan.export, texts)
        kept = kept_scores(Reader(folder), Reader(narrowed), essays, scale=_one_scale(essays))
        print(f"{kept:.1%} keep their score in {plan.export.weights}", file=sys.stderr)
        if kept < KEPT:
            return {"weights": "float32", "kept_scores_in_int8": kept}
        for name in (GRAPH, WEIGHTS):
            shutil.copyfile(narrowed / name, folder / name)
    return {"weights": "int8", "kept_scores": kept}


def _some(texts: "pd.Series[str]", count: int) -> list[str]:
    """Return texts from all over a table."""
    return list(texts[:: max(1, len(texts) // count)][:count])


def _compile(load: Callable[[], Artefacts], folder: Path, texts: Sequence[str]) -> int:
    """Write the graph, prove it, and return the width of the encoder's vectors.

    Compiling changes the artefacts, so they are loaded twice.
    """
    compile_graph(load(), folder)
    artefacts = load()
    difference = prove_equal(artefacts, folder, texts)
    print(f"artefacts and graph agree to {difference:.1g}", file=sys.stderr)
    return int(artefacts.encoder.config.hidden_size)


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
        (part / MODEL_CARD).write_text(card, encoding="utf-8")
        replace(manifest, files=_measure_files(part)).write(part)
    return out


def _measure_files(folder: Path) -> dict[str, FileRecord]:
    present = [name for name in sorted(REQUIRED_FILES | OPTIONAL_FILES) if (folder / name).exists()]
    return {name: FileRecord.of(folder / name) for name in present}


def unmeasured_manifest(recipe: str, scale: Scale, about: About) -> Manifest:
    """Return what can be said of a model without essays: its number is the score.

    Nothing is promised: the interval is the whole scale, and no length is flagged.
    """
    whole = Band(low=float(scale.min), high=float(scale.max))
    return Manifest(
        **vars(about),
        recipe=recipe,
        encoder="the user's own",
        scale=scale,
        vector=0,  # nothing is known of topics
        calibration=Calibration(
            slope=1.0,
            intercept=0.0,
            coverage=1.0,
            bands=tuple(whole for _ in range(scale.min, scale.max + 1)),
        ),
        doubt=UncertaintyTable(
            raw=(0.0,), cost=(0.0,), weights=(0.0,) * len(FEATURE_NAMES), ranks=(0.0,)
        ),
        thresholds=Thresholds(min_words=1, max_words=sys.maxsize),
        usual={},
        metrics={},
        files={},
    )


def _split(essays: pd.DataFrame, name: str) -> pd.DataFrame:
    return essays[essays["split"] == name]


def _scores(essays: pd.DataFrame) -> npt.NDArray[np.float64]:
    return essays["score"].to_numpy(float)


def _held_out(
    artefacts: Path, train: pd.DataFrame, figures: npt.NDArray[np.float32]
) -> list[HeldOut]:
    """Return what the recipe kept of the training essays, where it held them out in turn."""
    path = artefacts / HELD_OUT
    if not path.is_file():
        return []
    return [HeldOut(numbers=np.load(path), human=_scores(train), figures=figures)]


def _describe(
    plan: Recipe,
    essays: pd.DataFrame,
    artefacts: Path,
    folder: Path,
    about: About,
    *,
    numbers: Mapping[str, Any],
    vector: int,
    assignments: Assignments,
) -> Manifest:
    """Calibrate and measure the compiled graph; write the card; return the manifest."""
    train, dev, test = (_split(essays, name) for name in SPLITS)
    scale, reader = _one_scale(essays), Reader(folder)
    reads = [reader.read(normalize(text)) for text in dev["text"]]
    figures = np.array([writing_features(normalize(text)) for text in train["text"]])
    calibration, doubt = calibrate(
        HeldOut(
            numbers=np.array([read.number for read in reads]),
            human=_scores(dev),
            figures=np.array([read.figures for read in reads]),
        ),
        scale=scale,
        coverage=plan.coverage,
        more=_held_out(artefacts, train, figures),
    )
    thresholds = _thresholds(train, dev, reads, reader, vector=vector, assignments=assignments)
    unmeasured = Manifest(
        **vars(about),
        recipe=plan.name,
        encoder=plan.encoder_name,
        vector=vector,
        scale=scale,
        calibration=calibration,
        doubt=doubt,
        thresholds=thresholds,
        usual=usual_ranges(figures, train["score"]),
        metrics={},
        files={},
    )
    metrics = {
        "test": _measure(Scorer(manifest=unmeasured, reader=reader), test),
        "length_ridge_qwk": round(length_ridge_qwk(essays, scale), 4),
        "number_format": dict(numbers),
    }
    write_card(folder, plan, unmeasured, metrics, essays["split"].value_counts())
    return replace(unmeasured, metrics=metrics, files=_measure_files(folder))


def _thresholds(
    train: pd.DataFrame,
    dev: pd.DataFrame,
    reads: Sequence[Reading],
    reader: Reader,
    *,
    vector: int,
    assignments: Assignments,
) -> Thresholds:
    """Return from where on a text is unlike the essays that taught and calibrated."""
    words = train["text"].map(count_words)
    prompts = list(dev["prompt"].astype(str))
    return Thresholds(
        min_words=int(words.min()),
        max_words=int(words.max()),
        likeness=least_likeness(reads, prompts, reader, vector=vector, assignments=assignments),
    )


def _measure(scorer: Scorer, test: pd.DataFrame) -> dict[str, Any]:
    """Return what a bundle says of itself: the report's figures, without what only charts need."""
    report = evaluate(scorer, test)
    return {
        "essays": report["essays"],
        **report["overall"],
        "qwk_by_prompt": {name: part["qwk"] for name, part in report["by_prompt"].items()},
        "coverage_by": report["coverage"],
        "review_curve": report["review"],
        "flags": report["flags"],
    }


def write_card(
    folder: Path,
    plan: Recipe,
    manifest: Manifest,
    metrics: Mapping[str, Any],
    rows: "pd.Series[int]",
) -> None:
    """Fill the model card's template."""
    test = metrics["test"]
    reviewed = next(row for row in test["review_curve"] if row["share"] == DEFAULT_REVIEW_SHARE)
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
        words=f"{manifest.thresholds.min_words}-{manifest.thresholds.max_words}",
        min_words=manifest.thresholds.min_words,
        max_words=manifest.thresholds.max_words,
        length_qwk=f"{metrics['length_ridge_qwk']:.3f}",
        promised=f"{manifest.calibration.coverage:.0%}",
        by_prompt=by_prompt,
        coverage_table=_coverage_table(test["coverage_by"]),
        review_qwk=f"{reviewed['qwk']:.3f}",
        review_exact=f"{reviewed['exact']:.1%}",
        flagged=f"{test['flags']['any']:.1%}",
        coverage=f"{test['coverage']:.1%}",
        interval_scores=f"{test['interval_scores']:.2f}",
        **{name: f"{test[name]:.3f}" for name in ("qwk", "pearson", "exact", "adjacent", "smd")},
    )
    (folder / MODEL_CARD).write_text(text, encoding="utf-8")


def _coverage_table(coverage: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Return how often the interval held, by prompt and by score, as a Markdown table."""
    lines = ["| | | essays | held | scores in it |", "|---|---|---|---|---|"]
    for title, rows in coverage.items():
        lines += [
            f"| {title} | {name} | {row['essays']} | {row['coverage']:.1%} | {row['scores']:.2f} |"
            for name, row in rows.items()
        ]
    return "\n".join(lines)
