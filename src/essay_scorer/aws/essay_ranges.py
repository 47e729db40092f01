"""Read ranges of a file of essays in S3, in the function that scores batches.

The library is botocore, which the image contains and which only the first batch imports.
"""

import functools
from collections.abc import Callable
from typing import Any

CONNECT_TIMEOUT, READ_TIMEOUT = 3, 20  # seconds
MAX_ATTEMPTS = 5  # of a request that S3 throttles or fails

ReadRange = Callable[[str, str, int, int], bytes]  # bucket, key, first byte, end → the bytes


def read_range(bucket: str, key: str, start: int, end: int) -> bytes:
    """Return a part of an object.

    Args:
        bucket: of the object.
        key: of the object.
        start: the first byte.
        end: the byte after the last.

    Raises:
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: S3 cannot be reached, or
            the object does not exist or may not be read.
    """
    answer = _client().get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{end - 1}")
    return bytes(answer["Body"].read())


@functools.cache
def _client() -> Any:
    import botocore.session  # noqa: PLC0415 - only batches need it
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
    )
    return botocore.session.get_session().create_client("s3", config=config)
