"""Batches and result files of a Distributed Map, which MiniStack lacks.

Items are selected and batched as ItemSelector and ItemBatcher define. MiniStack then runs the map
over the batches as if they were its input. The outputs of the child executions are written where
ResultWriter points to, in the formats and with the manifest that AWS documents:

- https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
- https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html

This follows our own reading of that documentation, so a test against it is no independent check of
the state machine. The tests of ``infra/`` have two: asl-validator checks the definition, and moto's
interpreter of Amazon States Language runs the states of a batch.
"""

import copy
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]

_EMULATED_HERE = ("ItemReader", "ItemSelector", "ItemBatcher", "ResultWriter")


def install() -> None:
    """Replace the Distributed Map of the MiniStack that this process has imported."""
    from ministack.services import s3, stepfunctions

    run_map = stepfunctions._run_distributed_map

    def run_batched_map(state: JSON, given: Any, effective: Any, iterator: JSON, execution: JSON,
                        context: JSON) -> Any:  # fmt: skip
        if "ItemBatcher" not in state:
            return run_map(state, given, effective, iterator, execution, context)
        emulation = _BatchedMap(stepfunctions, s3, state, effective, context)
        batches = list(_group(emulation.select_items(), state["ItemBatcher"]))
        plain = {name: value for name, value in state.items() if name not in _EMULATED_HERE}
        known = set(stepfunctions._map_runs)
        try:
            run_map({**plain, "ItemsPath": "$"}, given, batches, iterator, execution, context)
        finally:
            (arn,) = set(stepfunctions._map_runs) - known
            details = emulation.write_results(arn)
        output = {"MapRunArn": arn, "ResultWriterDetails": details}
        return output, stepfunctions._next_or_end(state)

    stepfunctions._run_distributed_map = run_batched_map


@dataclass(frozen=True)
class _BatchedMap:
    """One run of a Distributed Map.

    Attributes:
        stepfunctions: MiniStack's module.
        s3: MiniStack's module.
        state: the definition of the map.
        effective: the input of the state, to which reference paths apply.
        context: the context object of the execution.
    """

    stepfunctions: Any
    s3: Any
    state: JSON
    effective: Any
    context: JSON

    def select_items(self) -> Iterator[Any]:
        """Yield what ItemSelector makes of each item that ItemReader reads."""
        reader, selector = self.state["ItemReader"], self.state["ItemSelector"]
        items = self.stepfunctions._read_map_items(reader, self.effective, self.context)
        for index, item in enumerate(items):
            context = copy.deepcopy(self.context)
            context["Map"] = {"Item": {"Index": index, "Value": item}}
            yield self.stepfunctions._resolve_params_obj(selector, self.effective, context)

    def write_results(self, arn: str) -> JSON:
        """Write the outputs of the child executions; return the manifest's bucket and key.

        Args:
            arn: of the map run.
        """
        parameters = self.state["ResultWriter"]["Parameters"]
        target = self.stepfunctions._resolve_params_obj(parameters, self.effective, self.context)
        bucket, folder = target["Bucket"], f"{target['Prefix']}/{arn.rpartition(':')[2]}"
        executions = self.stepfunctions._executions.values()
        children = [child for child in executions if child.get("mapRunArn") == arn]
        files: JSON = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for status, lines in (("SUCCEEDED", _outputs(children)), ("FAILED", _failures(children))):
            if lines:
                key, body = f"{folder}/{status}_0.jsonl", ("\n".join(lines) + "\n").encode()
                self._put(bucket, key, body)
                files[status].append({"Key": key, "Size": len(body)})
        manifest = {"DestinationBucket": bucket, "MapRunArn": arn, "ResultFiles": files}
        key = f"{folder}/manifest.json"
        self._put(bucket, key, json.dumps(manifest).encode())
        return {"Bucket": bucket, "Key": key}

    def _put(self, bucket: str, key: str, body: bytes) -> None:
        status, _, answer = self.s3._put_object(bucket, key, body, {})
        if status != 200:
            raise RuntimeError(f"Writing {key} failed: {answer!r}")


def _group(items: Iterable[Any], batcher: JSON) -> Iterator[JSON]:
    """Yield batches within MaxItemsPerBatch and MaxInputBytesPerBatch."""
    batch: list[Any] = []
    batch_bytes = 0
    for item in items:
        item_bytes = len(json.dumps(item, ensure_ascii=False).encode())
        is_full = (
            len(batch) == batcher["MaxItemsPerBatch"]
            or batch_bytes + item_bytes > batcher["MaxInputBytesPerBatch"]
        )
        if batch and is_full:
            yield {"Items": batch}
            batch, batch_bytes = [], 0
        batch.append(item)
        batch_bytes += item_bytes
    if batch:
        yield {"Items": batch}


def _outputs(children: Iterable[JSON]) -> list[str]:
    return [child["output"] for child in children if child["status"] == "SUCCEEDED"]


def _failures(children: Iterable[JSON]) -> list[str]:
    return [
        json.dumps({name: child.get(name.lower()) for name in ("Name", "Input", "Error", "Cause")})
        for child in children
        if child["status"] != "SUCCEEDED"
    ]
