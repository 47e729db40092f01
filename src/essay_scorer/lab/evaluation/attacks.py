"""The attacks on a scorer: changes that try to raise a score undeservedly."""

from collections.abc import Mapping

from essay_scorer.lab.evaluation.gibberish_attacks import (
    grammatical_nonsense,
    keyboard_mashing,
    random_letters,
    shuffled_words,
)
from essay_scorer.lab.evaluation.padding_attacks import (
    false_facts,
    off_topic_at_end,
    off_topic_inside,
    one_paragraph_again,
    quotations,
    rare_words,
    repeated_paragraphs,
    repeated_sentences,
    shuffled_sentences,
)
from essay_scorer.lab.evaluation.replacement_attacks import song, speech
from essay_scorer.lab.evaluation.text_changes import TextChange, by_name

GIBBERISH_ATTACKS: Mapping[str, TextChange] = by_name(
    random_letters, keyboard_mashing, shuffled_words, grammatical_nonsense
)
REPETITION_ATTACKS: Mapping[str, TextChange] = by_name(repeated_paragraphs, repeated_sentences)
ATTACKS: Mapping[str, TextChange] = {
    **GIBBERISH_ATTACKS,
    **REPETITION_ATTACKS,
    **by_name(
        one_paragraph_again,
        off_topic_at_end,
        off_topic_inside,
        shuffled_sentences,
        rare_words,
        quotations,
        false_facts,
        song,
        speech,
    ),
}

# The gibberish detector is trained on these.
DETECTOR_ATTACKS: Mapping[str, TextChange] = {**GIBBERISH_ATTACKS, **by_name(rare_words)}
