"""What MiniStack's Distributed Map lacks: batches of items, and results that go to S3.

Items are selected and batched as ItemSelector and ItemBatcher say, and then given to
MiniStack as if they had stood in the state's input.  What the children return is written
where ResultWriter says, in the formats that AWS documents, with its manifest.
"""

import copy
import json
from typing import Any

JSON = dict[str, Any]


def install() -> None:
    """Put both into a MiniStack that was imported in this process."""
    from ministack.services import s3, stepfunctions

    run = stepfunctions._run_distributed_map

    def batched(state: JSON, given: Any, effective: Any, iterator: JSON, execution: JSON,
                context: JSON) -> Any:  # fmt: skip
        if "ItemBatcher" not in state:
            return run(state, given, effective, iterator, execution, context)
        items = stepfunctions._read_map_items(state["ItemReader"], effective, context)
        selected = [
            _selected(stepfunctions, state, effective, context, place, item)
            for place, item in enumerate(items)
        ]
        batches = _batches(selected, state["ItemBatcher"])
        plain = {
            name: value
            for name, value in state.items()
            if name not in ("ItemReader", "ItemSelector", "ItemBatcher", "ResultWriter")
        }
        known = set(stepfunctions._map_runs)
        try:
            run({**plain, "ItemsPath": "$"}, given, batches, iterator, execution, context)
        finally:
            (arn,) = set(stepfunctions._map_runs) - known
            details = _write(stepfunctions, s3, state["ResultWriter"], effective, context, arn)
        output = {"MapRunArn": arn, "ResultWriterDetails": details}
        return output, stepfunctions._next_or_end(state)

    stepfunctions._run_distributed_map = batched


def _selected(
    stepfunctions: Any, state: JSON, effective: Any, context: JSON, place: int, item: Any
) -> Any:
    own = {**copy.deepcopy(context), "Map": {"Item": {"Index": place, "Value": item}}}
    return stepfunctions._resolve_params_obj(state["ItemSelector"], effective, own)


def _batches(items: list[Any], batcher: JSON) -> list[JSON]:
    batches: list[list[Any]] = []
    size = 0
    for item in items:
        bytes_of = len(json.dumps(item, ensure_ascii=False).encode())
        full = batches and (
            len(batches[-1]) == batcher["MaxItemsPerBatch"]
            or size + bytes_of > batcher["MaxInputBytesPerBatch"]
        )
        if full or not batches:
            batches.append([])
            size = 0
        batches[-1].append(item)
        size += bytes_of
    return [{"Items": batch} for batch in batches]


def _write(
    stepfunctions: Any, s3: Any, writer: JSON, effective: Any, context: JSON, arn: str
) -> JSON:
    """Write the children's outputs, and return where the manifest is."""
    where = stepfunctions._resolve_params_obj(writer["Parameters"], effective, context)
    bucket, folder = where["Bucket"], f"{where['Prefix']}/{arn.rpartition(':')[2]}"
    children = [
        child for child in stepfunctions._executions.values() if child.get("mapRunArn") == arn
    ]
    good = [child["output"] for child in children if child["status"] == "SUCCEEDED"]
    bad = [
        json.dumps({name: child.get(name.lower()) for name in ("Name", "Input", "Error", "Cause")})
        for child in children
        if child["status"] != "SUCCEEDED"
    ]
    files: JSON = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status, lines in (("SUCCEEDED", good), ("FAILED", bad)):
        if lines:
            key, body = f"{folder}/{status}_0.jsonl", ("\n".join(lines) + "\n").encode()
            _put(s3, bucket, key, body)
            files[status].append({"Key": key, "Size": len(body)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    _put(s3, bucket, key, json.dumps(manifest).encode())
    return {"Bucket": bucket, "Key": key}


def _put(s3: Any, bucket: str, key: str, body: bytes) -> None:
    status, _, said = s3._put_object(bucket, key, body, {})
    if status != 200:
        raise RuntimeError(f"{key} cannot be written: {said!r}")
