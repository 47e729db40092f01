"""A stand-in for the original system's handler, written from its description.

NLTK cleans the text; a BERT encodes it; the mean of its token vectors (the first 300 dimensions)
goes into a Keras LSTM head on TensorFlow. The first call loads the models, and every essay is
predicted alone. The encoder has the same weights as ours, so both do the same work, with one
difference: the original's cleaning removes half of the words, and it truncates an essay at 512
tokens. The weights of the head are random, which does not change the time.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import torch
from nltk.corpus import stopwords
from nltk.stem import WordNetLemmatizer
from transformers import BertModel, BertTokenizerFast

MODELS = Path(os.environ["ORIGINAL_MODELS"])
MAX_TOKENS = 512
DIMENSIONS = 300  # of the mean vector that the head takes


class Models(NamedTuple):
    """What a score needs."""

    stop_words: frozenset[str]
    lemmatizer: Any
    tokenizer: Any
    encoder: Any
    head: Any


@cache
def load_models() -> Models:
    """Load the models once."""
    return Models(
        stop_words=frozenset(stopwords.words("english")),
        lemmatizer=WordNetLemmatizer(),
        tokenizer=BertTokenizerFast.from_pretrained(MODELS / "bert-tokenizer"),
        encoder=BertModel.from_pretrained(MODELS / "bert-model").eval(),
        head=keras.models.load_model(MODELS / "aes_model.h5", compile=False),
    )


def clean(text: str) -> str:
    """Return the text's words in lower case, without stop words, as lemmas."""
    models = load_models()
    words = re.sub("[^a-zA-Z]", " ", text).lower().split()
    kept = (word for word in words if word not in models.stop_words)
    return " ".join(models.lemmatizer.lemmatize(word) for word in kept)


def score(text: str) -> int:
    models = load_models()
    tokens = models.tokenizer(
        clean(text), truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
    )
    with torch.no_grad():
        vectors = models.encoder(**tokens).last_hidden_state
    essay = vectors.mean(1)[:, :DIMENSIONS].reshape(1, 1, DIMENSIONS).numpy()
    return round(float(models.head.predict(essay, verbose=0)[0, 0]))


def handler(event: Any, _context: Any) -> dict[str, Any]:
    """Answer an event of a Function URL or a direct invocation."""
    request = json.loads(event["body"]) if "body" in event else event
    return {"statusCode": 200, "body": json.dumps({"essay score": score(request["text"])})}
