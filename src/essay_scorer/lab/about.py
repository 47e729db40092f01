"""What the maker of a bundle states about it."""

from dataclasses import dataclass

from essay_scorer.model.manifest import Model


@dataclass(frozen=True, kw_only=True)
class About:
    """What a bundle states about itself that cannot be measured.

    Attributes:
        model: its name and version.
        license: of the weights.
        credit: the training data and its authors.
    """

    model: Model
    license: str
    credit: str
