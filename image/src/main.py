"""The Lambda function. The bundle is loaded once, during INIT."""

import os
import sys

# onnxruntime does the computing; starting NumPy's own thread pool would only cost time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from essay_scorer import Scorer  # after the variable, which NumPy reads at import
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler

handler = make_handler(
    Scorer.load(),
    environment=Environment.read(),
    log=sys.stderr.write,  # AWS sends it to the function's log group
)
