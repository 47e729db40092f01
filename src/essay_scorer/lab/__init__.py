"""The wing where scorers are made: data → training → export → evaluation.

It needs what the deployed scorer does not (torch, Keras, pandas); install it
with ``make lab``, or as the extra ``essay-scorer[train]``.
"""

import os

from essay_scorer.extras import require

os.environ.setdefault("KERAS_BACKEND", "torch")
require("train", "torch", "keras", "transformers", "pandas", "sklearn", "onnx", "onnxscript")
