"""The environment variables of the Lambda function, as one typed record."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from essay_scorer.contract import (
    ANSWER_VARIABLE,
    CORS_ORIGINS_VARIABLE,
    FUNCTION_MEMORY_VARIABLE,
    FUNCTION_NAME_VARIABLE,
    FUNCTION_VERSION_VARIABLE,
    INITIALIZATION_VARIABLE,
    INITIALIZED_AHEAD,
    KEY_HASHES_VARIABLE,
    ORIGINAL_ANSWER,
    PROFILE_VARIABLE,
)

if TYPE_CHECKING:
    from essay_scorer.serving.keys import KeyHash


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the deployment tells the function.

    Attributes:
        origins: web origins that may call from a browser; empty if AWS handles CORS.
        keys: hashes of the valid API keys.
        profile: the file of a teacher's profile to score by; empty for the bundle's own scale.
        original_answer: whether answers over HTTP have the original system's form.
        function: the function's name; empty outside of Lambda.
        memory: of the function, in MB; 0 outside of Lambda.
        version: of the function, as published; empty outside of Lambda.
        initialized_ahead: whether no request waits for this process to start: AWS takes a
            snapshot of it, or keeps it ready.
    """

    origins: tuple[str, ...] = ("*",)
    keys: "tuple[KeyHash, ...]" = ()
    profile: str = ""
    original_answer: bool = False
    function: str = ""
    memory: int = 0
    version: str = ""
    initialized_ahead: bool = False

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Read the variables.

        Raises:
            InvalidKeyHash: a key's hash is malformed.
        """
        origins = variables.get(CORS_ORIGINS_VARIABLE, "*")
        return cls(
            origins=tuple(origins.split(",")) if origins else (),
            keys=_parse_keys(variables.get(KEY_HASHES_VARIABLE, "")),
            profile=variables.get(PROFILE_VARIABLE, ""),
            original_answer=variables.get(ANSWER_VARIABLE) == ORIGINAL_ANSWER,
            function=variables.get(FUNCTION_NAME_VARIABLE, ""),
            memory=int(variables.get(FUNCTION_MEMORY_VARIABLE, "0")),
            version=variables.get(FUNCTION_VERSION_VARIABLE, ""),
            initialized_ahead=variables.get(INITIALIZATION_VARIABLE) in INITIALIZED_AHEAD,
        )


def _parse_keys(hashes: str) -> "tuple[KeyHash, ...]":
    if not hashes:
        return ()
    from essay_scorer.serving.keys import KeyHash  # noqa: PLC0415 - it loads OpenSSL

    return tuple(map(KeyHash.parse, hashes.split(",")))
