"""The faults of a deployment, as ``docs/reliability.md`` lists them."""

import json

from infra.cdk_cli import ROOT
from tests.faults.page import Table

TABLE = Table("The deployment")

KILLED = "the process is killed during a request"
ENVIRONMENT_GONE = "the execution environment is gone during a request"
TIMEOUT = "a request exceeds `timeout`"
MEMORY = "out of memory during a request"
TMP_FULL = "`/tmp` is full"
BURST = "200 concurrent requests, `reserved_concurrency = 2`"
CLIENT_TIMEOUT = "the client times out"
PARTIAL = "a partial request"
CLOCK = "the clock jumps one day ahead, then two days back"
TRUNCATED = "a new bundle with a truncated file"
ALTERED = "a new bundle with an altered file"
UNUSABLE = "a new model that starts but cannot score"
HALFWAY = "a deployment that fails halfway"
CONCURRENT = "two concurrent deployments"
FAULTS = (
    KILLED, ENVIRONMENT_GONE, TIMEOUT, MEMORY, TMP_FULL, BURST, CLIENT_TIMEOUT, PARTIAL, CLOCK,
    TRUNCATED, ALTERED, UNUSABLE, HALFWAY, CONCURRENT,
)  # fmt: skip

NEXT_SUCCEEDS = "the next request succeeds"
NEW_ENVIRONMENT = "the next request succeeds, in a new environment"
PREVIOUS_VERSION = "200 from the previous version, without interruption"
KILLED_LINE = "the platform's line: *Runtime exited with error: signal: killed*"

_MANIFEST = ROOT / "models" / "default" / "bundle.json"
SHIPPED_VERSION = json.loads(_MANIFEST.read_text(encoding="utf-8"))["version"]
PREVIOUS_RESPONSES = {(200, SHIPPED_VERSION)}  # status, and version of the model
