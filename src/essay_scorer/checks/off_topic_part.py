"""Find a part of an essay that is about something else than the rest.

``topics.npy`` gives each token of the vocabulary a weight and a topic vector; a logistic
regression, in the manifest, judges every passage by how far it is from the rest of the essay.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from essay_scorer.checks.logistic import load_numbers, logistic
from essay_scorer.checks.topic_runs import TokenizedUnits, TopicTable, compare_runs
from essay_scorer.errors import BundleInvalid
from essay_scorer.model.files import TOPICS
from essay_scorer.model.reader import Reader
from essay_scorer.model.thresholds import PartRegression
from essay_scorer.text.normalize import Passage
from essay_scorer.text.tokenizer import TokenizedText


@dataclass(frozen=True, kw_only=True)
class SuspectPart:
    """The passage of an essay that is most likely about something else.

    Attributes:
        passage: where it is in the normalized text.
        probability: that it is about something else, from 0 to 1.
    """

    passage: Passage
    probability: float


class PartDetector:
    """Estimates which passage of an essay is about something else. Thread-safe."""

    def __init__(
        self, table: TopicTable, regression: PartRegression, *, path: Path = Path(TOPICS)
    ) -> None:
        """Take what was learned.

        Args:
            table: the weight and the topic vector of each token, (vocabulary, 1 + dimensions).
            regression: judges each passage.
            path: the file that contains the table, for error messages.
        """
        self.table, self._regression, self._path = table, regression, path

    @classmethod
    def load(cls, path: Path, regression: PartRegression) -> Self:
        """Read ``topics.npy``.

        Raises:
            BundleInvalid: it is not a table of numbers.
        """
        table = load_numbers(path, dtype=np.float16, dimensions=2)
        if table is None or table.shape[1] < 2:
            raise BundleInvalid(f"{path} does not contain a table of 16-bit floats.")
        return cls(table, regression, path=path)

    def check_fits(self, reader: Reader) -> None:
        """Check that there is a row for every token.

        Raises:
            BundleInvalid: the table belongs to another tokenizer.
        """
        if len(self.table) != reader.vocabulary_size:
            raise BundleInvalid(f"{self._path} does not fit this bundle's tokenizer.")

    def find(
        self, clean: str, tokens: TokenizedText, *, prompt: TokenizedText | None = None
    ) -> SuspectPart | None:
        """Return the most suspect passage of an essay; none if the essay is too short.

        Args:
            clean: the normalized text.
            tokens: of that text.
            prompt: the tokens of its prompt; what is about the prompt is less suspect.
        """
        return self.judge(TokenizedUnits.of(clean, tokens, prompt))

    def judge(self, essay: TokenizedUnits) -> SuspectPart | None:
        """Return the same for an essay that is split into units."""
        runs = compare_runs(essay, self.table)
        if not len(runs):
            return None
        exponents = runs.judge(self._regression)
        best = int(np.argmax(exponents))
        first, last = essay.units[runs.first[best]], essay.units[runs.last[best]]
        return SuspectPart(
            passage=Passage(start=first.start, end=last.end),
            probability=logistic(float(exponents[best])),
        )
