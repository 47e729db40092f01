"""Errors of AWS, and what to do without where the credentials lack a permission."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation")


def error_code(error: ClientError) -> str:
    """Return the code of an error of AWS."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def optional(permission: str) -> Iterator[None]:
    """Skip the block, and say so, where the credentials lack a permission.

    Args:
        permission: that the block needs, like ``lambda:GetAccountSettings``.
    """
    try:
        yield
    except ClientError as error:
        if error_code(error) not in DENIED:
            raise
        print(f"Not checked: these credentials lack {permission}.", file=sys.stderr, flush=True)
