"""Sentence segmentation."""

SENTENCE_ENDS = (".", "!", "?")
CLOSING_MARKS = "\"'”’)]"


def split_sentences(paragraph: str) -> list[str]:
    """Split a paragraph after each word that ends in ``.``, ``!`` or ``?``."""
    sentences: list[list[str]] = [[]]
    for token in paragraph.split():
        sentences[-1].append(token)
        if ends_sentence(token):
            sentences.append([])
    return [" ".join(words) for words in sentences if words]


def ends_sentence(text: str) -> bool:
    """Say whether a text ends in a sentence mark, ignoring closing quotes and brackets."""
    return text.rstrip(CLOSING_MARKS).endswith(SENTENCE_ENDS)
