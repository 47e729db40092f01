"""Attacks that add to an essay, repeat it, or reorder it."""

import random
from collections.abc import Sequence

from essay_scorer.lab.evaluation.text_changes import (
    Material,
    join_sentences,
    read_lines,
    sentences_by_paragraph,
    split_paragraphs,
)
from essay_scorer.text.normalize import PARAGRAPH_BREAK, normalize

_MIN_PASSAGE_WORDS = 20
_INSERTED_LINES = 4
_RARE_WORD_EVERY = 8  # words


def off_topic_at_end(text: str, rng: random.Random, material: Material) -> str:
    """Append a paragraph about something else, a quarter as long as the essay."""
    return PARAGRAPH_BREAK.join([normalize(text), _off_topic_passage(text, rng, material)])


def off_topic_inside(text: str, rng: random.Random, material: Material) -> str:
    """Insert such a passage between two random sentences."""
    paragraphs = sentences_by_paragraph(text)
    sentences = rng.choice(paragraphs)
    index = rng.randrange(len(sentences) + 1)
    sentences.insert(index, _off_topic_passage(text, rng, material))
    return join_sentences(paragraphs)


def _off_topic_passage(text: str, rng: random.Random, material: Material) -> str:
    words = rng.choice(material.other_essays).split()
    length = max(_MIN_PASSAGE_WORDS, len(text.split()) // 4)
    start = rng.randrange(max(1, len(words) - length))
    return " ".join(words[start : start + length])


def repeated_paragraphs(text: str, rng: random.Random, material: Material) -> str:
    """Repeat the whole essay."""
    return PARAGRAPH_BREAK.join([normalize(text)] * 2)


def repeated_sentences(text: str, rng: random.Random, material: Material) -> str:
    """Repeat all sentences in random order."""
    sentences = _all_sentences(text)
    repeated = rng.sample(sentences, len(sentences))
    return PARAGRAPH_BREAK.join([normalize(text), " ".join(repeated)])


def one_paragraph_again(text: str, rng: random.Random, material: Material) -> str:
    """Repeat a third of the sentences at the end."""
    sentences = _all_sentences(text)
    third = max(1, len(sentences) // 3)
    start = rng.randrange(len(sentences) - third + 1)
    return PARAGRAPH_BREAK.join([normalize(text), " ".join(sentences[start : start + third])])


def shuffled_sentences(text: str, rng: random.Random, material: Material) -> str:
    """Shuffle all sentences; each paragraph keeps its number of sentences."""
    sentences = _all_sentences(text)
    rng.shuffle(sentences)
    rest = iter(sentences)
    return join_sentences([[next(rest) for _ in part] for part in sentences_by_paragraph(text)])


def _all_sentences(text: str) -> list[str]:
    return [sentence for sentences in sentences_by_paragraph(text) for sentence in sentences]


def rare_words(text: str, rng: random.Random, material: Material) -> str:
    """Insert a rare word before every eighth word."""

    def pad(paragraph: str) -> str:
        return " ".join(
            f"{material.words.choose(rng)} {word}"
            if index % _RARE_WORD_EVERY == _RARE_WORD_EVERY // 2
            else word
            for index, word in enumerate(paragraph.split())
        )

    return PARAGRAPH_BREAK.join(map(pad, split_paragraphs(text)))


def quotations(text: str, rng: random.Random, material: Material) -> str:
    """Insert four well-known sayings with their authors."""
    return _insert_lines(text, rng, read_lines("sayings"))


def false_facts(text: str, rng: random.Random, material: Material) -> str:
    """Insert four false statements of fact."""
    return _insert_lines(text, rng, read_lines("false facts"))


def _insert_lines(text: str, rng: random.Random, lines: Sequence[str]) -> str:
    """Insert random lines between random sentences."""
    paragraphs = sentences_by_paragraph(text)
    for line in rng.sample(lines, _INSERTED_LINES):
        sentences = rng.choice(paragraphs)
        sentences.insert(rng.randrange(len(sentences) + 1), line)
    return join_sentences(paragraphs)
