"""Plain values to and from Pulumi's protobuf Struct, and to and from the JSON of a deployment.

Marks on the wire are objects with the signature key `4dabf18193072939515e22adb298388d`:

    1b47061264138c4ac30d75fd1eb44270    a secret: {value}
    c44067f5952c0a294b673a41bacd8c17    an asset: {path | text, hash}
    5cf8f73096256a8f31e491e813e4eb8e    a resource: {urn, id}; providers see its id, or its urn where it has none
    d0e6a833031e9bbcd3f4e8bde6ca49a4    an output: {value, secret, dependencies}

An unknown value is the string `04da6b54-80e4-46f7-96ec-b56ff0331ba9`. Numbers travel as doubles: whole ones come back
as int. Archives are refused: no resource of ours takes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .values import UNKNOWN, Asset, Properties, Secret, Value

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct
    from google.protobuf.struct_pb2 import Value as WireValue

UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# The engine's other unknowns, one a type: bool, number, array, asset, archive, object. Providers may answer them.
_UNKNOWNS: Final = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the public mark of a secret, not one
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


class NotSupported(ValueError):
    """A value that no resource of ours takes; the message says which and what to use instead."""


def from_struct(struct: Struct) -> Properties:
    """The properties in `struct`. Raises NotSupported for archives and remote assets, OSError for missing assets."""
    return {key: from_wire(value) for key, value in struct.fields.items()}


def from_wire(value: WireValue) -> Value:
    """One value; see the module."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWNS else text
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [from_wire(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields:
            return _marked(fields[SIGNATURE].string_value, {key: from_wire(item) for key, item in fields.items()})
        return {key: from_wire(item) for key, item in fields.items()}
    return None


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _marked(signature: str, fields: dict[str, Value]) -> Value:
    if signature == SECRET:
        value = fields.get("value")
        return value if isinstance(value, Secret) else Secret(value)
    if signature == ASSET:
        return _asset(fields)
    if signature == RESOURCE:
        # A resource without an id is a component: what can be passed on of it is its URN.
        return (fields["id"] or UNKNOWN) if "id" in fields else fields.get("urn")
    if signature == OUTPUT:
        value = fields.get("value", UNKNOWN)
        return Secret(value) if fields.get("secret") and not isinstance(value, Secret) else value
    if signature == ARCHIVE:
        raise NotSupported("archives are not supported: upload the file and name its bucket and key")
    raise NotSupported(f"a value of an unknown kind {signature!r}: this engine is older than the Pulumi SDK")


def _asset(fields: dict[str, Value]) -> Asset:
    if "uri" in fields:
        raise NotSupported(f"remote assets are not supported: download {fields['uri']!r} and name the file")
    text, path = fields.get("text"), fields.get("path")
    known = fields.get("hash")
    if isinstance(text, str):
        return Asset(known or hashlib.sha256(text.encode()).hexdigest(), text=text)
    if isinstance(path, str) and path:
        return Asset(known or hashlib.sha256(Path(path).read_bytes()).hexdigest(), path=path)
    if isinstance(known, str):  # from a state: the content itself is gone, its hash is enough to compare
        return Asset(known)
    raise NotSupported("an asset needs a path or a text")


def to_struct(properties: Properties, *, secrets: bool = True) -> Struct:
    """`properties` as a Struct; with `secrets` False, secret values go out bare (for who did not ask for marks)."""
    from google.protobuf.struct_pb2 import Struct

    struct = Struct()
    for key, value in properties.items():
        fill(struct.fields[key], value, secrets=secrets)
    return struct


def fill(target: WireValue, value: Value, *, secrets: bool = True) -> None:
    """Write `value` into `target`."""
    if value is None:
        target.null_value = 0  # type: ignore[assignment]
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, (int, float)):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_STRING
    elif isinstance(value, (list, tuple)):
        target.list_value.SetInParent()
        for item in value:
            fill(target.list_value.values.add(), item, secrets=secrets)
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        for key, item in value.items():
            fill(target.struct_value.fields[key], item, secrets=secrets)
    elif isinstance(value, Secret):
        if secrets:
            fill(target, {SIGNATURE: SECRET, "value": value.value})
        else:
            fill(target, value.value, secrets=False)
    elif isinstance(value, Asset):
        fill(target, asset_fields(value))
    else:
        raise TypeError(f"{type(value).__name__} is no value that Pulumi knows")


def asset_fields(asset: Asset) -> dict[str, Value]:
    """The marked object of an asset."""
    fields: dict[str, Value] = {SIGNATURE: ASSET, "hash": asset.sha256}
    if asset.text is not None:
        fields["text"] = asset.text
    elif asset.path is not None:
        fields["path"] = asset.path
    return fields


def to_json(value: Value, seal: Callable[[Value], str]) -> Any:
    """`value` as a deployment holds it: `seal(plain value)` is the ciphertext of a secret. Unknown values are bugs."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "ciphertext": seal(value.value)}
    if isinstance(value, Asset):
        return asset_fields(value)
    if value is UNKNOWN:
        raise ValueError("an unknown value must never be saved")
    if isinstance(value, (list, tuple)):
        return [to_json(item, seal) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item, seal) for key, item in value.items()}
    return value


def from_json(value: Any, unseal: Callable[[str], Value]) -> Value:
    """The reverse of to_json; a secret in clear (`value` or `plaintext`, from an export with secrets) is taken too."""
    if isinstance(value, list):
        return [from_json(item, unseal) for item in value]
    if not isinstance(value, dict):
        return value
    signature = value.get(SIGNATURE)
    if signature is None:
        return {key: from_json(item, unseal) for key, item in value.items()}
    if signature == SECRET:
        return Secret(_open_secret(value, unseal))
    if signature == ASSET:
        # The state's hash is the truth: the file may have changed or gone since.
        return Asset(str(value.get("hash", "")), path=value.get("path"), text=value.get("text"))
    return _marked(str(signature), {key: from_json(item, unseal) for key, item in value.items()})


def _open_secret(value: dict[str, Any], unseal: Callable[[str], Value]) -> Value:
    if "ciphertext" in value:
        return unseal(str(value["ciphertext"]))
    if "plaintext" in value:
        import json

        return json.loads(value["plaintext"])
    return from_json(value.get("value"), unseal)
