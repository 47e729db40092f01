"""Which essays of a file were measured, and why the others were not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from essay_scorer.errors import FileError
from essay_scorer.lab.data.essays import Essays
from essay_scorer.lab.data.splits import SPLITS

_FROM_TEXTS = "the texts"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The essays that were measured.

    Attributes:
        essays: their number.
        rows: of the file.
        splits: that were measured; empty if the file has none and all its essays were.
        invented: whether the splits are not the file's: they were made from the texts.
        other_splits: essays left out, by their split.
        unusable: rows left out, by the reason.
    """

    essays: int
    rows: int
    splits: tuple[str, ...]
    invented: bool
    other_splits: Mapping[str, int]
    unusable: Mapping[str, int]

    @classmethod
    def of(cls, essays: Essays, splits: Sequence[str] | None) -> Self:
        """Choose the essays of a file to measure.

        Args:
            essays: of the file.
            splits: that the user asks for, maybe ``all``; None if she does not say.

        Raises:
            FileError: there are none.
        """
        from_texts = essays.splits_from == _FROM_TEXTS
        sizes = Counter(essays.table["split"])
        names = SPLITS if (from_texts if splits is None else "all" in splits) else splits
        chosen = tuple(split for split in SPLITS if split in (names or ["test"]))
        measured = sum(sizes[split] for split in chosen)
        if not measured:
            found = ", ".join(f"{split}: {sizes[split]}" for split in SPLITS if sizes[split])
            raise FileError(
                f"{essays.path} has no essay of the split {' or '.join(chosen)} ({found}); choose "
                "with --split, such as --split all."
            )
        everything = from_texts and chosen == SPLITS
        return cls(
            essays=measured,
            rows=len(essays.table) + len(essays.problems),
            splits=() if everything else chosen,
            invented=from_texts and not everything,
            other_splits={one: sizes[one] for one in SPLITS if one not in chosen and sizes[one]},
            unusable=dict(Counter(problem.reason for problem in essays.problems)),
        )

    @property
    def measured_splits(self) -> tuple[str, ...]:
        """The splits of the measured essays, also where they are all essays of the file."""
        return self.splits or SPLITS

    @property
    def count(self) -> str:
        """How many essays of how many rows were measured."""
        return f"{self.essays:,} of {self.rows:,} essays"

    @property
    def left_out(self) -> str:
        """Which rows were left out, and why; empty if none was."""
        return "; ".join(self._left_out())

    @property
    def note(self) -> str:
        """What to know of the choice; empty if there is nothing."""
        if not self.invented:
            return ""
        return (
            "The file has no splits: these were made from the texts, as training makes them (80% "
            "train, 10% dev, 10% test)."
        )

    def describe(self) -> str:
        """Return the count, what was left out, and the note, as sentences."""
        split = f" (split {' and '.join(self.splits)})" if self.splits else ""
        left_out = f"left out: {self.left_out}." if self.left_out else "none was left out."
        sentence = f"{self.count}{split} were measured; {left_out}"
        return f"{sentence} {self.note}" if self.note else sentence

    def _left_out(self) -> Iterator[str]:
        for split, size in self.other_splits.items():
            yield f"{size:,} of the split {split}"
        for reason, rows in self.unusable.items():
            yield f"{rows:,} unusable: {reason}"
