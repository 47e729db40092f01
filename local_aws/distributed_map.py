"""Items, batches and result files of a Distributed Map, as AWS documents them.

MiniStack runs a Distributed Map without batches and result files, and it counts, stops and redrives
none of its child executions. ``install`` replaces its implementation: this module makes batches of
the items and writes the results, ``map_run`` runs the child executions, and ``redrive`` adds the
API. Each rule below is from one page of the Step Functions Developer Guide,
https://docs.aws.amazon.com/step-functions/latest/dg/ followed by the name in parentheses:

- Each line of a JSON Lines file is an item (``input-output-itemreader.html``).
- ItemSelector replaces an item. Its paths refer to the input of the map, and
  ``$$.Map.Item.Value`` is the item (``input-output-itemselector.html``).
- A child execution gets ``{"BatchInput": …, "Items": […]}``. A batch has at most MaxItemsPerBatch
  items and MaxInputBytesPerBatch bytes, by default 256 KiB; the smaller limit decides
  (``input-output-itembatcher.html``).
- All items of a batch have the status of its child execution, and DescribeMapRun counts both. An
  item whose execution never started stays pending (``concepts-examine-map-run.html``).
- The tolerated failures are counted in items. When there are more, the map run fails, and the
  executions that run are stopped (``state-map-distributed.html``).
- The results are one file for each status, and a manifest. COMPACT writes outputs only, FLATTEN
  also flattens arrays, and an execution that failed is written with its metadata in any case
  (``input-output-resultwriter.html``). The page names the files ``….json`` only; that those in
  JSON Lines end in ``.jsonl`` is our assumption, so read the names in the manifest.
- Redriving an execution runs the unsuccessful child executions again, each from the state that was
  unsuccessful, then those that never started. The manifest has all successful executions, and the
  failed ones of the last attempt (``redrive-map-run.html``, ``redrive-executions.html``).
- MaxDelaySeconds limits the delay before a retry, and JitterStrategy draws it at random
  (``concepts-error-handling.html``).
- A machine's TimeoutSeconds starts anew with a redrive (``redrive-executions.html``).

Not emulated: a redrive of single iterations of an inline Map (all of them run again), a delay of
more than 60 seconds before a retry, and Express child executions.

The tests are in ``infra/tests``: ``test_distributed_map.py`` and ``test_map_runs.py`` replay AWS's
published examples and records of AWS, and ``test_map_interpreters.py`` compares with moto.
"""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

MAX_INPUT_BYTES = 256 * 1024  # of an execution
SUCCEEDED, FAILED, PENDING = "SUCCEEDED", "FAILED", "PENDING"


def install() -> None:
    """Replace the Distributed Map of the MiniStack that this process has imported."""
    from local_aws import map_run, redrive

    map_run.install()
    redrive.install()


def select_items(stepfunctions: Any, state: JSON, effective: Any, context: JSON) -> Iterator[Any]:
    """Yield the items of a map, as its ItemSelector makes them.

    Args:
        stepfunctions: MiniStack's module.
        state: the definition of the map.
        effective: the input of the state, to which reference paths apply.
        context: the context object of the execution.
    """
    if "ItemReader" in state:
        items = stepfunctions._read_map_items(state["ItemReader"], effective, context)
    else:
        path = state.get("ItemsPath", "$")
        items = stepfunctions._resolve_path_or_ctx(path, effective, context)
    selector = state.get("ItemSelector") or state.get("Parameters")
    for index, item in enumerate(items if isinstance(items, list) else [items]):
        if selector is None:
            yield item
            continue
        item_context = copy.copy(context)
        item_context["Map"] = {"Item": {"Index": index, "Value": item}}
        yield stepfunctions._resolve_params_obj(selector, effective, item_context)


def make_batches(
    stepfunctions: Any, state: JSON, effective: Any, context: JSON
) -> Iterator[tuple[Any, int]]:
    """Yield the input of each child execution, and how many items it has.

    Args:
        stepfunctions: MiniStack's module.
        state: the definition of the map.
        effective: the input of the state, to which reference paths apply.
        context: the context object of the execution.
    """
    items = select_items(stepfunctions, state, effective, context)
    batcher = state.get("ItemBatcher")
    if batcher is None:
        yield from ((item, 1) for item in items)
        return

    def limit(name: str) -> int | None:
        if f"{name}Path" in batcher:
            path = batcher[f"{name}Path"]
            return int(stepfunctions._resolve_path_or_ctx(path, effective, context))
        found: int | None = batcher.get(name)
        return found

    max_bytes = limit("MaxInputBytesPerBatch") or MAX_INPUT_BYTES
    shared = {}
    if "BatchInput" in batcher:
        template = batcher["BatchInput"]
        shared["BatchInput"] = stepfunctions._resolve_params_obj(template, effective, context)
    for batch in _group(items, limit("MaxItemsPerBatch"), max_bytes):
        yield {**shared, "Items": batch}, len(batch)


def _group(items: Iterable[Any], max_items: int | None, max_bytes: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    batch_bytes = 0
    for item in items:
        item_bytes = len(json.dumps(item, ensure_ascii=False).encode())
        if batch and (len(batch) == max_items or batch_bytes + item_bytes > max_bytes):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(item)
        batch_bytes += item_bytes
    if batch:
        yield batch


@dataclass
class ResultFiles:
    """The files that a ResultWriter writes for one map run, over all its attempts.

    Attributes:
        s3: MiniStack's module.
        writer: the ResultWriter, its paths resolved.
        arn: of the map run.
    """

    s3: Any
    writer: JSON
    arn: str
    _succeeded: list[JSON] = field(default_factory=list)
    _attempts: int = 0

    def write(self, children: Mapping[str, list[JSON]]) -> JSON:
        """Write the results of an attempt; return the manifest's bucket and key.

        Args:
            children: the executions of the attempt by file: ``SUCCEEDED``, ``FAILED``, ``PENDING``.
        """
        files = {status: self._write(status, found) for status, found in children.items() if found}
        self._attempts += 1
        self._succeeded += files.pop(SUCCEEDED, [])
        manifest = {
            "DestinationBucket": self._bucket,
            "MapRunArn": self.arn,
            "ResultFiles": {FAILED: [], PENDING: [], **files, SUCCEEDED: self._succeeded},
        }
        key = f"{self._folder}/manifest.json"
        self._put(key, json.dumps(manifest).encode())
        return {"Bucket": self._bucket, "Key": key}

    def _write(self, status: str, children: list[JSON]) -> list[JSON]:
        config = self.writer.get("WriterConfig", {})
        results = format_results(status, children, config.get("Transformation", "NONE"))
        if config.get("OutputType", "JSON") == "JSONL":
            suffix, body = "jsonl", "".join(json.dumps(result) + "\n" for result in results)
        else:
            suffix, body = "json", json.dumps(list(results))
        key = f"{self._folder}/{status}_{self._attempts}.{suffix}"
        self._put(key, body.encode())
        return [{"Key": key, "Size": len(body.encode())}]

    @property
    def _bucket(self) -> str:
        return str(self.writer["Parameters"]["Bucket"])

    @property
    def _folder(self) -> str:
        return f"{self.writer['Parameters']['Prefix']}/{self.arn.rpartition(':')[2]}"

    def _put(self, key: str, body: bytes) -> None:
        status, _, answer = self.s3._put_object(self._bucket, key, body, {})
        if status != 200:
            raise RuntimeError(f"Writing {key} failed: {answer!r}")


def format_results(status: str, children: Iterable[JSON], transformation: str) -> Iterator[Any]:
    """Yield what a result file of a status has, as the transformation asks.

    Args:
        status: of the executions: ``SUCCEEDED``, ``FAILED`` or ``PENDING``.
        children: the executions.
        transformation: ``NONE``, ``COMPACT`` or ``FLATTEN``.
    """
    for child in children:
        if status != SUCCEEDED or transformation == "NONE":
            yield _describe(child)
            continue
        output = json.loads(child["output"])
        if transformation == "FLATTEN" and isinstance(output, list):
            yield from output
        else:
            yield output


def _describe(child: JSON) -> JSON:
    """Return an execution with its metadata."""
    if child["status"] == PENDING:
        return {"Input": child["input"], "InputDetails": {"Included": True}, "Status": PENDING}
    names = ("cause", "error", "executionArn", "input", "name", "output", "redriveCount",
             "startDate", "stateMachineArn", "status", "stopDate")  # fmt: skip
    described: JSON = {"InputDetails": {"Included": True}, "OutputDetails": {"Included": True}}
    for name in names:
        if child.get(name) is not None:
            described[name[0].upper() + name[1:]] = child[name]
    if child["status"] == SUCCEEDED:
        reason = "Execution is SUCCEEDED and cannot be redriven"
        return {**described, "RedriveStatus": "NOT_REDRIVABLE", "RedriveStatusReason": reason}
    return {**described, "RedriveStatus": "REDRIVABLE_BY_MAP_RUN"}
