"""Writing features: what a writing teacher would count.

Every feature is computed in one pass over words, sentences or characters, without regular
expressions. None depends on the topic, so none can learn a prompt's vocabulary: on a new
assignment they mean the same.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from essay_scorer.text.normalize import PARAGRAPH_BREAK
from essay_scorer.text.sentences import ends_sentence, split_sentences

_PUNCTUATION = {
    ",": "commas", ";": "semicolons", ":": "colons", "?": "questions", "!": "exclamations",
    "(": "parentheses", "-": "hyphens", "–": "hyphens", "—": "hyphens", "'": "apostrophes",
    "’": "apostrophes", '"': "quotes", "“": "quotes", "”": "quotes",
}  # fmt: skip

_LEXICONS = {
    "contrast": "although though however but yet whereas while despite nevertheless instead "
    "unlike otherwise even still rather",
    "cause": "because since therefore thus hence consequently so due result reason reasons "
    "causes caused leads",
    "addition": "also moreover furthermore addition additionally another besides first second "
    "third finally next lastly firstly secondly",
    "example": "example instance such specifically including shows show evidence proves",
    "source": "according author article text passage states stated says said claims mentions "
    "explains paragraph source quote quotes",
    "conclusion": "conclusion overall summary conclude ultimately",
    "first_person": "i me my mine myself we us our",
    "second_person": "you your yours yourself",
    "modal": "would could should might may must can will",
    "vague": "thing things stuff good bad really very lot lots nice big get got like",
    "subordinate": "which who whom whose that if when unless until whether where",
}
_LEXICON_OF = {word: name for name, words in _LEXICONS.items() for word in words.split()}

FEATURE_NAMES = (
    "log_characters", "log_words", "log_sentences", "log_paragraphs", "root_words",
    "word_length", "word_length_spread", "long_words", "very_long_words", "short_words",
    "sentence_length", "sentence_length_spread", "longest_sentence", "short_sentences",
    "long_sentences", "sentence_change",
    "paragraph_length", "paragraph_spread", "first_paragraph", "last_paragraph", "one_paragraph",
    "log_distinct_words", "distinct_share", "guiraud", "once_only", "window_distinct",
    "repeated_pairs",
    "lowercase_starts", "lone_i", "all_caps", "digits", "no_end",
    *dict.fromkeys(_PUNCTUATION.values()),
    *_LEXICONS,
)  # fmt: skip

FeatureVector = npt.NDArray[np.float32]


def writing_features(text: str) -> FeatureVector:
    """Return the features of a normalized text, shape (len(FEATURE_NAMES),), in that order."""
    paragraphs = text.split(PARAGRAPH_BREAK)
    tokens = [token for paragraph in paragraphs for token in paragraph.split()]
    words = [word for word in (_strip_marks(token) for token in tokens) if word]
    sentences = [part for paragraph in paragraphs for part in split_sentences(paragraph)]
    lowered = [word.lower() for word in words]
    values = {
        **_length_features(text, words, sentences, paragraphs),
        **_word_features(words),
        **_sentence_features(sentences),
        **_paragraph_features(paragraphs),
        **_vocabulary_features(lowered),
        **_mechanics_features(text, tokens, sentences),
        **_punctuation_features(text, len(words)),
        **_lexicon_features(lowered),
    }
    return np.array([values[name] for name in FEATURE_NAMES], dtype=np.float32)


def _strip_marks(token: str) -> str:
    """Strip everything but letters and digits from both ends of a token."""
    start, end = 0, len(token)
    while start < end and not token[start].isalnum():
        start += 1
    while end > start and not token[end - 1].isalnum():
        end -= 1
    return token[start:end]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _deviation(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(_mean([(value - mean) ** 2 for value in values]))


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _length_features(
    text: str, words: Sequence[str], sentences: Sequence[str], paragraphs: Sequence[str]
) -> dict[str, float]:
    return {
        "log_characters": math.log1p(len(text)),
        "log_words": math.log1p(len(words)),
        "log_sentences": math.log1p(len(sentences)),
        "log_paragraphs": math.log1p(len(paragraphs)),
        "root_words": math.sqrt(len(words)),
    }


def _word_features(words: Sequence[str]) -> dict[str, float]:
    lengths = [min(len(word), 30) for word in words]
    return {
        "word_length": _mean(lengths),
        "word_length_spread": _deviation(lengths),
        "long_words": _share([length >= 7 for length in lengths]),
        "very_long_words": _share([length >= 10 for length in lengths]),
        "short_words": _share([length <= 3 for length in lengths]),
    }


def _sentence_features(sentences: Sequence[str]) -> dict[str, float]:
    lengths = [min(len(sentence.split()), 120) for sentence in sentences]
    return {
        "sentence_length": _mean(lengths),
        "sentence_length_spread": _deviation(lengths),
        "longest_sentence": max(lengths, default=0),
        "short_sentences": _share([length < 8 for length in lengths]),
        "long_sentences": _share([length > 30 for length in lengths]),
        "sentence_change": _mean([abs(left - right) for left, right in pairwise(lengths)]),
    }


def _paragraph_features(paragraphs: Sequence[str]) -> dict[str, float]:
    lengths = [len(paragraph.split()) for paragraph in paragraphs]
    whole = sum(lengths) or 1
    return {
        "paragraph_length": math.log1p(_mean(lengths)),
        "paragraph_spread": _deviation(lengths) / (_mean(lengths) or 1),
        "first_paragraph": lengths[0] / whole,
        "last_paragraph": lengths[-1] / whole,
        "one_paragraph": float(len(lengths) == 1),
    }


def _vocabulary_features(lowered: Sequence[str]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for word in lowered:
        counts[word] = counts.get(word, 0) + 1
    pairs = list(pairwise(lowered))
    size = len(lowered) or 1
    return {
        "log_distinct_words": math.log1p(len(counts)),
        "distinct_share": len(counts) / size,
        "guiraud": len(counts) / math.sqrt(size),
        "once_only": sum(count == 1 for count in counts.values()) / size,
        "window_distinct": _window_distinct(lowered),
        "repeated_pairs": 1 - len(set(pairs)) / (len(pairs) or 1),
    }


def _window_distinct(lowered: Sequence[str], size: int = 50) -> float:
    """Return the mean share of distinct words in windows, which does not depend on length."""
    windows = [lowered[start : start + size] for start in range(0, len(lowered), size)]
    return _mean([len(set(window)) / len(window) for window in windows])


def _mechanics_features(
    text: str, tokens: Sequence[str], sentences: Sequence[str]
) -> dict[str, float]:
    return {
        "lowercase_starts": _share([sentence[0].islower() for sentence in sentences]),
        "lone_i": _share([word == "i" for word in tokens]),
        "all_caps": _share([len(word) > 2 and word.isupper() for word in tokens]),
        "digits": _share([character.isdigit() for character in text]),
        "no_end": float(not ends_sentence(text)),
    }


def _punctuation_features(text: str, word_count: int) -> dict[str, float]:
    counts = dict.fromkeys(_PUNCTUATION.values(), 0)
    for mark, name in _PUNCTUATION.items():
        counts[name] += text.count(mark)
    return {name: math.sqrt(count / (word_count or 1)) for name, count in counts.items()}


def _lexicon_features(lowered: Sequence[str]) -> dict[str, float]:
    counts = dict.fromkeys(_LEXICONS, 0)
    for word in lowered:
        if name := _LEXICON_OF.get(word):
            counts[name] += 1
    return {name: math.sqrt(count / (len(lowered) or 1)) for name, count in counts.items()}
