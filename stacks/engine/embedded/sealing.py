"""Secrets in the state: AES-256-GCM under a random key in a file of its own, bound to the stack.

No key derivation: the key is 32 random bytes, so none is needed (Pulumi's passphrase form costs 0.21 s a process).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any, Final

from ....specs.errors import StateError

_NONCE: Final = 12
_PREFIX: Final = "v1:"


def new_key() -> bytes:
    """A fresh key."""
    return os.urandom(32)


class Sealer:
    """Seals and opens values of one stack (`context`: project/stack) and vouches for whole documents."""

    def __init__(self, key: bytes, context: str) -> None:
        if len(key) != 32:
            raise StateError(
                f"the key of the state has {len(key)} bytes instead of 32",
                where="state.key",
                hint="restore state.key from a backup",
            )
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aead = AESGCM(key)
        self._sign = hmac.new(key, b"sign " + context.encode(), hashlib.sha256).digest()
        self._context = context.encode()

    def seal(self, value: Any) -> str:
        """The ciphertext of a JSON value."""
        nonce = os.urandom(_NONCE)
        data = self._aead.encrypt(nonce, json.dumps(value, separators=(",", ":")).encode(), self._context)
        return _PREFIX + base64.b64encode(nonce + data).decode()

    def unseal(self, text: str) -> Any:
        """The reverse. Raises StateError for another key, another stack or a changed text."""
        from cryptography.exceptions import InvalidTag

        try:
            data = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
            return json.loads(self._aead.decrypt(data[:_NONCE], data[_NONCE:], self._context))
        except (InvalidTag, ValueError) as error:
            raise StateError(
                "a secret in the state cannot be opened: it was sealed with another key or for another stack",
                where="state.json",
                hint="restore state.json and state.key from the same backup",
            ) from error

    def sign(self, generation: int, data: bytes) -> str:
        """A seal over a whole document: nobody without the key can change it or swap in another generation."""
        return hmac.new(self._sign, b"%d " % generation + data, hashlib.sha256).hexdigest()
