"""Train the gibberish detector."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from essay_scorer.lab.detector_recipes import GibberishRecipe
from essay_scorer.lab.evaluation.attacks import DETECTOR_ATTACKS
from essay_scorer.lab.evaluation.text_changes import Material, apply_change
from essay_scorer.model.reader import Reader
from essay_scorer.progress import report_steps
from essay_scorer.text.normalize import normalize

_MAX_ITERATIONS = 2000


def fit_gibberish(
    recipe: GibberishRecipe, essays: pd.DataFrame, reader: Reader
) -> npt.NDArray[np.float32]:
    """Return the weights of ``gibberish.npy``, as ``checks.gibberish`` reads them.

    A logistic regression on standardized layer means and writing features tells genuine essays
    from gibberish made from them. The standardization is merged into the weights.

    Args:
        recipe: the number of essays and the regularization.
        essays: the training essays.
        reader: of the compiled bundle.

    Returns:
        Weights of the layer means, then of the writing features, then the intercept.
    """
    sample = essays.sample(min(recipe.essays, len(essays)), random_state=recipe.seed)
    examples = list(_examples(sample, essays, reader))
    table = _read_all([text for text, _ in examples], reader)
    is_gibberish = np.array([label for _, label in examples])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=recipe.C, class_weight="balanced", max_iter=_MAX_ITERATIONS)
    model.fit(scaler.transform(table), is_gibberish)
    weights = model.coef_[0] / scaler.scale_
    return np.append(weights, model.intercept_[0] - weights @ scaler.mean_).astype(np.float32)


def _read_all(texts: list[str], reader: Reader) -> npt.NDArray[np.float32]:
    """Return layer means and writing features of texts, one row per text."""
    rows = []
    with report_steps("training the gibberish detector", len(texts)) as report:
        for done, text in enumerate(texts, 1):
            reading = reader.read(normalize(text))
            rows.append(np.concatenate([reading.layer_means, reading.features]))
            report(done)
    return np.array(rows)


def _examples(
    sample: pd.DataFrame, essays: pd.DataFrame, reader: Reader
) -> Iterator[tuple[str, bool]]:
    """Yield texts, and whether each is gibberish."""
    material = Material.of(reader.vocabulary, purpose="training", other_essays=list(essays["text"]))
    for number, text in enumerate(sample["text"]):
        yield text, False
        for attack in DETECTOR_ATTACKS.values():
            yield apply_change(attack, text, seed=f"learn {number}", material=material), True
