"""The wing where scorers are made: data → training → export → evaluation.

It needs what the deployed scorer does not (torch, Keras, pandas); install it
with ``make lab``, or as the extra ``essay-scorer[train]``.
"""

import importlib.util
import os

from ..errors import ExtraMissing

os.environ.setdefault("KERAS_BACKEND", "torch")

for _package in ("torch", "keras", "transformers", "pandas"):
    if importlib.util.find_spec(_package) is None:
        raise ExtraMissing(
            f"The lab needs {_package}; install it with: pip install 'essay-scorer[train]'"
        )
