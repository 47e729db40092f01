"""The public API, written out for the type checker; it runs, too.

``test_public_api.py`` checks and runs this file against an installed wheel.
"""

from pathlib import Path
from typing import assert_type

import essay_scorer
from essay_scorer import (
    Explanation,
    Interval,
    Manifest,
    Model,
    Observation,
    Passage,
    Scale,
    Score,
    Scorer,
    ScorerError,
    Sentence,
)

scorer = Scorer.load(threads=1, review_share=0.2)
assert_type(scorer, Scorer)
assert_type(scorer.manifest, Manifest)
assert_type(scorer.threads, int)
assert_type(scorer.model_card(), str)

score = scorer.score("An essay.", prompt="Write an essay.", explain=True)
assert_type(score, Score)
assert_type(score.value, float)
assert_type(score.raw, float)
assert_type(score.scale, Scale)
assert_type(score.interval, Interval)
assert_type(score.flags, tuple[str, ...])
assert_type(score.uncertainty, float)
assert_type(score.review, bool)
assert_type(score.model, Model)
assert_type(score.language, str | None)
assert_type(score.label, str | None)
assert_type(score.off_topic_part, Passage | None)
assert_type(score.explanation, Explanation | None)
assert_type(Score.from_dict(score.to_dict()), Score)

explanation = score.explanation
assert explanation is not None
assert_type(explanation.sentences, tuple[Sentence, ...])
assert_type(explanation.observations, tuple[Observation, ...])

assert_type(scorer.score_many(["An essay."]), list[Score])

try:
    Scorer.load(Path("nowhere"))
except ScorerError as error:
    assert_type(error.code, str)

print(Path(essay_scorer.__file__).parent)  # noqa: T201 - the test reads it
