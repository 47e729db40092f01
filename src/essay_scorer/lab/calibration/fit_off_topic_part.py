"""Train the detector of off-topic parts."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from essay_scorer.checks.off_topic_part import PartDetector
from essay_scorer.checks.topic_runs import Runs, TokenizedUnits, TopicTable, compare_runs
from essay_scorer.lab.calibration.fit_topics import fit_topic_table, token_weights
from essay_scorer.lab.calibration.foreign_passages import insert_foreign_passage
from essay_scorer.lab.detector_recipes import OffTopicPartRecipe
from essay_scorer.model.thresholds import PartRegression
from essay_scorer.progress import report_steps
from essay_scorer.text.normalize import Passage, normalize
from essay_scorer.text.tokenizer import WindowTokenizer

FOLDS = 5  # of prompts
MIN_PROMPTS = 3  # with fewer, what is special about a topic is unknown

_MIN_UNITS = 4  # of an essay that is learned from
_ROUNDS = 3  # of fitting, each to the runs that the regression of the round before chose
_RUNS_PER_ESSAY = 3  # of a genuine essay in the first round
_MIN_OVERLAP = 0.6  # of a run with a foreign passage, relative to the run that fits it best
_MAX_ITERATIONS = 500

Rows = npt.NDArray[np.float64]  # (runs, features)


@dataclass(frozen=True, kw_only=True)
class FittedPartDetector:
    """What training gave.

    Attributes:
        table: the content of ``topics.npy``.
        regression: for the manifest.
        threshold: of the probability, for the manifest.
    """

    table: TopicTable
    regression: PartRegression
    threshold: float


@dataclass(frozen=True, kw_only=True)
class _Essay:
    """A training essay, as it is and with a foreign passage.

    Attributes:
        prompt_id: of the essay.
        source: the number of its file.
        genuine: the essay.
        changed: with the passage.
        passage: where the passage is.
    """

    prompt_id: str
    source: int
    genuine: TokenizedUnits
    changed: TokenizedUnits
    passage: Passage


@dataclass(frozen=True, kw_only=True)
class _Example:
    """The runs of an essay with a foreign passage.

    Attributes:
        runs: of the essay.
        overlap: of each run with the passage, as a share of both together, (runs,).
    """

    runs: Runs
    overlap: Rows


def fit_off_topic_part(
    recipe: OffTopicPartRecipe,
    essays: pd.DataFrame,
    tokenizer: WindowTokenizer,
    embeddings: npt.NDArray[np.float32],
) -> FittedPartDetector | None:
    """Learn to tell passages of essays on other prompts from passages of the essay itself.

    The threshold limits the false positives on *new* prompts: it is taken from essays on prompts
    that were left out of the fit, for each file of essays. So it costs a fit for each fold.

    Args:
        recipe: sizes, and the share of false positives.
        essays: the training essays; columns ``text`` and ``prompt_id``, and ``source`` if they
            are of several files.
        tokenizer: of the bundle.
        embeddings: the encoder's word embeddings, (vocabulary, hidden size).

    Returns:
        The detector; none if the essays are on too few prompts, or too short.
    """
    examples = _examples(_sample(essays, recipe), tokenizer, recipe.seed)
    prompts = sorted({essay.prompt_id for essay in examples})
    if len(prompts) < MIN_PROMPTS:
        return None
    weights = token_weights(tokenizer.vocabulary())
    fit = partial(_fit, embeddings[: len(weights)], weights, recipe)
    left_out: list[tuple[int, float]] = []
    folds = [prompts[fold::FOLDS] for fold in range(min(FOLDS, len(prompts)))]
    with report_steps("training the detector of off-topic parts", len(folds) + 1) as report:
        for done, fold in enumerate(folds, 1):
            detector = PartDetector(*fit([one for one in examples if one.prompt_id not in fold]))
            left_out += [
                (one.source, part.probability if (part := detector.judge(one.genuine)) else 0.0)
                for one in examples
                if one.prompt_id in fold
            ]
            report(done)
        table, regression = fit(examples)
    quantiles = pd.DataFrame(left_out).groupby(0)[1].quantile(1 - recipe.false_positives)
    threshold = round(float(quantiles.max()), 4)
    return FittedPartDetector(table=table, regression=regression, threshold=threshold)


def _sample(essays: pd.DataFrame, recipe: OffTopicPartRecipe) -> pd.DataFrame:
    """Return as many essays of each prompt, so that no prompt determines what a topic is."""
    shuffled = essays.sample(frac=1, random_state=recipe.seed)
    return shuffled.groupby("prompt_id").head(recipe.essays_per_prompt)


def _examples(sample: pd.DataFrame, tokenizer: WindowTokenizer, seed: int) -> list[_Essay]:
    """Return each essay with a passage of an essay on another prompt."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    texts = [normalize(text) for text in sample["text"]]
    prompts = list(sample["prompt_id"].astype(str))
    sources = list(sample["source"]) if "source" in sample else [0] * len(sample)
    examples = []
    for text, prompt, source in zip(texts, prompts, sources, strict=True):
        donors = [one for one, other in zip(texts, prompts, strict=True) if other != prompt]
        if not donors:
            continue
        changed = insert_foreign_passage(text, rng.choice(donors), rng)
        genuine = TokenizedUnits.of(text, tokenizer.tokenize(text))
        if len(genuine.units) < _MIN_UNITS:
            continue
        with_passage = TokenizedUnits.of(changed.clean, tokenizer.tokenize(changed.clean))
        examples.append(
            _Essay(
                prompt_id=prompt,
                source=source,
                genuine=genuine,
                changed=with_passage,
                passage=changed.passage,
            )
        )
    return examples


def _fit(
    embeddings: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    recipe: OffTopicPartRecipe,
    essays: Sequence[_Essay],
) -> tuple[TopicTable, PartRegression]:
    genuine = [essay.genuine for essay in essays]
    table = fit_topic_table(embeddings, weights, genuine, dimensions=recipe.dimensions)
    runs = [found for essay in genuine if len(found := compare_runs(essay, table))]
    changed = [one for essay in essays if len((one := _example(essay, table)).runs)]
    return table, _fit_regression(runs, changed, np.random.default_rng(recipe.seed))


def _example(essay: _Essay, table: TopicTable) -> _Example:
    runs, passage = compare_runs(essay.changed, table), essay.passage
    starts = np.array([unit.start for unit in essay.changed.units])[runs.first]
    ends = np.array([unit.end for unit in essay.changed.units])[runs.last]
    common = np.minimum(ends, passage.end) - np.maximum(starts, passage.start)
    together = np.maximum(ends, passage.end) - np.minimum(starts, passage.start)
    return _Example(runs=runs, overlap=np.maximum(common, 0) / together)


def _fit_regression(
    genuine: Sequence[Runs], changed: Sequence[_Example], rng: np.random.Generator
) -> PartRegression:
    """Fit to the run of each essay that is most suspect: that one decides about a flag."""
    positive = np.array([one.runs.features[np.argmax(one.overlap)] for one in changed])
    negative = np.concatenate(
        [runs.features[rng.integers(len(runs), size=_RUNS_PER_ESSAY)] for runs in genuine]
    )
    regression = _fit_rows(positive, negative)
    for _ in range(_ROUNDS - 1):
        positive = np.array([_most_suspect_overlapping(one, regression) for one in changed])
        negative = np.array([runs.features[np.argmax(runs.judge(regression))] for runs in genuine])
        regression = _fit_rows(positive, negative)
    return regression


def _most_suspect_overlapping(example: _Example, regression: PartRegression) -> Rows:
    fits = example.overlap >= _MIN_OVERLAP * example.overlap.max()
    exponents = np.where(fits, example.runs.judge(regression), -np.inf)
    return np.asarray(example.runs.features[np.argmax(exponents)])


def _fit_rows(positive: Rows, negative: Rows) -> PartRegression:
    """Fit a logistic regression; the standardization is merged into its weights."""
    rows = np.concatenate([positive, negative])
    labels = np.repeat([1, 0], [len(positive), len(negative)])
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(class_weight="balanced", max_iter=_MAX_ITERATIONS)
    model.fit(scaler.transform(rows), labels)
    weights = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - weights @ scaler.mean_)
    return PartRegression(weights=tuple(map(float, weights)), intercept=intercept)
