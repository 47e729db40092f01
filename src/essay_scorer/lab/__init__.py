"""Making scorers: essays → training → export → calibration → evaluation.

Needs what the runtime does not (torch, Keras, pandas): the extra ``train``, or ``make lab``.
"""

import os

from essay_scorer.extras import require

os.environ.setdefault("KERAS_BACKEND", "torch")
require("train", "torch", "keras", "transformers", "pandas", "sklearn", "onnx", "onnxscript")
