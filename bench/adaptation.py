"""How much a teacher's own marks teach: profiles, tested on essays that nobody marked for them.

    .venv/bin/python -m bench.adaptation --data FOLDER

The folder has any of asap.parquet, merlin.parquet, ellipse.parquet and asap2.parquet. A class is
k marked essays and 30 unmarked ones of a prompt or a language, drawn at random, twenty times; its
profile is tested on all other essays of that prompt.
Beside it stand a line through the number of words, and one through the shipped score. ELLIPSE and
ASAP 2.0 are tested on their split ``test``, whose essays the shipped model was not trained on.

The vectors of the essays are kept in the work folder, so an interrupted run resumes.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from bench.adaptation_page import write_page

from essay_scorer.adapt.adaptation_report import Agreement
from essay_scorer.adapt.class_space import LENGTH, Matrix
from essay_scorer.adapt.essay_vector import EssayVector
from essay_scorer.adapt.learn_profile import learn_profile, suggest_first
from essay_scorer.adapt.mark_regression import Rows
from essay_scorer.adapt.profile import Profile, cv_plus_interval
from essay_scorer.model.scale import Scale
from essay_scorer.progress import report_steps
from essay_scorer.scorer import Scorer

MARKS = (5, 10, 20, 40, 100, 200)
DRAWS = 20
UNMARKED = 30  # essays of the class, beside the marked ones
START_SET = 10
RANDOM, START = CHOICES = ("random", "start")
MIN_TESTED = 50  # essays
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")

Column = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """The essays of one prompt or language.

    Attributes:
        corpus: which table it is part of.
        name: of the prompt or language.
        texts: the essays.
        marks: in points, (essays,).
        scale: of the marks.
    """

    corpus: str
    name: str
    texts: Sequence[str]
    marks: Column
    scale: Scale


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The test of one profile.

    Attributes:
        corpus: of the group.
        group: its name.
        marks: how many were learned from.
        choice: how the marked essays were chosen: ``random`` or ``start``.
        qwk: of the profile.
        length_qwk: of the line through the number of words.
        map_qwk: of the line through the shipped score.
        shipped_qwk: of the shipped score as it is.
        coverage: of the intervals.
        width: of the intervals, as a share of the scale.
        report_qwk: what the profile says of itself.
    """

    corpus: str
    group: str
    marks: int
    choice: str
    qwk: float
    length_qwk: float
    map_qwk: float
    shipped_qwk: float
    coverage: float
    width: float
    report_qwk: float


def read_groups(folder: Path) -> Iterator[Group]:
    """Yield the groups of the files that a folder has."""
    if (path := folder / "asap.parquet").is_file():
        for prompt, rows in pd.read_parquet(path).groupby("essay_set"):
            scale = Scale(min=int(rows["score_min"].iloc[0]), max=int(rows["score_max"].iloc[0]))
            yield _group("ASAP 2012", f"prompt {prompt}", rows, rows["score"], scale)
    if (path := folder / "merlin.parquet").is_file():
        for language, rows in pd.read_parquet(path).groupby("language"):
            marks = rows["level"].map(LEVELS.index)
            yield _group("MERLIN", str(language), rows, marks, Scale.of_labels(LEVELS))
    if (path := folder / "ellipse.parquet").is_file():
        rows = pd.read_parquet(path).query("split == 'test'")
        yield _group("ELLIPSE", "test", rows, rows["overall"], Scale(min=1, max=5, step=0.5))
    if (path := folder / "asap2.parquet").is_file():
        tested = pd.read_parquet(path).query("split == 'test'")
        for prompt, rows in tested.groupby("prompt"):
            yield _group("ASAP 2.0", str(prompt), rows, rows["score"], Scale(min=1, max=6))


def _group(
    corpus: str, name: str, rows: pd.DataFrame, marks: "pd.Series[float]", scale: Scale
) -> Group:
    return Group(
        corpus=corpus,
        name=name,
        texts=list(rows["text"]),
        marks=np.asarray(marks, np.float64),
        scale=scale,
    )


def read_vectors(group: Group, scorer: Scorer, folder: Path) -> list[EssayVector]:
    """Return the vectors of a group's essays, from the folder as far as it has them."""
    path = folder / f"{group.corpus} {group.name}.jsonl".replace("/", "-").replace(" ", "_")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    vectors = [EssayVector.from_dict(json.loads(line)) for line in lines]
    with (
        path.open("a", encoding="utf-8") as file,
        report_steps(f"reading {path.stem}", len(group.texts), done=len(vectors)) as report,
    ):
        for text in group.texts[len(vectors) :]:
            vector = scorer.score(text, features=True).features
            assert vector is not None
            file.write(json.dumps(vector.to_dict()) + "\n")
            vectors.append(vector)
            report(len(vectors))
    return vectors


def run_group(group: Group, vectors: Sequence[EssayVector], bundle_scale: Scale) -> Iterator[Trial]:
    """Yield the trials of a group."""
    numbers = np.array([vector.numbers() for vector in vectors])
    for marks, choice in ((count, choice) for choice in CHOICES for count in MARKS):
        if (choice == START and marks != START_SET) or len(vectors) - marks < MIN_TESTED:
            continue
        for draw in range(DRAWS):
            shuffled = np.random.default_rng(draw).permutation(len(vectors))
            members = shuffled[: marks + UNMARKED]
            essays = [vectors[row] for row in members]
            chosen = suggest_first(essays, marks) if choice == START else range(marks)
            marked = members[list(chosen)]
            written = {row: group.scale.label(group.marks[row]) for row in marked}
            given = [written.get(row) for row in members]
            if len(set(group.marks[marked])) < 2:
                continue  # a profile is refused
            profile = learn_profile(essays, given, scale=group.scale, bundle_scale=bundle_scale)
            tested = np.setdiff1d(shuffled, marked)
            yield _test(group, profile, numbers, (marked, tested), vectors, choice)


def _test(
    group: Group,
    profile: Profile,
    numbers: Matrix,
    rows: tuple[Rows, Rows],
    vectors: Sequence[EssayVector],
    choice: str,
) -> Trial:
    """Test a profile.

    Args:
        group: the essays.
        profile: learned from some of them.
        numbers: of their vectors, (essays, values).
        rows: the marked ones, and the tested ones.
        vectors: of the essays.
        choice: how the marked ones were chosen.
    """
    marked, tested = rows
    marks, scale = group.marks[tested], group.scale
    standardized = profile.space.standardize(numbers[tested])
    predicted = profile.model.predict(standardized)
    by_fold = np.array([fold.predict(standardized) for fold in profile.folds])
    low, high = cv_plus_interval(by_fold[list(profile.fold_of)].T, profile.errors)
    value = np.array([scale.nearest(one) for one in predicted])
    covered = ((marks >= low - 1e-9) & (marks <= high + 1e-9)) | (marks == value)
    raw = np.array([vector.raw for vector in vectors])
    return Trial(
        corpus=group.corpus,
        group=group.name,
        marks=len(marked),
        choice=choice,
        qwk=Agreement.of(predicted, marks, scale).qwk,
        length_qwk=_line(numbers[:, LENGTH], group, rows),
        map_qwk=_line(raw, group, rows),
        shipped_qwk=Agreement.of(raw[tested], marks, scale).qwk,
        coverage=float(covered.mean()),
        width=float(
            np.maximum(np.minimum(high, scale.max) - np.maximum(low, scale.min), 0).mean()
            / (scale.max - scale.min)
        ),
        report_qwk=profile.report.profile.qwk,
    )


def _line(values: Column, group: Group, rows: tuple[Rows, Rows]) -> float:
    """Return the kappa of a line with the mean and the spread of the marks."""
    marked, tested = rows
    marks = group.marks[marked]
    slope = marks.std() / (values[marked].std() or 1.0)
    predicted = marks.mean() + slope * (values[tested] - values[marked].mean())
    return Agreement.of(predicted, group.marks[tested], group.scale).qwk


def human_agreement(folder: Path) -> float | None:
    """Return the kappa of the two raters of ASAP 2012, mean of the prompts."""
    path = folder / "asap.parquet"
    if not path.is_file():
        return None
    found = []
    for _, rows in pd.read_parquet(path).groupby("essay_set"):
        rated = rows.dropna(subset=["rater1", "rater2"])
        first, second = (rated[name].to_numpy(float) for name in ("rater1", "rater2"))
        low, high = min(first.min(), second.min()), max(first.max(), second.max())
        found.append(Agreement.of(first, second, Scale(min=low, max=high)).qwk)
    return float(np.mean(found))


def main() -> None:
    """Run the benchmark and write the page."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--work", type=Path, default=Path("runs/adaptation"))
    parser.add_argument("--out", type=Path, required=True, help="the page whose table is replaced")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    scorer, trials = Scorer.load(threads=1), []
    for group in read_groups(options.data):
        vectors = read_vectors(group, scorer, options.work)
        found = list(run_group(group, vectors, scorer.manifest.scale))
        trials += found
        print(f"{group.corpus} {group.name}: {len(found)} profiles", flush=True)
    table = [vars(trial) for trial in trials]
    (options.work / "trials.json").write_text(json.dumps(table), encoding="utf-8")
    write_page(options.out, pd.DataFrame(table), human=human_agreement(options.data))


if __name__ == "__main__":
    main()
