"""The Lambda function: the bundle is loaded once, while the function starts."""

import os

from essay_scorer import Scorer
from essay_scorer.events import make_handler

handler = make_handler(
    Scorer.load(), origins=os.environ.get("ESSAY_SCORER_ORIGINS", "*").split(",")
)
