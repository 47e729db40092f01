"""The Lambda function: the bundle is loaded once, while the function starts."""

import os

from essay_scorer import Scorer
from essay_scorer.events import make_handler

origins = os.environ.get("ESSAY_SCORER_ORIGINS", "*")  # none where another door answers CORS
handler = make_handler(Scorer.load(), origins=origins.split(",") if origins else ())
