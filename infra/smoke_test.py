"""The smoke test of a deployment: invoke the function, and score an essay through its URL."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from infra.account import Account, OperationError
from infra.scoring_function import ALIAS
from infra.settings import Settings

EXAMPLE = Path("examples") / "middling.txt"
KEY_VARIABLE = "ESSAY_SCORER_KEY"  # environment variable with an API key for the smoke test
MAX_WAIT = 60  # seconds until a new URL must answer
RETRY_INTERVAL = 2  # seconds
RETRY_STATUSES = (403, 404, 429, 503)  # of a URL that is not ready yet


@dataclass(frozen=True, kw_only=True)
class SmokeTest:
    """Tests that a deployment scores essays.

    Attributes:
        account: of the deployment.
        settings: of the deployment.
        outputs: of its stack.
        root: the repository, which has the example essay.
        key: the user's own API key, or "".
    """

    account: Account
    settings: Settings
    outputs: Mapping[str, str]
    root: Path
    key: str = ""

    def start_function(self, qualifier: str) -> None:
        """Invoke a version or an alias once, and print how long the cold start took.

        Raises:
            OperationError: it does not score.
        """
        start = time.monotonic()
        self._invoke(b'{"text": "A first sentence."}', qualifier)
        print(f"cold start: {time.monotonic() - start:.1f} s", flush=True)

    def score_example(self) -> None:
        """Score the example essay through the URL that users call, and print the result.

        Raises:
            OperationError: the URL does not answer, or does not answer with a score.
        """
        url = self.outputs["GatewayUrl" if self.settings.gateway_checks_key else "Url"]
        text = (self.root / EXAMPLE).read_text(encoding="utf-8")
        body = json.dumps({"text": text}).encode()
        headers = self._headers(url, body)
        status, score = self._post(self.account.resolve_url(url), body, headers)
        if status == 401 and not headers.get("x-api-key"):
            print(f"The URL requires an API key; set {KEY_VARIABLE} to test it.")
            status, score = 200, self._invoke(body, ALIAS)
        if status != 200:
            raise OperationError(f"{url} returned status {status}.")
        print(f"{EXAMPLE}: {_describe(score, url)}\n{url}", flush=True)

    def _invoke(self, body: bytes, qualifier: str) -> dict[str, Any]:
        """Return the score in the answer of a direct invocation."""
        answer = self.account.client("lambda").invoke(
            FunctionName=self.outputs["FunctionName"], Qualifier=qualifier, Payload=body
        )
        payload = json.load(answer["Payload"])
        if answer.get("FunctionError") or payload.get("statusCode") != 200:
            raise OperationError(f"The function returned {json.dumps(payload)}.")
        return dict(payload["body"])

    def _headers(self, url: str, body: bytes) -> dict[str, str]:
        headers = {"content-type": "application/json"}
        if self.settings.access == "key":
            headers["x-api-key"] = self._gateway_key() or self.key
        elif self.settings.access == "iam":
            headers |= self._sign(url, body, headers)
        return headers

    def _gateway_key(self) -> str:
        """Return the key that API Gateway created, if it checks keys."""
        if not self.settings.gateway_checks_key:
            return ""
        answer = self.account.client("apigateway").get_api_key(
            apiKey=self.outputs["GatewayKeyId"], includeValue=True
        )
        return str(answer["value"])

    def _sign(self, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of a request signed with AWS Signature Version 4."""
        session = self.account.session
        request = AWSRequest("POST", url, data=body, headers=dict(headers))
        SigV4Auth(session.get_credentials(), "lambda", session.region_name).add_auth(request)
        return dict(request.headers)

    def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Return status and JSON body; retry until a new URL or key is ready."""
        deadline = time.monotonic() + MAX_WAIT
        request = urllib.request.Request(url, body, dict(headers), method="POST")
        while True:
            try:
                with urllib.request.urlopen(request, timeout=MAX_WAIT) as response:
                    return response.status, _parse_answer(response.read(), url)
            except urllib.error.HTTPError as error:
                if not self._is_temporary(error.code) or time.monotonic() > deadline:
                    return error.code, {}
            except OSError as error:
                if time.monotonic() > deadline:
                    raise OperationError(f"{url} does not answer: {error}.") from error
            time.sleep(RETRY_INTERVAL)

    def _is_temporary(self, status: int) -> bool:
        new_key = status == 401 and self.settings.gateway_checks_key
        return status in RETRY_STATUSES or new_key


def _parse_answer(content: bytes, url: str) -> dict[str, Any]:
    """Return the score in an answer over HTTP, which may be in the original system's envelope.

    Raises:
        OperationError: the answer is not a JSON object.
    """
    try:
        answer = dict(json.loads(content))
        return dict(answer.get("body", answer))
    except (ValueError, TypeError) as error:
        raise OperationError(f"{url} returned something else than a score.") from error


def _describe(score: Mapping[str, Any], url: str) -> str:
    """Return the score, with what else the answer says.

    Raises:
        OperationError: there is no score.
    """
    if "essay score" not in score:
        raise OperationError(f"{url} returned no score.")
    text = f"score {score['essay score']}"
    if scale := score.get("scale"):
        text += f" on {scale['min']}-{scale['max']}"
    if model := score.get("model"):
        text += f", by {model['name']} {model['version']}"
    return text
