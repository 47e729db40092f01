"""The fuzz target: the event parser and everything that reads a text, except the model.

The input bytes are used three times: as a text, as an HTTP body and, if they are JSON, as an
event. Only the encoder is replaced, by a constant one, so that thousands of inputs a second are
tested.
"""

import json
import math
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from essay_scorer import NoWords, Scorer
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler
from essay_scorer.model.manifest import Manifest
from essay_scorer.model.reader import Reading
from essay_scorer.serving.messages import ERRORS
from essay_scorer.text.classic import WordCleaner
from essay_scorer.text.features import writing_features
from essay_scorer.text.normalize import normalize
from essay_scorer.text.sentences import split_sentences
from essay_scorer.text.tokenizer import TokenizedText

CORPUS = Path(__file__).with_name("corpus")
BUNDLE = Path(__file__).resolve().parents[2] / "models" / "default"
STATUSES = {200, 204, 304} | {status for status, _ in ERRORS.values() if status < 500}


class _ConstantReader:
    """A reader whose encoder gives the same vectors for every text."""

    _vector = np.ones(4, np.float32)
    _tokens = TokenizedText(windows=[], token_ids=np.zeros(0, int), starts=np.zeros(0, int))

    def read(self, clean: str) -> Reading:
        features = writing_features(clean)
        assert np.isfinite(features).all()
        return Reading(
            prediction=3.3,
            state=self._vector,
            layer_means=self._vector,
            features=features,
            familiarity=1.0,
            tokens=self._tokens,
            ngrams=(None, None),
        )

    def read_from_state(self, clean: str, _state: Any) -> Reading:
        return replace(self.read(clean), prediction=float(writing_features(clean)[0]))


_scorer = Scorer(manifest=Manifest.read(BUNDLE), reader=_ConstantReader())  # type: ignore[arg-type]
_handler = make_handler(_scorer, environment=Environment(origins=("https://school.example",)))
_cleaner = WordCleaner(stop_words=["the"], nouns=["dog", "fox"], irregular={"geese": ["goose"]})


def check(data: bytes) -> None:
    """Test one input; an exception is a bug."""
    _check_text(data.decode("utf-8", "surrogateescape"))
    _check_answer(_over_http(data))
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        return
    _check_answer(event)


def _check_text(text: str) -> None:
    words = _cleaner.clean(text).split()
    assert all(word.isascii() and word.isalpha() and word == word.lower() for word in words)
    try:
        clean = normalize(text)
    except NoWords:
        return
    assert normalize(clean) == clean
    assert clean.encode()
    sentences = [one for part in clean.split("\n\n") for one in split_sentences(part)]
    assert " ".join(sentences).split() == clean.split()
    score = _scorer.score(text, prompt=clean, explain=True)
    assert score == _scorer.score(text, prompt=clean, explain=True)
    assert score.explanation is not None
    texts = [one.text for one in score.explanation.sentences]
    assert " ".join(texts).split() == clean.split()
    assert all(math.isfinite(one.contribution) for one in score.explanation.sentences)


def _over_http(body: bytes) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": "/model/predict",
        "headers": {},
        "requestContext": {"stage": "$default", "http": {"method": "POST"}},
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _check_answer(event: Any) -> None:
    result = _handler(event, None)
    if "answers" in result:
        assert len(result["answers"]) == len(event["Items"])
        return
    json.dumps(result, allow_nan=False)
    assert result["statusCode"] in STATUSES
    body = result["body"]
    if result["statusCode"] >= 400 and body:
        answer = body if isinstance(body, dict) else json.loads(body)
        assert answer["error"]["code"] in ERRORS
