"""Agreement with human raters, by published protocols and with finished bundles.

    .venv/bin/python bench/agreement.py asap --data asap.parquet --folds asap_folds
    .venv/bin/python bench/agreement.py unseen --data asap2.parquet

``asap`` is the public benchmark: the eight prompts of ASAP-AES (2012) in the five folds of
Taghipour & Ng (2016). There is one scorer for each prompt and fold. It is trained on the fold's
train essays, calibrated on its dev essays, and evaluated once on its test essays.

``unseen`` leaves out one prompt at a time: a scorer that is trained and calibrated on all others
is evaluated on the train and dev essays of that prompt. The split ``test`` is not used.

Features and results are kept in the work folder, so an interrupted run resumes.
"""

import argparse
import json
import shutil
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from essay_scorer.lab.about import About
from essay_scorer.lab.heads.essay_features import EssayFeatures
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.pipeline import make_scorer
from essay_scorer.lab.recipe import Recipe
from essay_scorer.model.manifest import Manifest, Model

ABOUT = About(
    model=Model(name="benchmark", version="0"),
    license="not to be distributed",
    credit="the essays of a benchmark",
)
RECIPES = ("default", "classic")
COLUMNS = ["text", "score", "prompt_id", "scale_min", "scale_max"]
ASAP2_SCALE = {"scale_min": 1, "scale_max": 6}

ASAP_PAGE = """# The public benchmark

QWK on ASAP-AES (2012), in the five folds of Taghipour & Ng (2016), *A neural approach to automated
essay scoring*. There is one scorer for each prompt and fold: it is trained on the fold's train
essays, calibrated on its dev essays, and evaluated once on its test essays, on the prompt's own
scale and with the finished bundle. None of these weights is distributed.

    make benchmark-asap DATA=asap.parquet

{table}

{folds}
"""

UNSEEN_PAGE = """# Essays on unseen prompts

QWK on ASAP 2.0 with one prompt left out at a time: a scorer that is trained and calibrated on the
other five prompts is evaluated, as a finished bundle, on the train and dev essays of that prompt
({counts}).

    make benchmark-unseen DATA=asap2.parquet

{table}
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scorer to make and evaluate.

    Attributes:
        fold: its name.
        prompt_id: of the essays in the split ``test``.
        essays: with a column ``split``; the index is that of the whole file.
    """

    fold: str
    prompt_id: str
    essays: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Result:
    """The evaluation of one scorer.

    Attributes:
        fold: its name.
        prompt_id: of the test essays.
        qwk: on the test essays.
        length_qwk: of a ridge regression on the length of the essays.
    """

    fold: str
    prompt_id: str
    qwk: float
    length_qwk: float


def read_asap(path: Path) -> pd.DataFrame:
    """Read ASAP from a Parquet file; each essay has the scale of its prompt."""
    names = {"essay_set": "prompt_id", "score_min": "scale_min", "score_max": "scale_max"}
    essays = pd.read_parquet(path).rename(columns=names).astype({"prompt_id": str})
    return essays[["essay_id", *COLUMNS]]


def read_asap2(path: Path) -> pd.DataFrame:
    """Read ASAP 2.0, with its own splits, from a Parquet file."""
    essays = pd.read_parquet(path).rename(columns={"prompt": "prompt_id"})
    return essays.assign(**ASAP2_SCALE).astype({"prompt_id": str})[["split", *COLUMNS]]


def asap_runs(essays: pd.DataFrame, folds: Path) -> Iterator[Run]:
    """Yield the forty runs of the protocol.

    Args:
        essays: as ``read_asap`` returns them.
        folds: a folder with ``fold_*/{train,dev,test}_ids.txt``.
    """
    for folder in sorted(folds.glob("fold_*")):
        split_of = {
            int(essay_id): split
            for split in ("train", "dev", "test")
            for essay_id in (folder / f"{split}_ids.txt").read_text().split()
        }
        assigned = essays.assign(split=essays["essay_id"].map(split_of))
        for prompt_id, part in assigned.groupby("prompt_id"):
            in_fold = part.dropna(subset="split")
            yield Run(fold=folder.name, prompt_id=str(prompt_id), essays=in_fold)


def unseen_runs(essays: pd.DataFrame) -> Iterator[Run]:
    """Yield one run for each prompt, whose essays are the test essays."""
    used = essays[essays["split"] != "test"]
    for prompt_id in sorted(used["prompt_id"].unique()):
        left_out = used["prompt_id"] == prompt_id
        splits = used["split"].mask(left_out, "test")
        yield Run(fold="all", prompt_id=prompt_id, essays=used.assign(split=splits))


def evaluate_runs(
    recipe: str, runs: Iterable[Run], essays: pd.DataFrame, work: Path
) -> list[Result]:
    """Make and evaluate every scorer whose result is not in the work folder yet.

    Args:
        recipe: a recipe's name or file.
        runs: the scorers.
        essays: the whole file.
        work: the folder of cached features and results.
    """
    folder = work / Path(recipe).stem
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.jsonl"
    results = _read_results(path)
    done = {(result.fold, result.prompt_id) for result in results}
    encoder = FrozenEncoder(Recipe.load(recipe), folder)
    features = EssayFeatures.compute(list(essays["text"]), encoder, folder)
    for run in runs:
        if (run.fold, run.prompt_id) in done:
            continue
        result = _evaluate_run(recipe, run, features, folder / "scorer")
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        print(recipe, result, flush=True)
        results.append(result)
    return results


def _read_results(path: Path) -> list[Result]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Result(**json.loads(line)) for line in lines]


def _evaluate_run(recipe: str, run: Run, features: EssayFeatures, out: Path) -> Result:
    train = run.essays.index[run.essays["split"] == "train"].to_numpy()
    bundle = make_scorer(
        recipe=recipe,
        essays=run.essays,
        out=out,
        about=ABOUT,
        features=features[train],
        detect_gibberish=False,
    )
    metrics = Manifest.read(bundle).metrics
    shutil.rmtree(out)
    return Result(
        fold=run.fold,
        prompt_id=run.prompt_id,
        qwk=metrics["test"]["qwk"],
        length_qwk=metrics["length_ridge_qwk"],
    )


def format_table(results: Mapping[str, Sequence[Result]]) -> str:
    """Return the mean QWK of every prompt, and of all prompts, as a Markdown table.

    Args:
        results: by recipe.
    """
    baseline = next(iter(results.values()))
    prompt_ids = sorted({result.prompt_id for result in baseline})
    header = [f"| | {' | '.join(prompt_ids)} | mean |", f"|---|{'---|' * (len(prompt_ids) + 1)}"]
    rows = [
        _format_row(f"`{recipe}`", prompt_ids, done, lambda result: result.qwk)
        for recipe, done in results.items()
    ]
    length = _format_row(
        "ridge on the length alone", prompt_ids, baseline, lambda result: result.length_qwk
    )
    return "\n".join([*header, *rows, length])


def _format_row(
    name: str,
    prompt_ids: Sequence[str],
    results: Sequence[Result],
    value: Callable[[Result], float],
) -> str:
    means = [
        statistics.fmean(value(result) for result in results if result.prompt_id == prompt_id)
        for prompt_id in prompt_ids
    ]
    cells = " | ".join(f"{mean:.3f}" for mean in means)
    return f"| {name} | {cells} | **{statistics.fmean(means):.3f}** |"


def _fold_means(results: Sequence[Result]) -> str:
    folds = sorted({result.fold for result in results})
    means = (
        statistics.fmean(result.qwk for result in results if result.fold == fold) for fold in folds
    )
    return ", ".join(f"{mean:.3f}" for mean in means)


def asap(options: argparse.Namespace) -> str:
    """Run the public benchmark and return its page."""
    essays = read_asap(options.data)
    results = {
        recipe: evaluate_runs(recipe, asap_runs(essays, options.folds), essays, options.work)
        for recipe in options.recipe or RECIPES
    }
    folds = (
        f"- `{recipe}`, mean of each fold: {_fold_means(done)}" for recipe, done in results.items()
    )
    return ASAP_PAGE.format(table=format_table(results), folds="\n".join(folds))


def unseen(options: argparse.Namespace) -> str:
    """Leave out each prompt in turn and return the page."""
    essays = read_asap2(options.data)
    results = {
        recipe: evaluate_runs(recipe, unseen_runs(essays), essays, options.work)
        for recipe in options.recipe or ("default",)
    }
    sizes = essays[essays["split"] != "test"]["prompt_id"].value_counts().sort_index()
    counts = ", ".join(f"{count} of prompt {prompt_id}" for prompt_id, count in sizes.items())
    return UNSEEN_PAGE.format(counts=counts, table=format_table(results))


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    for name, run in (("asap", asap), ("unseen", unseen)):
        command = commands.add_parser(name)
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--work", type=Path, default=Path("runs") / name)
        command.add_argument("--recipe", action="append", help="may be repeated")
        command.add_argument("--out", type=Path, help="the page's file; printed by default")
        if name == "asap":
            command.add_argument("--folds", type=Path, required=True)
        command.set_defaults(run=run)
    return parser.parse_args()


def main() -> None:
    """Run a benchmark."""
    options = _parse_options()
    page = options.run(options)
    if options.out is None:
        print(page)
    else:
        options.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
