"""A worker: a process that scores on one core.

    python -m essay_scorer.batch.worker BUNDLE [PROFILE]

It writes one line when it is ready, or why it cannot start. Then each line of standard input
is a JSON list of requests, and each line of standard output the list of their outcomes. It
ends when its input does, so it never outlives the run that started it.
"""

import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

from essay_scorer.adapt.profile import Profile
from essay_scorer.errors import ScorerError
from essay_scorer.scorer import Scorer
from essay_scorer.serving.many import score_requests
from essay_scorer.serving.outcomes import outcome_to_dict


def serve(scorer: Scorer, messages: BinaryIO, answers: BinaryIO) -> None:
    """Answer messages until there are no more.

    Args:
        scorer: the bundle's.
        messages: a JSON list of requests on each line.
        answers: gets a JSON list of outcomes for each message.
    """
    for message in messages:
        outcomes = score_requests(scorer, json.loads(message))
        answers.write(json.dumps(list(map(outcome_to_dict, outcomes))).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Load what the command line names, and serve standard input."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that what a library prints does not get among the answers
    try:
        bundle, *profiles = sys.argv[1:]
        scorer = Scorer.load(Path(bundle), threads=1)
        for profile in profiles:
            scorer = scorer.with_profile(Profile.load(profile))
    except ScorerError as error:
        answers.write(json.dumps({"failed": str(error)}).encode() + b"\n")
        return
    answers.write(b'{"ready": true}\n')
    answers.flush()
    try:
        serve(scorer, sys.stdin.buffer, answers)
    except BrokenPipeError:
        os._exit(0)  # the run is gone; a normal exit would flush to a closed pipe


if __name__ == "__main__":
    main()
