"""API keys; the server stores only their salted hashes.

A key is 256 random bits, so it cannot be guessed, and a fast hash is safe for it. Two hashes
can be valid at the same time, so that a key can be rotated without downtime.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from essay_scorer.contract import KEY_HASH
from essay_scorer.errors import InvalidKeyHash

_PREFIX = "essay_"  # by which people and secret scanners recognize a leaked key


def generate_key() -> str:
    """Return a new random key."""
    return _PREFIX + secrets.token_urlsafe(32)


@dataclass(frozen=True)
class KeyHash:
    """The salted hash of a key, written ``sha256:SALT:HASH`` in hexadecimal.

    Attributes:
        salt: 16 random bytes.
        digest: HMAC-SHA-256 of the key under the salt.
    """

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, key: str) -> Self:
        """Hash a key with a new salt."""
        salt = secrets.token_bytes(16)
        return cls(salt, _digest(key, salt))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a written hash.

        Raises:
            InvalidKeyHash: it is malformed.
        """
        if (found := KEY_HASH.fullmatch(text)) is None:
            raise InvalidKeyHash
        return cls(*map(bytes.fromhex, found.groups()))

    def __str__(self) -> str:
        return f"sha256:{self.salt.hex()}:{self.digest.hex()}"

    def matches(self, key: str) -> bool:
        """Say whether this is the hash of a key, in constant time."""
        return hmac.compare_digest(_digest(key, self.salt), self.digest)


def has_valid_key(hashes: Iterable[KeyHash], headers: Mapping[str, str]) -> bool:
    """Say whether a request's headers contain a valid key, in constant time.

    The key is compared with every hash, so that the time does not depend on whether, or which,
    hash matches.

    Args:
        hashes: of the valid keys.
        headers: their names in lower case.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    key = headers.get("x-api-key") or bearer
    matches = [one.matches(key) for one in hashes]  # all of them, before `any` can return early
    return any(matches)


def _digest(key: str, salt: bytes) -> bytes:
    return hmac.digest(salt, key.encode(errors="surrogatepass"), hashlib.sha256)
