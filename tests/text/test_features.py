import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from essay_scorer import NoWords
from essay_scorer.text.features import FEATURE_NAMES, writing_features
from essay_scorer.text.sentences import split_sentences
from essay_scorer.text.ngrams import BIGRAM_BUCKETS, token_ngrams
from essay_scorer.text.normalize import normalize


def _named(text: str) -> dict[str, float]:
    return dict(zip(FEATURE_NAMES, writing_features(text).tolist(), strict=True))


def test_the_figures_are_what_their_names_say() -> None:
    figures = _named("However, i like dogs. Dogs are GREAT!\n\nWhy? Because they play and play.")
    assert figures["log_words"] == pytest.approx(np.log1p(13))
    assert figures["log_sentences"] == pytest.approx(np.log1p(4))
    assert figures["log_paragraphs"] == pytest.approx(np.log1p(2))
    assert figures["sentence_length"] == pytest.approx(13 / 4)
    assert figures["longest_sentence"] == 5
    assert figures["lone_i"] == pytest.approx(1 / 13)
    assert figures["all_caps"] == pytest.approx(1 / 13)
    assert figures["first_paragraph"] == pytest.approx(7 / 13)
    assert figures["distinct_share"] == pytest.approx(11 / 13)
    assert figures["questions"] == pytest.approx(np.sqrt(1 / 13))
    assert figures["contrast"] == pytest.approx(np.sqrt(1 / 13))
    assert figures["no_end"] == 0


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ('He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("No end", ["No end"]),
        ("What?! Really.", ["What?!", "Really."]),
        ("", []),
    ],
)
def test_sentences_end_where_their_marks_are(paragraph: str, sentences: list[str]) -> None:
    assert split_sentences(paragraph) == sentences


@given(st.text(min_size=1))
def test_every_text_has_finite_figures(text: str) -> None:
    try:
        clean = normalize(text)
    except NoWords:
        return
    figures = writing_features(clean)
    assert figures.shape == (len(FEATURE_NAMES),)
    assert figures.dtype == np.float32
    assert np.isfinite(figures).all()


@given(st.lists(st.integers(0, 999), max_size=60))
def test_ngrams_are_distinct_places_of_length_one(ids: list[int]) -> None:
    places, weights = token_ngrams(np.array(ids, dtype=np.int64), vocabulary=1000)
    assert len(set(places.tolist())) == len(places) == len(weights)
    assert all(0 <= place < 1000 + BIGRAM_BUCKETS for place in places.tolist())
    assert np.square(weights).sum() == pytest.approx(1 if ids else 0, abs=1e-5)


def test_an_ngram_counts_by_the_logarithm_of_its_number() -> None:
    places, weights = token_ngrams(np.array([5, 5, 5, 7], dtype=np.int64), vocabulary=10)
    of = dict(zip(places.tolist(), weights.tolist(), strict=True))
    assert of[5] / of[7] == pytest.approx(1 + np.log(3))
    assert len(places) == 4  # 5, 7, (5, 5) and (5, 7)


def test_the_order_of_two_words_matters() -> None:
    one, _ = token_ngrams(np.array([1, 2], dtype=np.int64), vocabulary=10)
    other, _ = token_ngrams(np.array([2, 1], dtype=np.int64), vocabulary=10)
    assert one.tolist() != other.tolist()
