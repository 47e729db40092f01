"""What the detectors have in common: files of numbers, and the logistic curve."""

import io
import math
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from essay_scorer.errors import BundleInvalid

_MAX_EXPONENT = 50.0

Number = TypeVar("Number", np.float16, np.float32)


def load_numbers(path: Path, *, dtype: type[Number], dimensions: int) -> npt.NDArray[Number] | None:
    """Read a file of finite numbers.

    Args:
        path: a NumPy file.
        dtype: of the numbers.
        dimensions: of the array.

    Returns:
        None if it is another array.

    Raises:
        BundleInvalid: it is not a NumPy file.
    """
    try:
        array = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except Exception as error:  # a crafted header can declare more than fits in memory
        raise BundleInvalid(f"{path} is not a NumPy array.") from error
    is_expected = isinstance(array, np.ndarray) and array.dtype == dtype
    if not is_expected or array.ndim != dimensions or not np.isfinite(array).all():
        return None
    numbers: npt.NDArray[Number] = array
    return numbers


def logistic(exponent: float) -> float:
    """Return the probability, from 0 to 1, whose log odds are the exponent."""
    return 1 / (1 + math.exp(-min(max(exponent, -_MAX_EXPONENT), _MAX_EXPONENT)))
