"""The Lambda function: the bundle is loaded once, while the function starts."""

import os
import sys

# Scoring multiplies in onnxruntime; numpy's own pool of threads would only cost time to make.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from essay_scorer import Scorer
from essay_scorer.aws.handler import make_handler

origins = os.environ.get("ESSAY_SCORER_ORIGINS", "*")  # none where another door answers CORS
hashes = os.environ.get("ESSAY_SCORER_KEY_HASHES", "")  # of the keys that open the function's URL
keys = []
if hashes:
    from essay_scorer.serving.keys import KeyHash

    keys = [KeyHash.parse(one) for one in hashes.split(",")]
handler = make_handler(
    Scorer.load(),
    origins=origins.split(",") if origins else (),
    keys=keys,
    log=sys.stderr.write,  # AWS keeps it in the function's log
)
