"""RedriveExecution, which MiniStack lacks.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html

Only an execution whose first state was unsuccessful can be redriven here, such as that of a machine
whose only state is a Distributed Map.
"""

import contextvars
import json
import threading
from typing import Any

from local_aws.distributed_map import JSON
from local_aws.map_run import latest_run

UNSUCCESSFUL = ("FAILED", "ABORTED", "TIMED_OUT")
MAX_WAIT = 30  # seconds for child executions that are still being stopped


def install() -> None:
    """Add the API to the MiniStack that this process has imported."""
    from ministack.services import stepfunctions

    handle, describe = stepfunctions.handle_request, stepfunctions._describe_execution

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query_params: Any
    ) -> Any:
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            return stepfunctions._finalize_response(redrive_execution(json.loads(body)))
        return await handle(method, path, headers, body, query_params)

    def describe_execution(data: JSON) -> Any:
        status, headers, body = describe(data)
        if status != 200:
            return status, headers, body
        described = json.loads(body)
        record = stepfunctions._executions[described["executionArn"]]
        described |= redrive_details(record)
        return stepfunctions.json_response(described)

    stepfunctions.handle_request = handle_request
    stepfunctions._describe_execution = describe_execution


def redrive_details(execution: JSON) -> JSON:
    """Return what DescribeExecution says of an execution's redrives."""
    redrivable = execution["status"] in UNSUCCESSFUL
    by_map_run = "_BY_MAP_RUN" if execution.get("mapRunArn") else ""
    details: JSON = {
        "redriveCount": execution.get("redriveCount", 0),
        "redriveStatus": f"REDRIVABLE{by_map_run}" if redrivable else "NOT_REDRIVABLE",
    }
    if not redrivable:
        reason = f"Execution is {execution['status']} and cannot be redriven"
        details["redriveStatusReason"] = reason
    if "redriveDate" in execution:
        details["redriveDate"] = execution["redriveDate"]
    return details


def redrive_execution(data: JSON) -> Any:
    """Run an unsuccessful execution again from the state that was unsuccessful."""
    from ministack.services import stepfunctions

    arn = data.get("executionArn")
    execution = stepfunctions._executions.get(arn)
    if execution is None:
        return stepfunctions.error_response_json(
            "ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'", 400
        )
    details = redrive_details(execution)
    if details["redriveStatus"] != "REDRIVABLE":
        reason = details.get("redriveStatusReason", "Execution is redrivable by its map run")
        return stepfunctions.error_response_json("ExecutionNotRedrivable", reason, 400)
    run = latest_run(str(arn))
    if run is not None:
        run.ended.wait(MAX_WAIT)
    count = execution.get("redriveCount", 0) + 1
    execution.update(status="RUNNING", stopDate=None, redriveCount=count, output=None,
                     redriveDate=stepfunctions.now_iso())  # fmt: skip
    for name in ("error", "cause"):
        execution.pop(name, None)
    stepfunctions._add_event(
        execution, "ExecutionRedriven", {"executionRedrivenEventDetails": {"redriveCount": count}}
    )
    if run is not None:
        run.prepare_redrive()
    context = contextvars.copy_context()
    arguments = (stepfunctions._run_execution, arn)
    threading.Thread(target=context.run, args=arguments, daemon=True).start()
    return stepfunctions.json_response({"redriveDate": execution["redriveDate"]})
