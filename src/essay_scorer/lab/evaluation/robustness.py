"""How a scorer stands up to texts that try to fool it, and to fair changes."""

import random
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from essay_scorer.explain.attribution import Piece, join_pieces, split_pieces
from essay_scorer.lab.calibration.thresholds import Assignments
from essay_scorer.lab.evaluation.attacks import ATTACKS, FAIR, Attack, Material, Words, apply
from essay_scorer.lab.progress import report_steps
from essay_scorer.scorer import Score, Scorer
from essay_scorer.text.normalize import normalize

HELD_OFF = FAIR_ENOUGH = 0.95  # shares of the texts
FAIR_CHANGE = 0.5  # score points
SEED = "measure"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one attack, or one fair change, did to the sampled essays."""

    name: str
    purpose: str
    essays: int
    change: float  # mean, in raw score points
    flagged: float  # the share that got a flag which the essay itself did not have
    within: float  # the share that moved by half a point or less
    held: bool


def measure_attacks(
    scorer: Scorer, essays: pd.DataFrame, *, sample: int, assignments: Assignments | None = None
) -> list[Outcome]:
    """Attack a random sample of essays in every way, and change them in every fair one.

    An attack is held off where it raises no score on average, or gets a flag in 95 % of
    the cases; a fair change is borne where 95 % stay within half a point.

    Args:
        scorer: the bundle to measure.
        essays: genuine essays, of several prompts.
        sample: how many of them.
        assignments: the texts of the prompts, sent along with the essays.
    """
    chosen = essays.sample(min(sample, len(essays)), random_state=2026)
    prompts = [(assignments or {}).get(str(prompt)) for prompt in chosen["prompt"]]
    before = _score(scorer, list(chosen["text"]), prompts)
    materials = _materials(scorer, essays, chosen)
    outcomes = []
    changes = {**ATTACKS, **FAIR}
    with report_steps("attacking", len(changes)) as report:
        for done, (name, change) in enumerate(changes.items(), 1):
            texts = _changed(change, chosen, materials)
            outcomes.append(_outcome(name, before, _score(scorer, texts, prompts)))
            report(done)
    return outcomes


def _materials(scorer: Scorer, essays: pd.DataFrame, chosen: pd.DataFrame) -> list[Material]:
    words = Words.of(scorer.vocabulary, half=1)
    others = {
        prompt: list(essays.loc[essays["prompt"] != prompt, "text"]) or list(essays["text"])
        for prompt in chosen["prompt"].unique()
    }
    return [
        Material(words=words, others=others[prompt], patterns="measure")
        for prompt in chosen["prompt"]
    ]


def _changed(change: Attack, chosen: pd.DataFrame, materials: Sequence[Material]) -> list[str]:
    return [
        apply(change, text, seed=f"{SEED} {row}", material=material)
        for (row, text), material in zip(chosen["text"].items(), materials, strict=True)
    ]


def _score(scorer: Scorer, texts: Sequence[str], prompts: Sequence[str | None]) -> list[Score]:
    return [scorer.score(text, prompt=prompt) for text, prompt in zip(texts, prompts, strict=True)]


def _outcome(name: str, before: Sequence[Score], after: Sequence[Score]) -> Outcome:
    moved = np.array([new.raw - old.raw for old, new in zip(before, after, strict=True)])
    new_flags = [set(new.flags) - set(old.flags) for old, new in zip(before, after, strict=True)]
    flagged = float(np.mean([bool(flags) for flags in new_flags]))
    within = float(np.mean(np.abs(moved) <= FAIR_CHANGE))
    fair = name in FAIR
    held = within >= FAIR_ENOUGH if fair else moved.mean() <= 0 or flagged >= HELD_OFF
    return Outcome(
        name=name,
        purpose="fair change" if fair else "attack",
        essays=len(moved),
        change=round(float(moved.mean()), 4),
        flagged=round(flagged, 4),
        within=round(within, 4),
        held=bool(held),
    )


def off_topic_rates(
    scorer: Scorer, essays: pd.DataFrame, assignments: Assignments
) -> dict[str, float]:
    """Return how often essays get ``off_topic`` on their own assignment, and on another one."""
    own, other = list[bool](), list[bool]()
    names = sorted(assignments)
    for number, (text, prompt) in enumerate(zip(essays["text"], essays["prompt"], strict=True)):
        wrong = [name for name in names if name != str(prompt)]
        for flags, assignment in ((own, str(prompt)), (other, wrong[number % len(wrong)])):
            score = scorer.score(text, prompt=assignments[assignment])
            flags.append("off_topic" in score.flags)
    return {"own": round(float(np.mean(own)), 4), "other": round(float(np.mean(other)), 4)}


def measure_reasons(scorer: Scorer, essays: pd.DataFrame, *, sample: int) -> dict[str, float]:
    """Return what the raw score loses when sentences go: the top ones, and random ones.

    Of each essay a fifth of the sentences goes: those of the largest contributions, and as
    many chosen at random.  ``correlation`` is between the contributions and what the score
    really loses when each sentence alone goes, over the sentences of an essay, on average.
    """
    chance = random.Random(SEED)  # noqa: S311 - no secret
    chosen = essays.sample(min(sample, len(essays)), random_state=2026)
    losses = {"top": list[float](), "random": list[float]()}
    correlations = []
    for text in chosen["text"]:
        pieces = split_pieces(normalize(text))
        score = scorer.score(text, explain=True)
        if score.explanation is None or len(pieces) < 10:
            continue
        adds = [one.contribution for one in score.explanation.sentences]
        ranked = sorted(range(len(pieces)), key=adds.__getitem__, reverse=True)
        size = len(pieces) // 5
        gone = {"top": ranked[:size], "random": chance.sample(ranked, size)}
        for name, places in gone.items():
            losses[name].append(score.raw - scorer.score(_without(pieces, places)).raw)
        each = [score.raw - scorer.score(_without(pieces, [at])).raw for at in range(len(pieces))]
        if min(adds) < max(adds) and min(each) < max(each):  # not all at the end of the scale
            correlations.append(np.corrcoef(adds, each)[0, 1])
    return {
        "essays": len(losses["top"]),
        **{name: round(float(np.mean(values)), 4) for name, values in losses.items()},
        "correlation": round(float(np.mean(correlations)), 4),
    }


def _without(pieces: Sequence[Piece], places: Collection[int]) -> str:
    return join_pieces([piece for at, piece in enumerate(pieces) if at not in places])


def measure_trust(
    scorer: Scorer, essays: pd.DataFrame, *, sample: int, assignments: Assignments
) -> dict[str, Any]:
    """Return the report's part on attacks, reasons and, with assignments, topics."""
    outcomes = measure_attacks(scorer, essays, sample=sample, assignments=assignments)
    known = essays[essays["prompt"].astype(str).isin(list(assignments))]
    return {
        "attacks": [asdict(outcome) for outcome in outcomes],
        "off_topic": off_topic_rates(scorer, known, assignments)
        if len(assignments) > 1 and len(known)
        else None,
        "reasons": measure_reasons(scorer, essays, sample=max(sample // 5, 1)),
    }
