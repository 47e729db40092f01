"""Thresholds of the flags, learned from the essays."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from essay_scorer.checks.similarity import PromptSimilarity
from essay_scorer.checks.topic_runs import TopicTable
from essay_scorer.model.reader import Reader, Reading
from essay_scorer.model.thresholds import Thresholds
from essay_scorer.text.normalize import normalize
from essay_scorer.text.words import count_words

FALSE_POSITIVES = 0.005  # share of essays that may be flagged as off topic on their own prompt


def fit_thresholds(train: pd.DataFrame, prompt_similarities: Sequence[float]) -> Thresholds:
    """Return the thresholds that depend on the essays; the others keep their defaults.

    Args:
        train: the training essays; lengths beyond theirs are flagged.
        prompt_similarities: of essays kept out of training and their own prompts; without any,
            no text is flagged as off topic.
    """
    words = train["text"].map(count_words)
    return Thresholds(
        min_words=int(words.min()),
        max_words=int(words.max()),
        similarity=_low_quantile(prompt_similarities),
    )


def _low_quantile(similarities: Sequence[float]) -> float:
    if not similarities:
        return 0.0
    return round(float(np.quantile(similarities, FALSE_POSITIVES)), 4)


def prompt_similarities(
    readings: Sequence[Reading],
    prompt_ids: Sequence[str],
    reader: Reader,
    *,
    hidden_size: int,
    prompts: Mapping[str, str],
    topics: TopicTable | None,
) -> list[float]:
    """Return the similarity of each essay and its prompt, where the prompt's text is known.

    Args:
        readings: of the essays.
        prompt_ids: of the essays.
        reader: reads the prompts.
        hidden_size: of the encoder's token vectors.
        prompts: texts by prompt ID.
        topics: the weight and the topic vector of each token, if the bundle has them.
    """
    similarity = PromptSimilarity(reader, hidden_size=hidden_size, topics=topics)
    return [
        similarity.of(reading, normalize(prompts[prompt_id]))
        for reading, prompt_id in zip(readings, prompt_ids, strict=True)
        if prompt_id in prompts
    ]
