"""Texts that try to fool a scorer, and fair changes that should not move it.

Each is made of a genuine essay and a seed, so that a measurement can be repeated.  The
examples that a detector learns from and those that measure it come from different halves
of the words (``Words.half``) and from different sentence patterns: what is measured is
not what was learned by heart.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from essay_scorer.text.normalize import PARAGRAPH_BREAK, normalize
from essay_scorer.text.sentences import split_sentences

_TEXTS = Path(__file__).with_name("attacks.txt")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ENDINGS = {
    "noun": ("tion", "ment", "ness", "ity", "ism", "ance", "ence", "ist", "ology"),
    "adjective": ("ous", "ive", "ical", "able", "ible", "esque", "ary"),
    "adverb": ("ly",),
    "verb": ("ate", "ize", "ify", "ise"),
}
_BRITISH = {
    "color": "colour", "favorite": "favourite", "center": "centre", "realize": "realise",
    "organize": "organise", "behavior": "behaviour", "neighbor": "neighbour", "honor": "honour",
    "traveling": "travelling", "defense": "defence", "recognize": "recognise", "gray": "grey",
    "favor": "favour", "theater": "theatre", "program": "programme", "analyze": "analyse",
    "labor": "labour", "canceled": "cancelled", "apologize": "apologise", "humor": "humour",
}  # fmt: skip
_SYNONYMS = {
    "big": "large", "help": "assist", "start": "begin", "also": "too", "people": "persons",
    "important": "significant", "show": "demonstrate", "think": "believe", "many": "numerous",
    "hard": "difficult", "because": "since", "maybe": "perhaps", "kids": "children",
    "however": "nevertheless", "good": "beneficial", "bad": "harmful", "need": "require",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Words:
    """Rare English words by part of speech, guessed from their endings."""

    by_kind: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, vocabulary: Sequence[str], *, half: int) -> "Words":
        """Take one half of a BERT vocabulary's long rare words; the halves share no word.

        Args:
            vocabulary: the tokens by id; a BERT vocabulary has the frequent ones first.
            half: 0 or 1.
        """
        rare = [
            word
            for word in vocabulary[len(vocabulary) // 4 :]
            if word.isascii() and word.isalpha() and len(word) >= 7 and _half(word) == half
        ]
        return cls(
            by_kind={
                kind: [word for word in rare if word.endswith(endings)] or ["word"]
                for kind, endings in _ENDINGS.items()
            }
        )

    def any(self, chance: random.Random) -> str:
        """Return one of them."""
        return chance.choice(self.by_kind[chance.choice(list(self.by_kind))])


def _half(word: str) -> int:
    return sha256(word.encode()).digest()[0] & 1


@dataclass(frozen=True, kw_only=True)
class Material:
    """What the attacks are made of besides the essay itself."""

    words: Words
    others: Sequence[str]  # genuine essays on other assignments
    patterns: str  # which of the sentence patterns: "learn" or "measure"


Attack = Callable[[str, random.Random, Material], str]


def _paragraphs(text: str) -> list[str]:
    return normalize(text).split(PARAGRAPH_BREAK)


def _sentences(text: str) -> list[list[str]]:
    return [split_sentences(paragraph) for paragraph in _paragraphs(text)]


def _join(paragraphs: Sequence[Sequence[str]]) -> str:
    return PARAGRAPH_BREAK.join(" ".join(part) for part in paragraphs if part)


@lru_cache(maxsize=1)
def _texts() -> dict[str, list[str]]:
    """Read the project's own song, speech, sayings, claims and patterns: a line each."""
    parts: dict[str, list[str]] = {}
    for line in _TEXTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            name = line.removeprefix("# ")
            parts[name] = []
        elif line.strip():
            parts[name].append(line)
    return parts


# Gibberish.


def random_letters(text: str, chance: random.Random, material: Material) -> str:
    """Every letter is replaced by a random one; lengths and punctuation stay."""
    return "".join(chance.choice(_LETTERS) if mark.isalpha() else mark for mark in text)


def keyboard_mashing(text: str, chance: random.Random, material: Material) -> str:
    """Every word is a run of neighbouring keys."""

    def mash(word: str) -> str:
        row = chance.choice(_ROWS)
        start = chance.randrange(len(row))
        steps = [start + chance.choice((-1, 0, 1, 2)) * place for place in range(len(word))]
        return "".join(row[step % len(row)] for step in steps)

    return PARAGRAPH_BREAK.join(
        " ".join(mash(word) for word in part.split()) + "." for part in _paragraphs(text)
    )


def shuffled_words(text: str, chance: random.Random, material: Material) -> str:
    """The words of the whole essay in random order, in sentences of the same lengths."""
    words = text.split()
    chance.shuffle(words)
    left = iter(words)
    shuffled = [
        [next(left) for _ in sentence.split()] for part in _sentences(text) for sentence in part
    ]
    return " ".join(" ".join(sentence) for sentence in shuffled)


def grammatical_nonsense(text: str, chance: random.Random, material: Material) -> str:
    """Sentences that parse and mean nothing, as the BABEL generator of Perelman writes them.

    They take up one word of the essay, and the essay's length.
    """
    theme = chance.choice(sorted({word for word in text.split() if len(word) > 4}) or ["it"])
    patterns = _texts()[f"patterns to {material.patterns}"]
    length, made = len(text.split()), [list[str]()]
    while sum(len(sentence.split()) for part in made for sentence in part) < length:
        sentence = " ".join(
            _filled(slot, theme, chance, material.words) for slot in chance.choice(patterns).split()
        )
        made[-1].append(sentence[:1].upper() + sentence[1:])
        if len(made[-1]) > 5:
            made.append([])
    return _join(made).strip()


def _filled(slot: str, theme: str, chance: random.Random, words: Words) -> str:
    """Return a word of a pattern, or what stands in the place of its ``{kind}``."""
    if not slot.startswith("{"):
        return slot
    kind, _, mark = slot.removeprefix("{").partition("}")
    return (theme.strip(".,!?") if kind == "theme" else chance.choice(words.by_kind[kind])) + mark


# Padding.


def _quarter(text: str, chance: random.Random, material: Material) -> str:
    """Return a passage of another assignment's essay, a quarter as long as this one."""
    words = chance.choice(material.others).split()
    length = max(20, len(text.split()) // 4)
    start = chance.randrange(max(1, len(words) - length))
    return " ".join(words[start : start + length])


def off_topic_at_end(text: str, chance: random.Random, material: Material) -> str:
    """A quarter more, about something else, as a last paragraph."""
    return PARAGRAPH_BREAK.join([normalize(text), _quarter(text, chance, material)])


def off_topic_inside(text: str, chance: random.Random, material: Material) -> str:
    """The same, somewhere between two sentences."""
    paragraphs = _sentences(text)
    part = chance.choice(paragraphs)
    part.insert(chance.randrange(len(part) + 1), _quarter(text, chance, material))
    return _join(paragraphs)


def repeated_paragraphs(text: str, chance: random.Random, material: Material) -> str:
    """The whole essay twice."""
    return PARAGRAPH_BREAK.join([normalize(text)] * 2)


def repeated_sentences(text: str, chance: random.Random, material: Material) -> str:
    """Sentences of the essay said again, in random order, until it is twice as long."""
    sentences = [sentence for part in _sentences(text) for sentence in part]
    again = chance.sample(sentences, len(sentences))
    return PARAGRAPH_BREAK.join([normalize(text), " ".join(again)])


def one_paragraph_again(text: str, chance: random.Random, material: Material) -> str:
    """A third of the essay's sentences, copied once more to its end."""
    sentences = [sentence for part in _sentences(text) for sentence in part]
    third = max(1, len(sentences) // 3)
    start = chance.randrange(len(sentences) - third + 1)
    return PARAGRAPH_BREAK.join([normalize(text), " ".join(sentences[start : start + third])])


def shuffled_sentences(text: str, chance: random.Random, material: Material) -> str:
    """The sentences in random order, in paragraphs of the same lengths."""
    paragraphs = _sentences(text)
    sentences = [sentence for part in paragraphs for sentence in part]
    chance.shuffle(sentences)
    left = iter(sentences)
    return _join([[next(left) for _ in part] for part in paragraphs])


def rare_words(text: str, chance: random.Random, material: Material) -> str:
    """A rare word before every eighth word."""
    paragraphs = [part.split() for part in _paragraphs(text)]
    return PARAGRAPH_BREAK.join(
        " ".join(
            f"{material.words.any(chance)} {word}" if place % 8 == 4 else word
            for place, word in enumerate(words)
        )
        for words in paragraphs
    )


def _with_lines(text: str, chance: random.Random, lines: Sequence[str]) -> str:
    """Put four lines between the essay's sentences."""
    paragraphs = _sentences(text)
    for line in chance.sample(list(lines), 4):
        part = chance.choice(paragraphs)
        part.insert(chance.randrange(len(part) + 1), line)
    return _join(paragraphs)


def quotations(text: str, chance: random.Random, material: Material) -> str:
    """Four well-known sayings with their authors, put anywhere."""
    return _with_lines(text, chance, _texts()["sayings"])


def false_facts(text: str, chance: random.Random, material: Material) -> str:
    """Four false statements of fact, put anywhere."""
    return _with_lines(text, chance, _texts()["false facts"])


# Another text in the essay's place.


def _in_place(text: str, lines: Sequence[str], *, per_paragraph: int) -> str:
    """Return lines up to the essay's length, in paragraphs."""
    length, taken = len(text.split()), list[str]()
    for line in lines:
        if sum(len(one.split()) for one in taken) >= length:
            break
        taken.append(line)
    starts = range(0, len(taken), per_paragraph)
    return _join([taken[start : start + per_paragraph] for start in starts])


def song(text: str, chance: random.Random, material: Material) -> str:
    """A song's verses instead of the essay."""
    return _in_place(text, _texts()["song"], per_paragraph=4)


def speech(text: str, chance: random.Random, material: Material) -> str:
    """A speech instead of the essay."""
    return _in_place(text, _texts()["speech"], per_paragraph=5)


# Fair changes.


def one_typo(text: str, chance: random.Random, material: Material) -> str:
    """Two letters of one word change places: a typo made, or mended, seen from the other side."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if long:
        place = chance.choice(long)
        word = words[place]
        at = chance.randrange(1, len(word) - 2)
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _replaced(text: str, table: Mapping[str, str], most: int | None = None) -> str:
    words, done = text.split(" "), 0
    for place, word in enumerate(words):
        if word in table and (most is None or done < most):
            words[place], done = table[word], done + 1
    return " ".join(words)


def one_synonym(text: str, chance: random.Random, material: Material) -> str:
    """One common word is replaced by another of like meaning."""
    return _replaced(text, _SYNONYMS, most=1)


def british_spelling(text: str, chance: random.Random, material: Material) -> str:
    """American spellings become British."""
    return _replaced(text, _BRITISH)


def blank_lines(text: str, chance: random.Random, material: Material) -> str:
    """Two more blank lines wherever there is one, and spaces at the ends of lines."""
    return normalize(text).replace(PARAGRAPH_BREAK, "  \n\n\n\n") + "\n\n"


GIBBERISH: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (random_letters, keyboard_mashing, shuffled_words, grammatical_nonsense)
}
NONSENSE: dict[str, Attack] = {**GIBBERISH, "rare_words": rare_words}
REPETITION: dict[str, Attack] = {
    attack.__name__: attack for attack in (repeated_paragraphs, repeated_sentences)
}
ATTACKS: dict[str, Attack] = {
    **GIBBERISH,
    **REPETITION,
    **{
        attack.__name__: attack
        for attack in (
            one_paragraph_again, off_topic_at_end, off_topic_inside, shuffled_sentences,
            rare_words, quotations, false_facts, song, speech,
        )
    },
}  # fmt: skip
FAIR: dict[str, Attack] = {
    change.__name__: change for change in (one_typo, one_synonym, british_spelling, blank_lines)
}


def apply(attack: Attack, text: str, *, seed: str, material: Material) -> str:
    """Return the changed text; the same seed gives the same one."""
    return attack(normalize(text), random.Random(f"{seed} {attack.__name__}"), material)
