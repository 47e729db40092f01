"""The Lambda function. The bundle is loaded once, during INIT."""

import os
import sys

# onnxruntime does the computing; starting NumPy's own thread pool would only cost time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from essay_scorer import Scorer  # after the variable, which NumPy reads at import
from essay_scorer.aws.environment import Environment
from essay_scorer.aws.handler import make_handler

# A window of text that is not English: only such a text loads the language model.
WARM_UP_TEXT = 40 * "La ville devrait garder sa bibliothèque ouverte le dimanche. "

environment = Environment.read()
scorer = Scorer.load()
if environment.profile:
    from essay_scorer import Profile

    scorer = scorer.with_profile(Profile.load(environment.profile))
if environment.initialized_ahead:
    scorer.score(WARM_UP_TEXT)  # loads what the first score would load while somebody waits

handler = make_handler(
    scorer,
    environment=environment,
    log=sys.stderr.write,  # AWS sends it to the function's log group
)
