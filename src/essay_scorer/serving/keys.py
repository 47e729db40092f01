"""Who may ask for a score: keys, of which the server knows only salted hashes.

A key is 256 random bits, so nobody finds it by trying; that is why its hash may be a fast
one, which costs a request nothing.  Two hashes can hold at the same time, so that a key
is replaced without a moment in which neither works.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from essay_scorer.errors import InvalidKeyHash

_PREFIX = "essay_"  # by which one sees, and a scanner finds, what has leaked
_WRITTEN = re.compile(r"sha256:([0-9a-f]{32}):([0-9a-f]{64})")


def make_key() -> str:
    """Return a new key."""
    return _PREFIX + secrets.token_urlsafe(32)


@dataclass(frozen=True)
class KeyHash:
    """What a server keeps of a key; written ``sha256:SALT:HASH``."""

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, key: str) -> Self:
        """Hash a key with a salt of its own."""
        salt = secrets.token_bytes(16)
        return cls(salt, _digest(key, salt))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a written hash.

        Raises:
            KeyHashUnusable: it is none.
        """
        if (found := _WRITTEN.fullmatch(text)) is None:
            raise InvalidKeyHash
        return cls(*map(bytes.fromhex, found.groups()))

    def __str__(self) -> str:
        return f"sha256:{self.salt.hex()}:{self.digest.hex()}"

    def is_of(self, key: str) -> bool:
        """Say whether the key is the hashed one, in a time that tells nothing of it."""
        return hmac.compare_digest(_digest(key, self.salt), self.digest)


def admits(hashes: Iterable[KeyHash], headers: Mapping[str, str]) -> bool:
    """Say whether a request's headers, named in small letters, hold one of the keys.

    What is sent is compared with every hash, so that a wrong key, no key, the first and the
    second one are the same work.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    key = headers.get("x-api-key") or bearer
    compared = [one.is_of(key) for one in hashes]  # all of them, before `any` may end early
    return any(compared)


def _digest(key: str, salt: bytes) -> bytes:
    return hmac.digest(salt, key.encode(errors="surrogatepass"), hashlib.sha256)
