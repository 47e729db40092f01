"""The third room: windows of token ids become one number.

``model.onnx`` holds the encoder, the pooling and the head.  An essay is read one
window at a time; what was read so far travels from window to window in ``state``,
an input and an output of the graph.  So an essay of any length is read whole, in
memory that does not grow, and no window is ever padded.

A graph may ask for more about the essay than its windows, by further inputs; their
names say of which kind, so that an old graph never meets a new kind of figures.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

# onnxruntime reports its use to its makers unless this stands before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from .errors import BundleForeign
from .turns import Turns

INPUTS = ("input_ids", "state")
KINDS = [("tensor(int64)", 2), ("tensor(float)", 1)]  # of these inputs
OUTPUTS = ("raw", "next_state")
WIDEST_STATE = 1_000_000  # numbers; a large BERT has 25 layers of 1,024

# What a graph may ask for beside the windows; another definition gets another name.
FEATURES = "writing_features_1"  # features.py, (figures,)
NGRAMS, NGRAM_WEIGHTS = "ngram_places_1", "ngram_weights_1"  # ngrams.py, (n,) each
CHARACTERS, CHARACTER_WEIGHTS = "character_places_1", "character_weights_1"  # the same
SIDE_INPUTS = (FEATURES, NGRAMS, NGRAM_WEIGHTS, CHARACTERS, CHARACTER_WEIGHTS)


State = npt.NDArray[np.float32]


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The head's number for what was read, and the state that reading left."""

    number: float
    state: State  # the sum of all token vectors, and behind it their count

    @property
    def means(self) -> State:
        """The mean of the token vectors, layer by layer in a row, (layers × width,)."""
        return self.state[:-1] / max(float(self.state[-1]), 1.0)


class Graph:
    """A loaded ``model.onnx``.  Thread-safe."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        cores = available_cores()
        # Beyond two cores, another text at the same time gains more than one text more cores.
        self._turns = Turns(max(1, cores // min(threads or cores, 2)))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or cores
        options.inter_op_num_threads = 1
        # A plan of the memory for each length of text that comes: they pile up, and save nothing.
        options.enable_mem_pattern = False
        options.log_severity_level = 4
        # The graph was optimised when it was exported; doing it again costs time at every start.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's errors share no base but this
            if "bad_alloc" in str(error):
                raise MemoryError from error
            raise BundleForeign(f"{path} is not a graph that can be loaded.") from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        names = tuple(node.name for node in inputs)
        if names[:2] != INPUTS or tuple(node.name for node in outputs) != OUTPUTS:
            raise BundleForeign(f"{path} is not an essay scorer's graph.")
        kinds = [(node.type, len(node.shape)) for node in inputs[:2]]
        (width,) = inputs[1].shape if kinds == KINDS else (None,)
        if not isinstance(width, int) or not 1 < width <= WIDEST_STATE:
            raise BundleForeign(f"{path} is not an essay scorer's graph.")
        self.state_width = width
        self.side_inputs = frozenset(names[2:])
        if not self.side_inputs <= set(SIDE_INPUTS):
            raise BundleForeign(f"{path} asks for more than this version knows; update it.")

    def read(
        self,
        windows: Sequence[npt.NDArray[np.int64]],
        side: Mapping[str, npt.NDArray[np.generic]],
        *,
        state: State | None = None,
    ) -> Reading:
        """Read an essay, or go on reading one.

        Args:
            windows: token ids in reading order, each of shape (1, tokens).
            side: a value for every one of ``side_inputs``.
            state: what was read before; nothing if not given.
        """
        raw = np.zeros(1, np.float32)
        if state is None:
            state = np.zeros(self.state_width, np.float32)
        due = self._turns.due(sum(window.size for window in windows))
        for window in windows:
            given = {"input_ids": window, "state": state, **side}
            with self._turns.turn(due):
                raw, state = self._session.run(OUTPUTS, given)
        return Reading(number=float(raw[0]), state=state)
