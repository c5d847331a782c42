"""What the ledger and the journal of people show to somebody who finds them: nothing.

A key of 32 random bytes in the stack's store gives two others: one for keyed ids and fingerprints (HMAC-SHA-256), one
for sealing (AES-256-GCM). A fingerprint of an e-mail address cannot be found by trying a list of addresses.
"""

from __future__ import annotations

import hmac
import json
import secrets
from base64 import b85decode, b85encode
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import StateError
from .model import Hidden

if TYPE_CHECKING:
    from ..stacks.cloud.store import Store

KEY: Final = "agents.key"


class Keys:
    """The derived keys of one stack. `scope` (`<center>.<stack>`) is bound into everything that is sealed."""

    def __init__(self, secret: bytes, scope: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.secret = Hidden(secret.hex())
        self._ids = hmac.digest(secret, b"ccdeploy agents: ids", "sha256")
        self._aead = AESGCM(hmac.digest(secret, b"ccdeploy agents: sealing", "sha256"))
        self._scope = scope

    def person(self, username: str) -> str:
        """The keyed id of a person in journals, tags and events; 128 bits in hex."""
        return hmac.digest(self._ids, b"person\0" + username.encode(), "sha256").hex()[:32]

    def fingerprint(self, *values: str) -> str:
        """A keyed digest of `values`, 128 bits in hex; no list of likely values can be tried without the key."""
        return hmac.digest(self._ids, "\0".join(("", *values)).encode(), "sha256").hex()[:32]

    def seal(self, data: bytes, what: str) -> bytes:
        """`data` sealed for `what`; another scope or purpose cannot open it."""
        nonce = secrets.token_bytes(12)
        return nonce + self._aead.encrypt(nonce, data, f"{self._scope}:{what}".encode())

    def open(self, sealed: bytes, what: str, where: str) -> bytes:
        """The data again. Raises StateError when the key, the purpose or a single bit is not the same."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(sealed[:12], sealed[12:], f"{self._scope}:{what}".encode())
        except (InvalidTag, ValueError) as error:
            text = f"{where} does not open with {KEY}: it was changed, or belongs to another stack"
            hint = "restore both files from the same backup; nothing was used from them and nothing was changed"
            raise StateError(text, where=where, hint=hint, code="ledger-damaged") from error

    def seal_json(self, value: object, what: str) -> str:
        """A JSON value sealed, as text for a journal record."""
        return b85encode(self.seal(json.dumps(value, separators=(",", ":")).encode(), what)).decode()

    def open_json(self, text: str, what: str, where: str) -> Any:
        """The value of `seal_json` again. Raises StateError."""
        try:
            sealed = b85decode(text)
        except ValueError:
            sealed = b""
        return json.loads(self.open(sealed, what, where))


def load_keys(store: Store, scope: str) -> Keys | None:
    """The keys of the store, or None before the first apply. Raises StateError."""
    secret = store.read(KEY)
    if secret is None:
        return None
    if len(secret) != 32:
        text = f"{store.where}/{KEY} is damaged: it has {len(secret)} bytes instead of 32"
        raise StateError(text, where=store.where, hint="restore it from a backup", code="ledger-damaged")
    return Keys(secret, scope)


def keep_keys(store: Store, keys: Keys) -> None:
    """Store `keys` when none are stored yet. Raises StateError when others were stored in the meantime."""
    stored = store.read(KEY)
    if stored is None:
        store.write(KEY, bytes.fromhex(keys.secret.reveal()))
    elif stored.hex() != keys.secret.reveal():
        text = f"{store.where}/{KEY} was made by another run after this one was planned"
        raise StateError(text, where=store.where, hint="run the same command again", code="plan-outdated")


def temporary_keys(scope: str) -> Keys:
    """Keys for a plan before the first apply: planning leaves no trace, the apply stores them."""
    return Keys(secrets.token_bytes(32), scope)
