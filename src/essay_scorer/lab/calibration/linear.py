"""The line from predictions to the raters' scale."""

import numpy as np
import numpy.typing as npt

from essay_scorer.errors import FileError

Column = npt.NDArray[np.float64]  # one number per essay, (essays,)


def fit_line(predictions: Column, human: Column) -> tuple[float, float]:
    """Return the line that gives predictions the mean and standard deviation of human scores.

    This is linear equating (Kolen & Brennan 2014, *Test equating, scaling, and linking*). A
    least-squares line would shrink the scores towards the mean, which costs agreement at both
    ends of the scale.

    Args:
        predictions: for essays kept out of training, (essays,).
        human: their human scores, (essays,).

    Returns:
        Slope and intercept.

    Raises:
        FileError: all predictions are equal.
    """
    if predictions.std() == 0:
        raise FileError("The model predicts the same for every essay; it has learned nothing.")
    slope = float(human.std() / predictions.std())
    return slope, float(human.mean() - slope * predictions.mean())
