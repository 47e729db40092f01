"""The emulated Distributed Map against AWS's published examples and records of AWS.

Each class names the page of the Step Functions Developer Guide whose examples it replays,
https://docs.aws.amazon.com/step-functions/latest/dg/NAME. ``Recorded`` replays executions that the
tests of LocalStack recorded in AWS (tests/aws/services/stepfunctions/v2/ of its repository).
"""

import json
from typing import Any

import pytest

from infra.tests.emulated_states import (
    BUCKET,
    EmulatedStates,
    distributed_map_of,
    invoke_map,
    output_of,
    pass_map,
)

FACTS = [
    {"verdict": "true", "statement_date": "6/11/2008", "statement_source": "speech"},
    {"verdict": "false", "statement_date": "6/7/2022", "statement_source": "television"},
    {"verdict": "mostly-true", "statement_date": "5/18/2016", "statement_source": "news"},
]
READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "ReaderConfig": {"InputType": "JSONL"},
    "Parameters": {"Bucket": BUCKET, "Key": "jsonlDataset/factcheck.jsonl"},
}
WRITER: dict[str, Any] = {
    "Resource": "arn:aws:states:::s3:putObject",
    "Parameters": {"Bucket": BUCKET, "Prefix": "csvProcessJobs"},
}
ORDERS = [
    [{"customer_id": "145538", "order_id": "100000"}, {"customer_id": "898037", "order_id": "1"}],
    [{"customer_id": "169881", "order_id": "100005"}, {"customer_id": "797471", "order_id": "6"}],
]


class TestItemReader:
    """input-output-itemreader.html."""

    def test_each_line_is_an_item(self, states: EmulatedStates) -> None:
        states.put(
            "jsonlDataset/factcheck.jsonl", "".join(json.dumps(fact) + "\n" for fact in FACTS)
        )
        found = states.run(pass_map(ItemReader=READER), {})
        assert output_of(found) == FACTS, "a child execution did not get a line of the file"


class TestItemSelector:
    """input-output-itemselector.html."""

    def test_selector_replaces_each_item(self, states: EmulatedStates) -> None:
        images = [{"resize": "true", "format": "jpg"}, {"resize": "false", "format": "png"}]
        selector = {"size": 10, "value.$": "$$.Map.Item.Value"}
        found = states.run(pass_map(ItemSelector=selector), images)
        expected = [{"size": 10, "value": image} for image in images]
        assert output_of(found) == expected, "a child execution did not get what the selector makes"


class TestItemBatcher:
    """input-output-itembatcher.html and tutorial-itembatcher-param-task.html."""

    def test_1130_items_are_12_batches(self, states: EmulatedStates) -> None:
        found = states.run(pass_map(ItemBatcher={"MaxItemsPerBatch": 100}), list(range(1130)))
        sizes = [len(batch["Items"]) for batch in output_of(found)]
        assert sizes == [100] * 11 + [30], "the batches do not have the documented sizes"

    @pytest.mark.parametrize(
        ("given", "batcher"),
        [
            ({"maxBatchItems": 500}, {"MaxItemsPerBatchPath": "$.maxBatchItems"}),
            ({"batchSize": 131_072}, {"MaxInputBytesPerBatchPath": "$.batchSize"}),
            ({}, {"MaxItemsPerBatch": 100_000}),
        ],
    )
    def test_limits_can_be_paths_and_end_at_256_kib(
        self, states: EmulatedStates, given: dict[str, int], batcher: dict[str, Any]
    ) -> None:
        items = ["x" * 998] * 600  # 1,000 bytes each in JSON
        machine = pass_map(ItemBatcher=batcher, ItemsPath="$.items")
        found = states.run(machine, {**given, "items": items})
        batches = [batch["Items"] for batch in output_of(found)]
        expected = given.get("batchSize", 262_144) // 1000
        assert sum(map(len, batches)) == 600, "the batches lack an item"
        assert len(batches[0]) == min(expected, given.get("maxBatchItems", expected))

    def test_batch_input_is_in_each_batch(self, states: EmulatedStates) -> None:
        batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"factCheck": "December 2022"}}
        found = states.run(pass_map(ItemBatcher=batcher), FACTS)
        assert output_of(found) == [
            {"BatchInput": {"factCheck": "December 2022"}, "Items": FACTS[:2]},
            {"BatchInput": {"factCheck": "December 2022"}, "Items": FACTS[2:]},
        ], "a child execution lacks the batch input"

    def test_tutorial_multiplies_batches(self, states: EmulatedStates) -> None:
        def process_entire_batch(event: dict[str, Any]) -> dict[str, Any]:
            factor = event["BatchInput"]["MyMultiplicationFactor"]
            return {"statusCode": 200, "multiplied": [factor * item for item in event["Items"]]}

        states.serve(process_entire_batch)
        batch_input = {"MyMultiplicationFactor.$": "$.MyMultiplicationFactor"}
        machine = invoke_map(
            ItemsPath="$.MyItems",
            MaxConcurrency=1000,
            ItemBatcher={"MaxItemsPerBatch": 3, "BatchInput": batch_input},
        )
        found = states.run(machine, {"MyMultiplicationFactor": 7, "MyItems": list(range(1, 11))})
        expected = [[7, 14, 21], [28, 35, 42], [49, 56, 63], [70]]
        assert [batch["multiplied"] for batch in output_of(found)] == expected


class TestResultWriter:
    """input-output-resultwriter.html."""

    def _run(self, states: EmulatedStates, config: dict[str, str] | None) -> tuple[Any, str]:
        """Return the only result file, and its name."""
        writer = {**WRITER, **({"WriterConfig": config} if config else {})}
        output = output_of(states.run(pass_map(ResultWriter=writer), ORDERS))
        run_id = output["MapRunArn"].rpartition(":")[2]
        manifest_key = f"csvProcessJobs/{run_id}/manifest.json"
        assert output["ResultWriterDetails"] == {"Bucket": BUCKET, "Key": manifest_key}
        manifest = json.loads(states.get(manifest_key))
        (file,) = manifest["ResultFiles"].pop("SUCCEEDED")
        assert manifest == {
            "DestinationBucket": BUCKET,
            "MapRunArn": output["MapRunArn"],
            "ResultFiles": {"FAILED": [], "PENDING": []},
        }, "the manifest is not the documented one"
        text = states.get(file["Key"])
        assert file["Size"] == len(text.encode())
        return text, file["Key"].rpartition("/")[2]

    def test_compact_keeps_the_outputs(self, states: EmulatedStates) -> None:
        text, name = self._run(states, {"Transformation": "COMPACT", "OutputType": "JSON"})
        assert (json.loads(text), name) == (ORDERS, "SUCCEEDED_0.json")

    def test_flatten_makes_one_array(self, states: EmulatedStates) -> None:
        text, _ = self._run(states, {"Transformation": "FLATTEN", "OutputType": "JSON"})
        assert json.loads(text) == [*ORDERS[0], *ORDERS[1]]

    def test_json_lines_has_a_line_for_each_result(self, states: EmulatedStates) -> None:
        text, _ = self._run(states, {"Transformation": "COMPACT", "OutputType": "JSONL"})
        assert [json.loads(line) for line in text.splitlines()] == ORDERS

    def test_none_adds_the_metadata(self, states: EmulatedStates) -> None:
        text, _ = self._run(states, None)
        for result, orders in zip(json.loads(text), ORDERS, strict=True):
            assert json.loads(result["Output"]) == json.loads(result["Input"]) == orders
            assert set(result) == {
                "ExecutionArn", "Input", "InputDetails", "Name", "Output", "OutputDetails",
                "RedriveCount", "RedriveStatus", "RedriveStatusReason", "StartDate",
                "StateMachineArn", "Status", "StopDate",
            }, "the metadata are not the documented ones"  # fmt: skip
            assert result["RedriveStatus"] == "NOT_REDRIVABLE"
            assert result["RedriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"

    def test_failed_execution_is_written_with_its_metadata(self, states: EmulatedStates) -> None:
        config = {"Transformation": "COMPACT", "OutputType": "JSONL"}
        fail = {"Fail": {"Type": "Fail", "Error": "Poison", "Cause": "an essay"}}
        machine = distributed_map_of(
            fail, "Fail", ToleratedFailurePercentage=100,
            ResultWriter={**WRITER, "WriterConfig": config},
        )  # fmt: skip
        output = output_of(states.run(machine, [0]))
        manifest = json.loads(states.get(output["ResultWriterDetails"]["Key"]))
        (file,) = manifest["ResultFiles"]["FAILED"]
        result = json.loads(states.get(file["Key"]))
        assert (result["Status"], result["Error"], result["Cause"]) == (
            "FAILED", "Poison", "an essay",
        )  # fmt: skip
        assert result["RedriveStatus"] == "REDRIVABLE_BY_MAP_RUN"


class TestRecordsOfAWS:
    """Executions that the tests of LocalStack recorded in AWS, with the names of those tests."""

    def test_map_item_batching_base_json_max_per_batch(self, states: EmulatedStates) -> None:
        states.put("file.json", json.dumps(FACTS))
        reader = {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON", "MaxItems": 2},
            "Parameters": {"Bucket.$": "$.Bucket", "Key.$": "$.Key"},
        }
        batcher = {
            "MaxItemsPerBatchPath": "$.MaxItemsPerBatch",
            "MaxInputBytesPerBatchPath": "$.MaxInputBytesPerBatch",
            "BatchInput": {"BatchTimestamp.$": "$$.State.EnteredTime"},
        }
        given = {"Bucket": BUCKET, "Key": "file.json", "MaxItemsPerBatch": 2,
                 "MaxInputBytesPerBatch": 150_000}  # fmt: skip
        found = states.run(pass_map(ItemReader=reader, ItemBatcher=batcher), given)
        (batch,) = output_of(found)
        assert batch["Items"] == FACTS[:2]
        assert set(batch["BatchInput"]) == {"BatchTimestamp"}

    def test_list_map_runs_and_describe_map_run(self, states: EmulatedStates) -> None:
        arn = states.start(pass_map(MaxConcurrency=1), ["Hello", "World"])
        states.wait(arn)
        run = states.map_run(arn)
        recorded = {"aborted": 0, "failed": 0, "pending": 0, "resultsWritten": 2, "running": 0,
                    "succeeded": 2, "timedOut": 0, "total": 2}  # fmt: skip
        assert recorded.items() <= run["itemCounts"].items()
        assert recorded.items() <= run["executionCounts"].items()
        assert (run["maxConcurrency"], run["status"]) == (1, "SUCCEEDED")
        assert (run["toleratedFailureCount"], run["toleratedFailurePercentage"]) == (0, 0.0)
        assert run["mapRunArn"].split(":")[5:7] == ["mapRun", f"{arn.split(':')[6]}/Map"]

    def test_map_state_tolerated_failure_values(self, states: EmulatedStates) -> None:
        arn = states.start(pass_map(ToleratedFailurePercentage=1), [0])
        assert output_of(states.wait(arn)) == [0]
        events = states.client.get_execution_history(executionArn=arn)["events"]
        recorded = ["ExecutionStarted", "MapStateEntered", "MapRunStarted", "MapRunSucceeded",
                    "MapStateExited", "ExecutionSucceeded"]  # fmt: skip
        assert [event["type"] for event in events] == recorded
