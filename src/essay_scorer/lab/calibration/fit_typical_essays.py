"""What is typical of essays on one assignment, and how their features order them.

Profiles of new assignments start from it (``adapt.essay_vector.TypicalEssays``). It is learned
within prompts: every essay is compared with others on the same prompt.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from essay_scorer.adapt.essay_vector import MAX_LAYER_MEANS
from essay_scorer.model.reader import Reader
from essay_scorer.progress import report_steps
from essay_scorer.text.features import FEATURE_NAMES, writing_features
from essay_scorer.text.normalize import normalize

MIN_PROMPT_ESSAYS = 20  # fewer do not show a deviation
PENALTY = 300.0  # of the ridge regression of scores on standardized features
_READ_PER_PROMPT = 40  # essays whose layer means are computed
_BALANCED_ESSAYS = 100  # a prompt with n times as many weighs the square root of n as much
_MAX_DEVIATIONS = 4.0
_SMALLEST = 1e-6

Matrix = npt.NDArray[np.float64]
Column = npt.NDArray[np.float64]


def fit_typical_essays(
    train: pd.DataFrame, reader: Reader, *, hidden_size: int
) -> npt.NDArray[np.float32] | None:
    """Return the rows of ``adaptation.npy``: means, deviations within a prompt, prior weights.

    Args:
        train: essays with text, score, prompt_id, scale_min and scale_max, of any number of
            files; scores of different prompts are never compared.
        reader: of the bundle.
        hidden_size: of the encoder; a vector has the last whole layers that fit.

    Returns:
        Shape (3, 1 + features + layer means), or None if no prompt has enough essays.
    """
    width = min(_fitting(reader.layer_means_width, hidden_size), MAX_LAYER_MEANS)
    groups = [rows for _, rows in train.groupby("prompt_id") if len(rows) >= MIN_PROMPT_ESSAYS]
    if not groups:
        return None
    features = [_features(rows) for rows in groups]
    scores = [rows["score"].to_numpy(float) for rows in groups]
    layer_means = list(_read(groups, reader, width))
    table = np.zeros((3, 1 + len(FEATURE_NAMES) + width), np.float32)
    known = slice(1, 1 + len(FEATURE_NAMES))
    table[0] = np.concatenate(
        [
            [np.concatenate(scores).mean()],
            np.vstack(features).mean(0),
            np.vstack(layer_means).mean(0),
        ]
    )
    table[1] = np.concatenate(
        [
            _deviation([column[:, None] for column in scores]),
            _deviation(features),
            _deviation(layer_means),
        ]
    )
    table[2, known] = _order_weights(features, scores)
    return table


def _fitting(width: int, hidden_size: int) -> int:
    layers = MAX_LAYER_MEANS // hidden_size if hidden_size else 0
    return min(width, layers * hidden_size) or min(width, MAX_LAYER_MEANS)


def _features(rows: pd.DataFrame) -> Matrix:
    return np.array([writing_features(normalize(text)) for text in rows["text"]], np.float64)


def _read(groups: Sequence[pd.DataFrame], reader: Reader, width: int) -> Iterator[Matrix]:
    samples = [rows.sample(min(len(rows), _READ_PER_PROMPT), random_state=0) for rows in groups]
    done = 0
    with report_steps("reading typical essays", sum(map(len, samples))) as report:
        for rows in samples:
            means = []
            for text in rows["text"]:
                means.append(reader.read(normalize(text)).layer_means[-width:])
                done += 1
                report(done)
            yield np.array(means, np.float64)


def _deviation(groups: Sequence[Matrix]) -> Column:
    """Return the standard deviation within groups."""
    squares = sum(len(group) * group.var(axis=0) for group in groups)
    return np.maximum(np.sqrt(squares / sum(map(len, groups))), _SMALLEST)


def _order_weights(features: Sequence[Matrix], scores: Sequence[Column]) -> Column:
    """Return ridge weights of standardized features for standardized scores."""
    standardized = np.vstack([_standardize(group) for group in features])
    standardized /= np.sqrt(len(FEATURE_NAMES))
    targets = np.concatenate([_standardize(column[:, None])[:, 0] for column in scores])
    weights = np.concatenate(
        [np.full(len(one), min(1.0, np.sqrt(_BALANCED_ESSAYS / len(one)))) for one in scores]
    )
    weighted = standardized * weights[:, None]
    square = standardized.T @ weighted + PENALTY * np.eye(standardized.shape[1])
    return np.asarray(np.linalg.solve(square, weighted.T @ targets))


def _standardize(group: Matrix) -> Matrix:
    scores = (group - group.mean(axis=0)) / np.maximum(group.std(axis=0), _SMALLEST)
    return np.clip(scores, -_MAX_DEVIATIONS, _MAX_DEVIATIONS)
