"""A stand-in for the first system's handler, written from its description.

NLTK cleans the text, a BERT reads it, the mean of its token vectors (its first 300
numbers) goes into a Keras LSTM head on TensorFlow.  The models are loaded at the first
call, and every essay is predicted alone.  It has our encoder's weights, so that both do
the same work but for this: it cleans half of the words away and cuts an essay at 512
tokens, where ours reads all.  The head's weights are random: they cost the same time.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import torch
from nltk.corpus import stopwords
from nltk.stem import WordNetLemmatizer
from transformers import BertModel, BertTokenizerFast

MODELS = Path(os.environ["ORIGINAL_MODELS"])
VECTOR = 300

_models: dict[str, Any] = {}


def load() -> dict[str, Any]:
    """Load the models, once."""
    if not _models:
        _models["stop_words"] = set(stopwords.words("english"))
        _models["lemmatizer"] = WordNetLemmatizer()
        _models["tokenizer"] = BertTokenizerFast.from_pretrained(MODELS / "bert-tokenizer")
        _models["encoder"] = BertModel.from_pretrained(MODELS / "bert-model").eval()
        _models["head"] = keras.models.load_model(MODELS / "aes_model.h5", compile=False)
    return _models


def clean(text: str) -> str:
    """Return the text's words, lower case, without stop-words, in dictionary form."""
    models = load()
    words = re.sub("[^a-zA-Z]", " ", text).lower().split()
    kept = (word for word in words if word not in models["stop_words"])
    return " ".join(models["lemmatizer"].lemmatize(word) for word in kept)


def score(text: str) -> int:
    """Return an essay's score."""
    models = load()
    tokens = models["tokenizer"](clean(text), truncation=True, max_length=512, return_tensors="pt")
    with torch.no_grad():
        vectors = models["encoder"](**tokens).last_hidden_state
    essay = vectors.mean(1)[:, :VECTOR].reshape(1, 1, VECTOR).numpy()
    return round(float(models["head"].predict(essay, verbose=0)[0, 0]))


def handler(event: Any, _context: Any) -> dict[str, Any]:
    """Answer a Function URL's event, or a direct invocation."""
    request = json.loads(event["body"]) if "body" in event else event
    return {"statusCode": 200, "body": json.dumps({"essay score": score(request["text"])})}
