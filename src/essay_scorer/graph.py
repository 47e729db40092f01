"""The third room: windows of token ids become one number.

``model.onnx`` holds the encoder, the pooling and the head.  An essay is read one
window at a time; what was read so far travels from window to window in ``state``,
an input and an output of the graph.  So an essay of any length is read whole, in
memory that does not grow, and no window is ever padded.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from .errors import BundleForeign

INPUTS = ("input_ids", "state")
OUTPUTS = ("raw", "next_state")


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Graph:
    """A loaded ``model.onnx``.  Thread-safe."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or available_cores()
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # The graph was optimised when it was exported; doing it again costs time at every start.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's errors share no base but this
            raise BundleForeign(f"{path} is not a graph that can be loaded.") from error
        self._state_width = self._checked_state_width(path)

    def _checked_state_width(self, path: Path) -> int:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        names = tuple(node.name for node in inputs), tuple(node.name for node in outputs)
        if names != (INPUTS, OUTPUTS):
            raise BundleForeign(f"{path} is not an essay scorer's graph.")
        return int(inputs[1].shape[0])

    def read(self, windows: Iterable[npt.NDArray[np.int64]]) -> float:
        """Read an essay's windows, each of shape (1, tokens), and return the head's number."""
        raw, state = np.zeros(1, np.float32), np.zeros(self._state_width, np.float32)
        for window in windows:
            raw, state = self._session.run(OUTPUTS, {"input_ids": window, "state": state})
        return float(raw[0])
