"""How a scorer withstands attacks, tolerates benign changes, and explains itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from essay_scorer.lab.evaluation.attacks import ATTACKS
from essay_scorer.lab.evaluation.benign_changes import BENIGN_CHANGES
from essay_scorer.lab.evaluation.faithfulness import Faithfulness, measure_faithfulness
from essay_scorer.lab.evaluation.text_changes import Material, TextChange, apply_change
from essay_scorer.progress import report_steps
from essay_scorer.score import Score
from essay_scorer.scorer import Scorer

MIN_FLAGGED = 0.95  # share of attacked essays
MIN_TOLERATED = 0.95  # share of essays with a benign change
MAX_BENIGN_CHANGE = 0.5  # score points

_SAMPLE_SEED = 2026
_ONE_SIDED_95 = 1.645  # standard errors


@dataclass(frozen=True, kw_only=True)
class ChangeResult:
    """What one attack, or one benign change, did to a sample of essays.

    Attributes:
        name: of the change.
        purpose: an attack or a benign change.
        essays: their number.
        change: mean change of the raw score.
        flagged: share of essays that got a flag which they did not have before.
        within: share of essays whose raw score changed by half a point or less.
        passed: whether the scorer withstood the attack: it did not raise the mean score beyond
            chance, or 95% of the essays were flagged; or tolerated the benign change: 95% of
            the essays changed by half a point or less.
    """

    name: str
    purpose: Literal["attack", "benign change"]
    essays: int
    change: float
    flagged: float
    within: float
    passed: bool

    @property
    def verdict(self) -> str:
        """The result in words."""
        word = "withstood" if self.purpose == "attack" else "tolerated"
        return word if self.passed else f"not {word}"


@dataclass(frozen=True, kw_only=True)
class OffTopicRates:
    """How often essays are flagged ``off_topic``, as shares.

    Attributes:
        own: with their own prompt: false alarms.
        other: with another prompt.
    """

    own: float
    other: float


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """The report's part on attacks, topics and explanations.

    Attributes:
        attacks: attacks and benign changes.
        off_topic: if the texts of several prompts are known.
        explanations: how faithful they are.
    """

    attacks: Sequence[ChangeResult]
    off_topic: OffTopicRates | None
    explanations: Faithfulness


def measure_robustness(
    scorer: Scorer, essays: pd.DataFrame, *, sample: int, prompts: Mapping[str, str]
) -> Robustness:
    """Measure attacks and benign changes, off-topic flags, and the faithfulness of explanations.

    Args:
        scorer: the bundle.
        essays: genuine essays; columns ``text`` and ``prompt_id``.
        sample: essays to attack; explanations of a fifth of them are measured.
        prompts: the texts of the prompts by ID; may be empty.
    """
    known = essays[essays["prompt_id"].astype(str).isin(list(prompts))]
    return Robustness(
        attacks=measure_attacks(scorer, essays, sample=sample, prompts=prompts),
        off_topic=(
            off_topic_rates(scorer, known, prompts) if len(prompts) > 1 and len(known) else None
        ),
        explanations=measure_faithfulness(scorer, essays, sample=max(sample // 5, 1)),
    )


def measure_attacks(
    scorer: Scorer,
    essays: pd.DataFrame,
    *,
    sample: int,
    prompts: Mapping[str, str] | None = None,
) -> list[ChangeResult]:
    """Apply every attack and every benign change to a random sample of essays.

    Args:
        scorer: the bundle.
        essays: genuine essays; columns ``text`` and ``prompt_id``.
        sample: their number; all of them if there are fewer.
        prompts: the texts of the prompts by ID, which are sent along with the essays.
    """
    chosen = essays.sample(min(sample, len(essays)), random_state=_SAMPLE_SEED)
    texts_of_prompts = [(prompts or {}).get(str(prompt_id)) for prompt_id in chosen["prompt_id"]]
    before = _score(scorer, list(chosen["text"]), texts_of_prompts)
    materials = _materials(scorer, essays, chosen)
    results = []
    changes = {**ATTACKS, **BENIGN_CHANGES}
    with report_steps("attacking", len(changes)) as report:
        for done, (name, change) in enumerate(changes.items(), 1):
            changed = _apply(change, chosen, materials)
            results.append(_compare(name, before, _score(scorer, changed, texts_of_prompts)))
            report(done)
    return results


def _materials(scorer: Scorer, essays: pd.DataFrame, chosen: pd.DataFrame) -> list[Material]:
    """Return the material for each chosen essay, with the essays on other prompts."""
    by_prompt = {}
    for prompt_id in chosen["prompt_id"].unique():
        others = list(essays.loc[essays["prompt_id"] != prompt_id, "text"])
        by_prompt[prompt_id] = Material.of(
            scorer.vocabulary, purpose="measurement", other_essays=others or list(essays["text"])
        )
    return [by_prompt[prompt_id] for prompt_id in chosen["prompt_id"]]


def _apply(change: TextChange, chosen: pd.DataFrame, materials: Sequence[Material]) -> list[str]:
    return [
        apply_change(change, text, seed=f"measure {row}", material=material)
        for (row, text), material in zip(chosen["text"].items(), materials, strict=True)
    ]


def _score(scorer: Scorer, texts: Sequence[str], prompts: Sequence[str | None]) -> list[Score]:
    return [scorer.score(text, prompt=prompt) for text, prompt in zip(texts, prompts, strict=True)]


def _compare(name: str, before: Sequence[Score], after: Sequence[Score]) -> ChangeResult:
    pairs = list(zip(before, after, strict=True))
    changes = np.array([new.raw - old.raw for old, new in pairs])
    flagged = float(np.mean([bool(set(new.flags) - set(old.flags)) for old, new in pairs]))
    within = float(np.mean(np.abs(changes) <= MAX_BENIGN_CHANGE))
    benign = name in BENIGN_CHANGES
    withstood = not _is_rise(changes) or flagged >= MIN_FLAGGED
    return ChangeResult(
        name=name,
        purpose="benign change" if benign else "attack",
        essays=len(pairs),
        change=round(float(changes.mean()), 4),
        flagged=round(flagged, 4),
        within=round(within, 4),
        passed=bool(within >= MIN_TOLERATED if benign else withstood),
    )


def _is_rise(changes: npt.NDArray[np.float64]) -> bool:
    """Return whether the mean is above zero beyond chance: a one-sided test at 5%."""
    error = changes.std() / np.sqrt(len(changes))
    return bool(changes.mean() > _ONE_SIDED_95 * error)


def off_topic_rates(
    scorer: Scorer, essays: pd.DataFrame, prompts: Mapping[str, str]
) -> OffTopicRates:
    """Return how often essays are flagged ``off_topic`` with their own and with another prompt.

    Args:
        scorer: the bundle.
        essays: columns ``text`` and ``prompt_id``, only of known prompts.
        prompts: the texts of at least two prompts by ID.
    """
    own, other = list[bool](), list[bool]()
    for index, (text, own_id) in enumerate(
        zip(essays["text"], essays["prompt_id"].astype(str), strict=True)
    ):
        other_ids = [prompt_id for prompt_id in sorted(prompts) if prompt_id != own_id]
        other_id = other_ids[index % len(other_ids)]
        own.append("off_topic" in scorer.score(text, prompt=prompts[own_id]).flags)
        other.append("off_topic" in scorer.score(text, prompt=prompts[other_id]).flags)
    return OffTopicRates(own=round(float(np.mean(own)), 4), other=round(float(np.mean(other)), 4))
