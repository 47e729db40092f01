"""Responses to what waitress cannot parse: JSON with a code and an ID, like those of any error."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from essay_scorer.serving.messages import Response

# Of waitress's statuses; any other is a failure of the server.
_CODES = {
    HTTPStatus.BAD_REQUEST: "malformed_http",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers_too_large",
    HTTPStatus.NOT_IMPLEMENTED: "malformed_http",  # an unknown transfer encoding
}


Reject = Callable[[str, str | None], Response]


def channel_class(reject: Reject) -> type[HTTPChannel]:
    """Return the class of a server's connections.

    Args:
        reject: returns the response with an error's code, to a request with an ID, if it has one.
    """

    class JsonErrorTask(ErrorTask):
        def execute(self: Any) -> None:  # the types of waitress lack its attributes
            """Send the response to a malformed request, and close the connection."""
            code = _CODES.get(self.request.error.code, "internal")
            response = reject(code, self.request.headers.get("X_REQUEST_ID"))
            status = HTTPStatus(response.status)
            self.status = f"{status.value} {status.phrase}"
            self.response_headers.extend(response.headers.items())
            self.set_close_on_finish()
            self.content_length = len(response.body)
            self.write(response.body)

    class JsonErrorChannel(HTTPChannel):
        error_task_class = JsonErrorTask

    return JsonErrorChannel
