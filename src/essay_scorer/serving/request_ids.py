"""The ID of a request: the caller's, if it sent one, else a new one.

It is in the header ``X-Request-Id`` of every response and in the request log, so that a caller and
whoever runs the scorer can name the same request.
"""

import os
import re
from collections.abc import Iterable

# Visible ASCII, so that it cannot break a header or a line of a log, nor hold prose.
_REQUEST_ID = re.compile(r"[!-~]{1,128}")


def choose_request_id(candidates: Iterable[object]) -> str:
    """Return the first candidate that is a valid ID; a new one if none is.

    Args:
        candidates: the caller's, then those of whatever passed the request on.
    """
    valid = (
        one for one in candidates if isinstance(one, str) and _REQUEST_ID.fullmatch(one) is not None
    )
    return next(valid, None) or os.urandom(8).hex()  # `secrets` would load OpenSSL
