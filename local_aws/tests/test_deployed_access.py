"""Who may call a deployment: API keys and IAM signatures."""

import subprocess
from typing import Any

from infra.cdk_cli import ROOT
from infra.smoke_test import KEY_VARIABLE

from local_aws.deployment import Cloud
from local_aws.tests.calls import FRENCH_REQUEST, Response, curl

NO_KEY: tuple[str, ...] = ()
WRONG_KEY = ("-H", "x-api-key: wrong")


def _is_unauthorised(response: Response) -> bool:
    return (response.status, response.error_code) == (401, "unauthorised")


def test_api_gateway_checks_its_own_key(cloud: Cloud) -> None:
    operator = cloud.operator(api_gateway="true", access="key", name="gateway-key")
    deployed = operator.deploy()  # which scores an essay with the key
    try:
        for options in (NO_KEY, WRONG_KEY):
            url = cloud.resolve_url(deployed["GatewayUrl"])
            response = curl(url, "--data", FRENCH_REQUEST, *options)
            assert _is_unauthorised(response)
            assert response.headers["access-control-allow-origin"] == "*"
        function_url = cloud.resolve_url(deployed["Url"])
        assert curl(function_url, "--data", FRENCH_REQUEST).status == 403
    finally:
        operator.destroy()


def _generate_key() -> tuple[str, str]:
    """Return a new key and its hash, as `essay-scorer key` prints them."""
    program = ROOT / ".venv" / "bin" / "essay-scorer"
    done = subprocess.run([program, "key"], capture_output=True, text=True, check=True)
    words = done.stdout.split()
    return words[1], words[3]


def test_own_keys_work_at_every_url_and_are_stored_nowhere(cloud: Cloud) -> None:
    (first, first_hash), (second, second_hash) = _generate_key(), _generate_key()
    operator = cloud.operator(
        api_gateway="true", access="key", key_hashes=f"{first_hash},{second_hash}", name="with-keys"
    )
    operator.env = {**operator.env, KEY_VARIABLE: first}
    deployed = operator.deploy()  # which scores an essay with the key
    try:
        for output in ("Url", "GatewayUrl"):
            url = cloud.resolve_url(deployed[output])
            for options in (NO_KEY, WRONG_KEY):
                assert _is_unauthorised(curl(url, "--data", FRENCH_REQUEST, *options))
            for header in (f"x-api-key: {first}", f"authorization: Bearer {second}"):
                assert curl(url, "--data", FRENCH_REQUEST, "-H", header).status == 200
        assert curl(cloud.resolve_url(deployed["Url"])).status == 200  # the page asks for the key
        stored = _everything_stored(cloud)
        assert not any(key in stored for key in (first, second))
    finally:
        operator.destroy()


def _everything_stored(cloud: Cloud) -> str:
    """Return the templates, outputs, functions and logs of the account as one text."""
    stacks, logs = cloud.client("cloudformation"), cloud.client("logs")
    stored: list[Any] = [cloud.client("lambda").list_functions()["Functions"]]
    for stack in stacks.describe_stacks()["Stacks"]:
        stored += [stack, stacks.get_template(StackName=stack["StackName"])["TemplateBody"]]
    for group in logs.describe_log_groups()["logGroups"]:
        stored += logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    assert "ESSAY_SCORER_KEY_HASHES" in str(stored)
    return str(stored)


def test_iam_access_requires_a_signature(cloud: Cloud) -> None:
    operator = cloud.operator(access="iam", name="signed", cors_origins="https://school.example")
    deployed = operator.deploy()  # which scores an essay, signed
    try:
        url = cloud.resolve_url(deployed["Url"])
        assert curl(url, "--data", FRENCH_REQUEST).status == 403
    finally:
        operator.destroy()
