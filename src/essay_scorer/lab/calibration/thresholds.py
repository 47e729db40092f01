"""What a bundle needs to know for its flags and its observations, learned from essays."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from essay_scorer.errors import FileError
from essay_scorer.explain.observations import MEASURES, measure
from essay_scorer.lab.evaluation.attacks import NONSENSE, Material, Words, apply
from essay_scorer.lab.progress import report_steps
from essay_scorer.lab.recipe import SenseRecipe
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.model.thresholds import TypicalRange
from essay_scorer.text.normalize import normalize

Assignments = Mapping[str, str]  # the text of each prompt

FALSE_ALARMS = 0.002  # the share of essays that may be called off their own topic
USUAL = (0.1, 0.9)  # quantiles of the training essays with one score
FEWEST = 10  # essays with one score; of fewer nothing is called usual


def fit_sense(recipe: SenseRecipe, essays: pd.DataFrame, reader: Reader) -> npt.NDArray[np.float32]:
    """Return the weights of ``sense.npy``: genuine essays against nonsense made of them.

    The regression is linear in the standardised means of the encoder's layers and the
    writing features, with the intercept last.

    Args:
        recipe: how many essays, and how strongly the weights are held small.
        essays: the training essays.
        reader: the compiled graph.
    """
    sample = essays.sample(min(recipe.essays, len(essays)), random_state=recipe.seed)
    texts = list(_examples(sample, essays, reader.vocabulary))
    with report_steps("telling sense from nonsense", len(texts)) as report:
        rows = []
        for done, (text, _) in enumerate(texts, 1):
            rows.append(_figures(reader.read(normalize(text))))
            report(done)
    table, nonsense = np.array(rows), np.array([kind for _, kind in texts])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=recipe.penalty, class_weight="balanced", max_iter=2000)
    model.fit(scaler.transform(table), nonsense)
    weights = model.coef_[0] / scaler.scale_
    return np.append(weights, model.intercept_[0] - weights @ scaler.mean_).astype(np.float32)


def _figures(read: Reading) -> npt.NDArray[np.float32]:
    return np.concatenate([read.means, read.figures])


def _examples(
    sample: pd.DataFrame, essays: pd.DataFrame, vocabulary: Sequence[str]
) -> Iterator[tuple[str, bool]]:
    """Yield texts, and whether they are nonsense."""
    words = Words.of(vocabulary, half=0)
    material = Material(words=words, others=list(essays["text"]), patterns="learn")
    for number, text in enumerate(sample["text"]):
        yield text, False
        for attack in NONSENSE.values():
            yield apply(attack, text, seed=f"learn {number}", material=material), True


def read_assignments(path: Path) -> dict[str, str]:
    """Read the texts of prompts: a JSON object from a prompt's name to its text.

    Raises:
        FileError: the file is not one.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read as JSON.") from error
    if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
        raise FileError(f'{path} must be like {{"prompt": "the assignment\'s text"}}.')
    return table


def least_likeness(
    reads: Sequence[Reading],
    prompts: Sequence[str],
    reader: Reader,
    *,
    vector: int,
    assignments: Assignments,
) -> float:
    """Return the likeness to its assignment that all but a few essays have.

    Without a text for any of the prompts it is 0, and nothing is called off topic.
    """
    likenesses = [
        reader.likeness(read, normalize(assignments[prompt]), vector=vector)
        for read, prompt in zip(reads, prompts, strict=True)
        if prompt in assignments
    ]
    return round(float(np.quantile(likenesses, FALSE_ALARMS)), 4) if likenesses else 0.0


def usual_ranges(
    figures: npt.NDArray[np.float32], scores: "pd.Series[int]"
) -> dict[int, dict[str, TypicalRange]]:
    """Return, for each score that enough essays have, the middle four fifths of each measure.

    Args:
        figures: the writing features of essays, a row each.
        scores: their human scores.
    """
    table = pd.DataFrame([measure(row) for row in figures])
    ranges = {}
    for score, part in table.groupby(scores.to_numpy()):
        if len(part) >= FEWEST:
            low, high = (part.quantile(at).round(2) for at in USUAL)
            ranges[int(str(score))] = {
                code: TypicalRange(low=float(low[code]), high=float(high[code]))
                for code in MEASURES
            }
    return ranges
