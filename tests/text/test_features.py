import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer import NoWords
from essay_scorer.text.features import FEATURE_NAMES, writing_features
from essay_scorer.text.ngrams import BIGRAM_BUCKETS, token_ngrams
from essay_scorer.text.normalize import normalize
from essay_scorer.text.sentences import split_sentences


def _named(text: str) -> dict[str, float]:
    return dict(zip(FEATURE_NAMES, writing_features(text).tolist(), strict=True))


def test_features_are_what_their_names_say() -> None:
    features = _named("However, i like dogs. Dogs are GREAT!\n\nWhy? Because they play and play.")
    assert features["log_words"] == pytest.approx(np.log1p(13))
    assert features["log_sentences"] == pytest.approx(np.log1p(4))
    assert features["log_paragraphs"] == pytest.approx(np.log1p(2))
    assert features["sentence_length"] == pytest.approx(13 / 4)
    assert features["longest_sentence"] == 5
    assert features["lone_i"] == pytest.approx(1 / 13)
    assert features["all_caps"] == pytest.approx(1 / 13)
    assert features["first_paragraph"] == pytest.approx(7 / 13)
    assert features["distinct_share"] == pytest.approx(11 / 13)
    assert features["questions"] == pytest.approx(np.sqrt(1 / 13))
    assert features["contrast"] == pytest.approx(np.sqrt(1 / 13))
    assert features["no_end"] == 0


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ('He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("No end", ["No end"]),
        ("What?! Really.", ["What?!", "Really."]),
        ("", []),
    ],
)
def test_sentences_end_at_sentence_marks(paragraph: str, sentences: list[str]) -> None:
    assert split_sentences(paragraph) == sentences


@given(st.text(min_size=1))
def test_features_of_any_text_are_finite(text: str) -> None:
    try:
        clean = normalize(text)
    except NoWords:
        return
    features = writing_features(clean)
    assert features.shape == (len(FEATURE_NAMES),)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


@given(st.lists(st.integers(0, 999), max_size=60))
def test_ngram_indices_are_distinct_and_weights_have_unit_length(token_ids: list[int]) -> None:
    indices, weights = token_ngrams(np.array(token_ids, dtype=np.int64), vocabulary_size=1000)
    assert len(set(indices.tolist())) == len(indices) == len(weights)
    assert all(0 <= index < 1000 + BIGRAM_BUCKETS for index in indices.tolist())
    assert np.square(weights).sum() == pytest.approx(1 if token_ids else 0, abs=1e-5)


def test_an_ngram_is_weighted_by_the_logarithm_of_its_count() -> None:
    indices, weights = token_ngrams(np.array([5, 5, 5, 7], dtype=np.int64), vocabulary_size=10)
    weight = dict(zip(indices.tolist(), weights.tolist(), strict=True))
    assert weight[5] / weight[7] == pytest.approx(1 + np.log(3))
    assert len(indices) == 4  # 5, 7, (5, 5) and (5, 7)


def test_bigrams_depend_on_word_order() -> None:
    one, _ = token_ngrams(np.array([1, 2], dtype=np.int64), vocabulary_size=10)
    other, _ = token_ngrams(np.array([2, 1], dtype=np.int64), vocabulary_size=10)
    assert one.tolist() != other.tolist()
