"""The shipped bundle's scores of the examples and of 200 essays stay what they are.

``expected_scores.json`` has them by essay ID, without any text. On a processor with the same
instruction sets they are equal; a different processor may round differently.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from essay_scorer import Score, Scorer

EXPECTED: dict[str, Any] = json.loads(
    Path(__file__).with_name("expected_scores.json").read_text(encoding="utf-8")
)
EXAMPLES = ("weak", "middling", "strong", "gibberish")
FRENCH = "Ceci est un essai pour être noté."


def _has_same_processor() -> bool:
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text(encoding="utf-8").split() if cpuinfo.exists() else []
    known = {"avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "amx_bf16"}
    return known.intersection(flags) == set(EXPECTED["instruction_sets"])


TOLERANCE = 1e-9 if _has_same_processor() else 0.02


def _check(scores: dict[str, Score]) -> None:
    expected = {name: EXPECTED["scores"][name] for name in scores}
    assert {name: score.raw for name, score in scores.items()} == pytest.approx(
        {name: one["raw"] for name, one in expected.items()}, abs=TOLERANCE
    )
    if TOLERANCE < 1e-6:
        found = {
            name: {
                "raw": expected[name]["raw"],
                "value": score.value,
                "interval": [score.interval.low, score.interval.high],
                "flags": list(score.flags),
                "uncertainty": score.uncertainty,
            }
            for name, score in scores.items()
        }
        assert found == expected


def test_the_scores_of_the_examples(example: Callable[[str], str]) -> None:
    scorer = Scorer.load(threads=1)
    texts = {name: example(name) for name in EXAMPLES} | {"french": FRENCH}
    _check({name: scorer.score(text) for name, text in texts.items()})


def test_the_scores_of_two_hundred_essays(asap2: Path, root: Path) -> None:
    scorer = Scorer.load(threads=1)
    prompts = json.loads((root / "examples" / "prompts.json").read_text(encoding="utf-8"))
    essays = pd.read_parquet(asap2).set_index("essay_id")
    essays = essays.loc[[name for name in EXPECTED["scores"] if name in essays.index]]
    assert len(essays) == 200
    _check(
        {
            str(name): scorer.score(essay["text"], prompt=prompts.get(str(essay["prompt"])))
            for name, essay in essays.iterrows()
        }
    )
