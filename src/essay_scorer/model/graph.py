"""Run the bundle's ONNX graph: windows of token ids in, one prediction out.

``model.onnx`` contains the encoder, the pooling and the head. An essay is read one window at a
time; the pooling state travels from window to window as an input and an output of the graph.
So an essay of any length is read whole, memory does not grow, and no window is padded.

A graph may read more about an essay by further inputs. Their names carry a version, so that an
old graph never receives features that were redefined.
"""

import copy
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

# onnxruntime sends telemetry unless this is set before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

from essay_scorer.errors import BundleInvalid
from essay_scorer.machine import available_cores

INPUTS = ("input_ids", "state")
OUTPUTS = ("raw", "next_state")
FAMILIARITY_OUTPUT = "familiarity"  # optional: of the essay's prompt, (1,)
_INPUT_TYPES = [("tensor(int64)", 2), ("tensor(float)", 1)]  # type and rank of each input
MAX_STATE_WIDTH = 1_000_000  # a large BERT has 25 layers of 1,024

# Optional inputs of a graph. A redefinition needs a new name.
FEATURES_INPUT = "writing_features_1"  # text.features, (features,)
NGRAM_INDICES_INPUT, NGRAM_WEIGHTS_INPUT = "ngram_places_1", "ngram_weights_1"  # (n,) each
CHARACTER_INDICES_INPUT = "character_places_1"  # text.ngrams, (n,)
CHARACTER_WEIGHTS_INPUT = "character_weights_1"  # of the same shape
OPTIONAL_INPUTS = (
    FEATURES_INPUT,
    NGRAM_INDICES_INPUT,
    NGRAM_WEIGHTS_INPUT,
    CHARACTER_INDICES_INPUT,
    CHARACTER_WEIGHTS_INPUT,
)

State = npt.NDArray[np.float32]


class Scheduler(Protocol):
    """Decides which of several texts, read concurrently, may compute next."""

    def deadline(self, tokens: int) -> float:
        """Return the deadline of a text of ``tokens`` tokens that arrives now."""

    def slot(self, deadline: float) -> AbstractContextManager[None]:
        """Wait for a slot to compute in, and hold it while the block runs."""


class _Unscheduled:
    """Every text computes at once, as in Lambda, where each has its own environment."""

    def deadline(self, tokens: int) -> float:  # noqa: ARG002 - the protocol's signature
        return 0.0

    def slot(self, deadline: float) -> AbstractContextManager[None]:  # noqa: ARG002
        return nullcontext()


@dataclass(frozen=True, kw_only=True)
class GraphOutput:
    """The graph's output for the windows read so far.

    Attributes:
        prediction: the head's prediction, before calibration.
        state: the pooling state, (layers × hidden size + 1,): the sum of all token vectors of
            every layer, then the number of tokens.
        familiarity: of the essay's prompt, from 0 to 1; 1 if the graph does not tell it.
    """

    prediction: float
    state: State
    familiarity: float

    @property
    def layer_means(self) -> State:
        """The mean token vector of every layer, concatenated: (layers × hidden size,)."""
        return self.state[:-1] / max(float(self.state[-1]), 1.0)


class Graph:
    """A loaded ``model.onnx``. Thread-safe."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """Load a graph.

        Args:
            path: ``model.onnx``, with its weights beside it.
            threads: for one window; all cores of the process by default.

        Raises:
            BundleInvalid: it cannot be loaded, or is not an essay scorer's graph.
        """
        self.threads = threads or available_cores()
        self._scheduler: Scheduler = _Unscheduled()
        self._session = _open_session(path, self.threads)
        self._outputs = [node.name for node in self._session.get_outputs()]
        self.state_width = _check_signature(self._session, path)
        names = [node.name for node in self._session.get_inputs()]
        self.optional_inputs = frozenset(names[2:])
        if not self.optional_inputs <= set(OPTIONAL_INPUTS):
            raise BundleInvalid(f"{path} needs inputs that this version lacks; upgrade it.")

    def with_scheduler(self, scheduler: Scheduler) -> Self:
        """Return the same graph, whose windows wait for a slot of the scheduler."""
        scheduled = copy.copy(self)
        scheduled._scheduler = scheduler
        return scheduled

    def run(
        self,
        windows: Sequence[npt.NDArray[np.int64]],
        optional: Mapping[str, npt.NDArray[np.generic]],
        *,
        state: State | None = None,
    ) -> GraphOutput:
        """Read an essay, or continue reading one.

        Args:
            windows: token ids in reading order, each of shape (1, tokens).
            optional: a value for every one of ``optional_inputs``.
            state: the pooling state after earlier windows; none were read by default.
        """
        raw, familiarity = np.zeros(1, np.float32), []
        if state is None:
            state = np.zeros(self.state_width, np.float32)
        deadline = self._scheduler.deadline(sum(window.size for window in windows))
        for window in windows:
            inputs = {"input_ids": window, "state": state, **optional}
            with self._scheduler.slot(deadline):
                raw, state, *familiarity = self._session.run(self._outputs, inputs)
        return GraphOutput(
            prediction=float(raw[0]),
            state=state,
            familiarity=float(familiarity[0][0]) if familiarity else 1.0,
        )


def _open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A memory plan for every length of text would accumulate, and saves nothing.
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    # The graph was optimized at export; optimizing it again would slow down every start.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors share no other base class
        if "bad_alloc" in str(error):
            raise MemoryError from error
        raise BundleInvalid(f"{path} is not a graph that can be loaded.") from error


def _check_signature(session: onnxruntime.InferenceSession, path: Path) -> int:
    """Check the graph's inputs and outputs; return the width of its pooling state."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    names = tuple(node.name for node in inputs)
    output_names = tuple(node.name for node in outputs)
    if names[:2] != INPUTS or output_names not in (OUTPUTS, (*OUTPUTS, FAMILIARITY_OUTPUT)):
        raise BundleInvalid(f"{path} is not an essay scorer's graph.")
    types = [(node.type, len(node.shape)) for node in inputs[:2]]
    (width,) = inputs[1].shape if types == _INPUT_TYPES else (None,)
    if not isinstance(width, int) or not 1 < width <= MAX_STATE_WIDTH:
        raise BundleInvalid(f"{path} is not an essay scorer's graph.")
    return width
