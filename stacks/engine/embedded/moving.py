"""A state with its secrets in clear: the form in which it travels, in memory, from one engine to the other.

`pulumi stack import` takes secrets as `{"plaintext": JSON}` and seals them with the target's own provider;
`pulumi stack export --show-secrets` gives them in the same form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ....specs.errors import StateError
from ...provider import wire
from . import deployment
from .sealing import Sealer
from .state import State


class _Clear(Sealer):
    """Seals nothing."""

    def __init__(self) -> None:
        """No key."""

    def seal(self, value: Any) -> str:
        return json.dumps(value)

    def unseal(self, text: str) -> Any:  # noqa: ARG002 - what it is sealed with is not here
        raise StateError(
            "the state holds secrets that are sealed with a key that is not here",
            where="state",
            hint="export it with its secrets: pulumi stack export --show-secrets",
        )


def in_clear(state: State, time: str, version: str) -> dict[str, Any]:
    """The `deployment` of an export with secrets; its `secrets_providers` are left out."""
    found = deployment.to_json(state, _Clear(), time, version)
    found.pop("secrets_providers", None)
    opened: dict[str, Any] = _opened(found)
    return opened


def _opened(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(wire.SIGNATURE) == wire.SECRET and "ciphertext" in value:
            return {wire.SIGNATURE: wire.SECRET, "plaintext": value["ciphertext"]}
        return {key: _opened(item) for key, item in value.items()}
    return [_opened(item) for item in value] if isinstance(value, list) else value


def from_clear(document: Mapping[str, Any]) -> State:
    """The state in an export with secrets. Raises StateError when one of them is sealed, or it is no export."""
    body = document.get("deployment")
    if not isinstance(body, Mapping):
        raise StateError("this is not what `pulumi stack export` prints", where="state", hint="export it again")
    return deployment.from_json(body, _Clear())
