"""One HTTP request, in every form that AWS gives it to a function, and over a socket."""

import base64
import http.client
import json
from dataclasses import dataclass, field
from typing import Any

from tests.hang import HANG_SECONDS

MAX_SECONDS = HANG_SECONDS


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a client sends."""

    method: str = "POST"
    path: str = "/"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object, **fields: Any) -> "Call":
        return cls(body=json.dumps(value).encode(), **fields)

    def function_url(self, *, stage: str = "$default", prefix: str = "") -> dict[str, Any]:
        """Payload format 2.0; the body is base64 unless its type is text."""
        return {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": prefix + self.path,
            "rawQueryString": "",
            "headers": {**self._lower(), "host": "example.lambda-url.eu-west-1.on.aws"},
            "requestContext": {
                "stage": stage,
                "requestId": "1",
                "http": {
                    "method": self.method,
                    "path": prefix + self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "test",
                },
            },
            "body": base64.b64encode(self.body).decode(),
            "isBase64Encoded": True,
        }

    def http_api(self) -> dict[str, Any]:
        """Payload format 2.0 behind a named stage."""
        return self.function_url(stage="prod", prefix="/prod")

    def rest_api(self) -> dict[str, Any]:
        """Payload format 1.0; the body is plain text, or base64 where it is no text."""
        try:
            body, is_base64 = self.body.decode(), False
        except UnicodeDecodeError:
            body, is_base64 = base64.b64encode(self.body).decode(), True
        return {
            "resource": "/{proxy+}",
            "path": self.path,
            "httpMethod": self.method,
            "headers": self.headers,
            "multiValueHeaders": {name: [value] for name, value in self.headers.items()},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "requestContext": {
                "stage": "prod",
                "path": f"/prod{self.path}",
                "httpMethod": self.method,
                "identity": {"sourceIp": "192.0.2.1"},
            },
            "body": body or None,
            "isBase64Encoded": is_base64,
        }

    def events(self) -> dict[str, dict[str, Any]]:
        return {
            "function url": self.function_url(),
            "http api": self.http_api(),
            "rest api": self.rest_api(),
        }

    def send(self, port: int) -> "Reply":
        """Send the request over a socket of this machine."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=MAX_SECONDS)
        try:
            connection.request(self.method, self.path, self.body, self.headers)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Reply(status=response.status, headers=headers, body=response.read())
        finally:
            connection.close()

    def _lower(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a client gets."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, result: dict[str, Any]) -> "Reply":
        """Read what a function returned, as API Gateway reads it."""
        headers = dict(result.get("headers", {}))
        headers |= {
            name: ",".join(all_) for name, all_ in result.get("multiValueHeaders", {}).items()
        }
        body = result["body"]
        return cls(
            status=result["statusCode"],
            headers={name.lower(): value for name, value in headers.items()},
            body=base64.b64decode(body) if result["isBase64Encoded"] else body.encode(),
        )

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.json["error"]["code"])
