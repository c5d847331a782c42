"""The state at rest: AES-256-GCM under a random key in a file of its own, bound to the stack.

Whole documents are sealed under their generation too: another stack's, an older or a changed one does not open. Secrets
inside are sealed once more by themselves, so that an export of the state shows none. No key derivation: the key is 32
random bytes, so none is needed (Pulumi's passphrase form costs 0.21 s a process).
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from typing import Any, Final

from ....specs.errors import StateError

_NONCE: Final = 12
_PREFIX: Final = "v1:"


def new_key() -> bytes:
    """A fresh key."""
    return os.urandom(32)


class Sealer:
    """Seals and opens values and whole documents of one stack (`context`: project/stack)."""

    def __init__(self, key: bytes, context: str) -> None:
        if len(key) != 32:
            raise StateError(
                f"the key of the state has {len(key)} bytes instead of 32",
                where="state.key",
                hint="restore state.key from a backup",
            )
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aead = AESGCM(key)
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

    def seal_document(self, generation: int, what: str, value: Any) -> str:
        """A whole document or record, sealed for one generation of the state."""
        nonce = os.urandom(_NONCE)
        data = zlib.compress(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(), 1)
        return base64.b64encode(nonce + self._aead.encrypt(nonce, data, self._bound(generation, what))).decode()

    def open_document(self, generation: int, what: str, text: str) -> Any:
        """The reverse. Raises ValueError for anything else than what was sealed: not a byte of it is used."""
        from cryptography.exceptions import InvalidTag

        data = base64.b64decode(text, validate=True)
        try:
            opened = self._aead.decrypt(data[:_NONCE], data[_NONCE:], self._bound(generation, what))
        except InvalidTag:
            raise ValueError("it does not open with the key of this stack") from None
        return json.loads(zlib.decompress(opened))

    def _bound(self, generation: int, what: str) -> bytes:
        return self._context + b" %s %d" % (what.encode(), generation)
