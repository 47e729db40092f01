"""Agreement with human raters, by published protocols, through the bytes that ship.

    .venv/bin/python bench/agreement.py asap --data asap.parquet --folds asap_folds
    .venv/bin/python bench/agreement.py unseen --data asap2.parquet

``asap`` is the public benchmark: the eight prompts of ASAP-AES (2012) in the five folds
of Taghipour & Ng (2016), a scorer for each prompt and fold, trained on the fold's train
essays, brought to the scale on its dev essays, and measured once on its test essays.

``unseen`` leaves one prompt out: a scorer trained and calibrated on all others is
measured on the left-out one's train and dev essays.  Split ``test`` is not touched.

What the encoder reads is read once and kept in the work folder, and so is every result:
a killed run goes on where it was.
"""

import argparse
import json
import shutil
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from essay_scorer.model.manifest import Manifest, Model
from essay_scorer.lab.heads.inputs import Inputs
from essay_scorer.lab.pipeline import About, make_scorer
from essay_scorer.lab.heads.frozen_encoder import ReadingEncoder
from essay_scorer.lab.recipe import Recipe

BENCHMARK = About(
    model=Model(name="benchmark", version="0"),
    licence="not to be shipped",
    credit="a benchmark's essays",
)
RECIPES = ("default", "classic")
COLUMNS = ["text", "score", "prompt", "scale_min", "scale_max"]
TAGHIPOUR = "Taghipour & Ng (2016), *A neural approach to automated essay scoring*"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scorer to make and measure."""

    name: str  # of the fold
    prompt: str
    essays: pd.DataFrame  # with the column ``split``; its index counts the file's rows


def read_asap(path: Path) -> pd.DataFrame:
    """Read ASAP as a Parquet file, each essay with its prompt's own scale."""
    names = {"essay_set": "prompt", "score_min": "scale_min", "score_max": "scale_max"}
    essays = pd.read_parquet(path).rename(columns=names).astype({"prompt": str})
    return essays[["essay_id", *COLUMNS]]


def asap_runs(essays: pd.DataFrame, folds: Path) -> Iterator[Run]:
    """Yield the forty runs of the protocol."""
    for folder in sorted(folds.glob("fold_*")):
        split = {
            int(essay): name
            for name in ("train", "dev", "test")
            for essay in (folder / f"{name}_ids.txt").read_text().split()
        }
        placed = essays.assign(split=essays["essay_id"].map(split))
        for prompt, part in placed.groupby("prompt"):
            yield Run(name=folder.name, prompt=str(prompt), essays=part.dropna(subset="split"))


def unseen_runs(essays: pd.DataFrame) -> Iterator[Run]:
    """Yield a run for each prompt, in which that one's essays are the ones measured on."""
    seen = essays[essays["split"] != "test"]
    for prompt in sorted(seen["prompt"].unique()):
        left_out = seen["prompt"] == prompt
        yield Run(
            name="all",
            prompt=prompt,
            essays=seen.assign(split=seen["split"].mask(left_out, "test")),
        )


def measure(
    recipe: str, runs: Iterator[Run], essays: pd.DataFrame, work: Path
) -> list[dict[str, Any]]:
    """Make and measure every scorer that is not yet in the work folder's results."""
    folder = work / Path(recipe).stem
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.jsonl"
    lines = results.read_text().splitlines() if results.exists() else []
    done = [json.loads(line) for line in lines]
    read = Inputs.of(list(essays["text"]), ReadingEncoder(Recipe.load(recipe), folder), folder)
    for run in runs:
        if any((one["name"], one["prompt"]) == (run.name, run.prompt) for one in done):
            continue
        rows = run.essays.index[run.essays["split"] == "train"].to_numpy()
        bundle = make_scorer(
            recipe=recipe,
            essays=run.essays,
            out=folder / "scorer",
            about=BENCHMARK,
            read=read[rows],
            checks=False,
        )
        metrics = Manifest.read(bundle).metrics
        done.append(
            {
                "name": run.name,
                "prompt": run.prompt,
                "qwk": metrics["test"]["qwk"],
                "length": metrics["length_ridge_qwk"],
            }
        )
        with results.open("a") as file:
            file.write(json.dumps(done[-1]) + "\n")
        shutil.rmtree(folder / "scorer")
        print(recipe, done[-1], flush=True)
    return done


def table(results: dict[str, list[dict[str, Any]]]) -> str:
    """Return the mean QWK of every prompt, and of all, as a Markdown table."""
    prompts = sorted({one["prompt"] for one in next(iter(results.values()))})
    rows = {f"`{recipe}`": ("qwk", done) for recipe, done in results.items()}
    rows["ridge on the length alone"] = ("length", next(iter(results.values())))
    lines = [
        f"| | {' | '.join(prompts)} | mean |",
        f"|---|{'---|' * (len(prompts) + 1)}",
    ]
    for name, (measure_, done) in rows.items():
        means = [
            statistics.fmean(one[measure_] for one in done if one["prompt"] == prompt)
            for prompt in prompts
        ]
        cells = " | ".join(f"{mean:.3f}" for mean in means)
        lines.append(f"| {name} | {cells} | **{statistics.fmean(means):.3f}** |")
    return "\n".join(lines)


def fold_means(done: Sequence[dict[str, Any]]) -> str:
    """Return the mean QWK of each fold, in a sentence's form."""
    folds = sorted({one["name"] for one in done})
    means = [statistics.fmean(one["qwk"] for one in done if one["name"] == f) for f in folds]
    return ", ".join(f"{mean:.3f}" for mean in means)


def asap(options: argparse.Namespace) -> str:
    """Run the public benchmark and return its page."""
    essays = read_asap(options.data)
    results = {
        recipe: measure(recipe, asap_runs(essays, options.folds), essays, options.work)
        for recipe in options.recipe or RECIPES
    }
    spread = "\n".join(
        f"- `{recipe}`, mean of each fold: {fold_means(done)}" for recipe, done in results.items()
    )
    return f"""# The public benchmark

QWK on ASAP-AES (2012), in the five folds of {TAGHIPOUR}: a scorer for each prompt
and fold, trained on the fold's train essays, brought to the scale on its dev essays, measured
once on its test essays, on the prompt's own scale and through the bundle's bytes. No weight that
comes of it is shipped.

    make benchmark-asap DATA=asap.parquet

{table(results)}

{spread}
"""


def unseen(options: argparse.Namespace) -> str:
    """Leave each prompt out in turn and return the page."""
    essays = pd.read_parquet(options.data).assign(scale_min=1, scale_max=6)
    essays = essays.astype({"prompt": str})[["split", *COLUMNS]]
    results = {
        recipe: measure(recipe, unseen_runs(essays), essays, options.work)
        for recipe in options.recipe or ("default",)
    }
    counts = essays[essays["split"] != "test"]["prompt"].value_counts().sort_index()
    return f"""# Essays on an assignment that the training never saw

QWK on ASAP 2.0 where one prompt is left out: a scorer trained and calibrated on the other five,
measured through the bundle's bytes on the left-out prompt's train and dev essays
({", ".join(f"{count} of prompt {prompt}" for prompt, count in counts.items())}).

    make benchmark-unseen DATA=asap2.parquet

{table(results)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    for name, run in (("asap", asap), ("unseen", unseen)):
        command = commands.add_parser(name)
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--work", type=Path, default=Path("runs") / name)
        command.add_argument("--recipe", action="append", help="several may be named")
        command.add_argument("--out", type=Path, help="the page to write; else it is printed")
        if name == "asap":
            command.add_argument("--folds", type=Path, required=True)
        command.set_defaults(run=run)
    options = parser.parse_args()
    page = options.run(options)
    if options.out is None:
        print(page)
    else:
        options.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
