"""Optimize ONNX graphs, and read and write them as a bundle's files."""

from collections.abc import Sequence
from pathlib import Path

import onnx
import onnxruntime

from essay_scorer.model.files import WEIGHTS

_MIN_EXTERNAL_BYTES = 1024  # smaller tensors stay in the graph's own file


def load_graph(path: Path) -> onnx.ModelProto:
    """Return a bundle's graph with its weights in it."""
    return onnx.load(path, load_external_data=True)


def optimize_graph(
    source: Path,
    target: Path,
    *,
    level: onnxruntime.GraphOptimizationLevel = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    ),
    without: Sequence[str] = (),
) -> None:
    """Fold constants and fuse operators once, so that no start of a scorer has to.

    Args:
        source: the graph, in one file.
        target: the optimized graph's path; its weights are written beside it.
        level: which optimizations ONNX Runtime applies.
        without: names of ONNX Runtime's optimizers that it must not apply.
    """
    model = _optimize(source, level, without)
    _strip_metadata(model)
    weights = target.with_name(WEIGHTS)
    weights.unlink(missing_ok=True)
    onnx.save_model(
        model,
        target,
        save_as_external_data=True,
        location=WEIGHTS,
        size_threshold=_MIN_EXTERNAL_BYTES,
    )
    weights.chmod(target.stat().st_mode)


def _optimize(
    source: Path, level: onnxruntime.GraphOptimizationLevel, without: Sequence[str]
) -> onnx.ModelProto:
    optimized = source.with_suffix(".optimized")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.optimized_model_filepath = str(optimized)
    options.log_severity_level = 4
    onnxruntime.InferenceSession(
        str(source), options, providers=["CPUExecutionProvider"], disabled_optimizers=without
    )
    model = onnx.load(optimized)
    optimized.unlink()
    return model


def _strip_metadata(model: onnx.ModelProto) -> None:
    """Remove what tracing noted, such as paths of source files on this machine."""
    del model.metadata_props[:]
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
