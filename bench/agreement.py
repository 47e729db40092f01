"""Agreement with human raters, by published protocols and with finished bundles.

    .venv/bin/python -m bench.agreement asap --data asap.parquet --folds asap_folds
    .venv/bin/python -m bench.agreement unseen --data asap2.parquet --also ellipse.parquet

``asap`` is the public benchmark: the eight prompts of ASAP-AES (2012) in the five folds of
Taghipour & Ng (2016). There is one scorer for each prompt and fold. It is trained on the fold's
train essays, calibrated on its dev essays, and evaluated once on its test essays.

``unseen`` leaves out one prompt at a time: a scorer that is trained and calibrated on all others
is evaluated on the train and dev essays of that prompt. The split ``test`` is not used. With
``--also``, every scorer is trained on the essays of a further file, too.

Features and results are kept in the work folder, so an interrupted run resumes.
"""

import argparse
import json
import shutil
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from bench.agreement_protocols import Run, asap_runs, read_asap, read_asap2, unseen_runs

from essay_scorer.lab.about import About
from essay_scorer.lab.data.sources import FurtherSource, read_source
from essay_scorer.lab.heads.essay_features import EssayFeatures
from essay_scorer.lab.heads.frozen_encoder import FrozenEncoder
from essay_scorer.lab.input_recipes import find_source
from essay_scorer.lab.pipeline import make_scorer
from essay_scorer.lab.recipe import Recipe
from essay_scorer.model.manifest import Manifest, Model

ABOUT = About(
    model=Model(name="benchmark", version="0"),
    license="not to be distributed",
    credit="the essays of a benchmark",
)
RECIPES = ("default", "classic")

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
({counts}).{further}

    make benchmark-unseen DATA=asap2.parquet{also}

{table}

Pearson's r, and what is left of it once the log of the number of words is taken out of both scores:

{length_table}

Coverage of the 90% prediction intervals, and whole scores in an interval:

{interval_table}
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The evaluation of one scorer.

    Attributes:
        fold: its name.
        prompt_id: of the test essays.
        qwk: on the test essays.
        length_qwk: of a ridge regression on the length of the essays.
        pearson: Pearson's r on the test essays.
        length_pearson: of the ridge regression.
        partial: the partial correlation, once log length is taken out.
        coverage: of the prediction intervals.
        interval_scores: whole scores in an interval, on average.
    """

    fold: str
    prompt_id: str
    qwk: float
    length_qwk: float
    pearson: float
    length_pearson: float
    partial: float
    coverage: float
    interval_scores: float


# The rows of the tables: a field of ``Result`` by the row's name.
LENGTH = "ridge on the length alone"
QWK_ROWS = {"`{}`": "qwk", LENGTH: "length_qwk"}
INTERVAL_ROWS = {"coverage of `{}`": "coverage", "scores in an interval": "interval_scores"}
PEARSON_ROWS = {"`{}`": "pearson", "`{}`, without length": "partial", LENGTH: "length_pearson"}


def evaluate_runs(
    recipe: str,
    runs: Iterable[Run],
    essays: pd.DataFrame,
    work: Path,
    also: Sequence[Path] = (),
) -> list[Result]:
    """Make and evaluate every scorer whose result is not in the work folder yet.

    Args:
        recipe: a recipe's name or file.
        runs: the scorers.
        essays: the whole file.
        work: the folder of cached features and results.
        also: further files, which every scorer is trained on.
    """
    folder = work / "+".join(path.stem for path in (Path(recipe), *also))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.jsonl"
    results = _read_results(path)
    done = {(result.fold, result.prompt_id) for result in results}
    loaded_recipe = Recipe.load(recipe)
    further = [_read_further(path, loaded_recipe, essays) for path in also]
    texts = pd.concat([essays["text"], *(source.table["text"] for source in further)])
    encoder = FrozenEncoder(loaded_recipe, folder)
    features = EssayFeatures.compute(list(texts), encoder, folder)
    for run in runs:
        if (run.fold, run.prompt_id) in done:
            continue
        result = _evaluate_run(recipe, run, further, features, folder / "scorer")
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        print(recipe, result, flush=True)
        results.append(result)
    return results


def _read_results(path: Path) -> list[Result]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [Result(**json.loads(line)) for line in lines]


def _read_further(path: Path, recipe: Recipe, essays: pd.DataFrame) -> FurtherSource:
    source = find_source(recipe.sources, path, "prompts")
    return FurtherSource.select(read_source(path, source).usable(), source, essays)


def _evaluate_run(
    recipe: str, run: Run, further: Sequence[FurtherSource], features: EssayFeatures, out: Path
) -> Result:
    """Make and evaluate a scorer.

    Args:
        recipe: a recipe's name or file.
        run: which essays train it.
        further: what it is trained on, too.
        features: of all essays of the main file, and then of the further ones.
        out: a folder for the scorer.
    """
    main = run.essays.index[run.essays["split"] == "train"].to_numpy()
    further_essays = sum(len(source.table) for source in further)
    rows = np.append(main, np.arange(len(features) - further_essays, len(features)))
    bundle = make_scorer(
        recipe=recipe,
        essays=run.essays,
        out=out,
        about=ABOUT,
        further=further,
        features=features[rows],
        with_detectors=False,
    )
    metrics = Manifest.read(bundle).metrics
    shutil.rmtree(out)
    return Result(
        fold=run.fold,
        prompt_id=run.prompt_id,
        qwk=metrics["test"]["qwk"],
        length_qwk=metrics["length_ridge_qwk"],
        pearson=metrics["test"]["pearson"],
        length_pearson=metrics["length_ridge_pearson"],
        partial=metrics["test"]["length"]["partial"]["value"],
        coverage=metrics["test"]["coverage"],
        interval_scores=metrics["test"]["interval_scores"],
    )


def format_table(
    results: Mapping[str, Sequence[Result]], rows: Mapping[str, str] = QWK_ROWS
) -> str:
    """Return the mean of every prompt, and of all prompts, as a Markdown table.

    Args:
        results: by recipe.
        rows: which of their fields; see ``QWK_ROWS``.
    """
    prompt_ids = sorted({result.prompt_id for result in next(iter(results.values()))})
    lines = [f"| | {' | '.join(prompt_ids)} | mean |", f"|---|{'---|' * (len(prompt_ids) + 1)}"]
    named = {
        name.format(recipe): _format_means(prompt_ids, done, field)
        for name, field in rows.items()
        for recipe, done in results.items()
    }
    return "\n".join([*lines, *(f"| {name} | {means} |" for name, means in named.items())])


def _format_means(prompt_ids: Sequence[str], results: Sequence[Result], field: str) -> str:
    by_prompt = ([one for one in results if one.prompt_id == name] for name in prompt_ids)
    means = [statistics.fmean(getattr(one, field) for one in part) for part in by_prompt]
    return f"{' | '.join(f'{mean:.3f}' for mean in means)} | **{statistics.fmean(means):.3f}**"


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
        recipe: evaluate_runs(recipe, unseen_runs(essays), essays, options.work, options.also)
        for recipe in options.recipe or ("default",)
    }
    sizes = essays[essays["split"] != "test"]["prompt_id"].value_counts().sort_index()
    counts = ", ".join(f"{count} of prompt {prompt_id}" for prompt_id, count in sizes.items())
    names = ", ".join(f"`{path.name}`" for path in options.also)
    return UNSEEN_PAGE.format(
        counts=counts,
        further=f"\nEvery scorer is trained on the essays of {names}, too." if names else "",
        also=f' ALSO="{" ".join(path.name for path in options.also)}"' if options.also else "",
        table=format_table(results),
        length_table=format_table(results, PEARSON_ROWS),
        interval_table=format_table(results, INTERVAL_ROWS),
    )


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
        else:
            command.add_argument(
                "--also", type=Path, action="append", default=[], help="may be repeated"
            )
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
