"""A process that scores on one core: requests come in by line, answers go out by line.

    python -m essay_scorer.batch.worker BUNDLE

It ends when its input does, so it never outlives the run that started it.
"""

import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

from essay_scorer.errors import ScorerError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.many import answer_all


def serve(scorer: Scorer, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer lists of requests with lists of answers, until there are no more."""
    for line in requests:
        said = answer_all(scorer, json.loads(line))
        answers.write(json.dumps(said).encode() + b"\n")
        answers.flush()


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    try:
        scorer = Scorer.load(Path(sys.argv[1]), threads=1)
    except ScorerError as error:
        answers.write(json.dumps({"failed": str(error)}).encode() + b"\n")
        return
    answers.write(b'{"ready": true}\n')
    answers.flush()
    try:
        serve(scorer, sys.stdin.buffer, answers)
    except BrokenPipeError:
        os._exit(0)  # the run has gone; there is nobody to flush to


if __name__ == "__main__":
    main()
