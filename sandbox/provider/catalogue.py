"""The table of resource types (`resources.json`) as the specs that check and diff need.

The table says for each type of pulumi-aws 7.51.1 that is served here: its inputs with kinds, bounds, defaults and what
forces a replacement; its computed outputs; the form of its id; and for Connect the service's operations in their order
(Pulumi AWS facts 2 and 4). Deliberate differences from the plugin, all towards refusing sooner or looping less:

- a changed `instanceId` replaces everywhere (the plugin plans an update that never converges);
- bounds that the plugin leaves to the service are checked before a run (names of security profiles, the alias's 45);
- `unsupported` inputs, which a contact centre does not use, are refused by name.

What differs when calls are made stands with the kinds: a disabled queue from the first run, quick connects in batches
of 50, a failed claim or instance taken away again, full quotas not retried (door.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from ...stacks.provider.schema import AutoName, Kind, Prop, ResourceSpec, equal
from ...stacks.provider.values import Value

Row = Mapping[str, Any]
Equal = Callable[[Value, Value], bool]

_TABLE: Final = Path(__file__).with_name("resources.json")
_SHAPES: Final = Path(__file__).with_name("shapes.json")


@dataclass(frozen=True, slots=True)
class Entry:
    """One type: what check and diff need (`spec`), and what only this provider asks for."""

    type: str
    spec: ResourceSpec
    id_format: str
    taggable: bool
    regional: bool
    unsupported: frozenset[str]
    json_inputs: frozenset[str]
    numbers: Mapping[str, tuple[int, ...]]
    name_prefix: str
    lower_name: bool
    calls: Mapping[str, Any]

    @property
    def unread(self) -> tuple[str, ...]:
        """Inputs that a read never tells; outputs keep what was asked for."""
        return tuple(key for key, prop in self.spec.properties.items() if prop.write_only)


@cache
def table() -> Mapping[str, Row]:
    """The rows of `resources.json` by type token."""
    rows: dict[str, Row] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return rows


@cache
def shapes() -> Mapping[str, Row]:
    """The fields of objects that many inputs have, by the name that the service's model gives them."""
    rows: dict[str, Row] = json.loads(_SHAPES.read_text(encoding="utf-8"))
    return rows


def fields_of(cell: Row) -> Row:
    """The cells of an object's fields, its own or those of its shape."""
    found: Row = shapes()[cell["shape"]] if "shape" in cell else cell.get("fields", {})
    return found


@cache
def _shaped(name: str) -> Mapping[str, Prop]:
    return {key: _prop(inner, (name, key)) for key, inner in shapes()[name].items()}


@cache
def entry(type_token: str) -> Entry | None:
    """The entry of `aws:connect/queue:Queue` and the like; None for a type that is not served."""
    row = table().get(type_token)
    return None if row is None else _entry(type_token, row)


def _entry(token: str, row: Row) -> Entry:
    inputs = row["inputs"]
    properties = {key: _prop(cell, (token, key)) for key, cell in inputs.items()}
    taggable = "tags" in inputs
    if taggable:
        properties["tagsAll"] = Prop("map", item=Prop())
    auto = row.get("autoName")
    spec = ResourceSpec(
        type=token,
        properties=properties,
        outputs=tuple(row["outputs"]),
        auto_name=AutoName(auto["property"], auto["max"]) if auto else None,
        at_least_one=tuple(tuple(group) for group in row.get("oneOf", ())),
        conflicts=tuple(pair for group in row.get("conflicts", ()) for pair in combinations(group, 2)),
        delete_before_replace=row.get("deleteBeforeReplace", False),
    )
    return Entry(
        type=token,
        spec=spec,
        id_format=row["id"],
        taggable=taggable,
        regional="region" in inputs,
        unsupported=frozenset(row.get("unsupported", ())),
        json_inputs=frozenset(key for key, cell in inputs.items() if cell.get("json")),
        numbers={key: tuple(cell["values"]) for key, cell in inputs.items() if "values" in cell},
        name_prefix=(auto or {}).get("prefix", ""),
        lower_name=(auto or {}).get("lower", False),
        calls=row.get("calls", {}),
    )


def _prop(cell: Row, path: tuple[str, ...]) -> Prop:
    kind: Kind = "json" if cell.get("json") else cell["kind"]
    sized = kind in ("string", "list", "json")
    item = _prop(cell["items"], (*path, "*")) if "items" in cell else (Prop() if kind == "map" else None)
    fields = (
        _shaped(cell["shape"])
        if "shape" in cell
        else {key: _prop(inner, (*path, key)) for key, inner in cell.get("fields", {}).items()}
    )
    bare = Prop(kind=kind, item=item, fields=fields, is_set=cell.get("set", False))
    own = _SAME.get(path)
    return Prop(
        kind=kind,
        required=cell.get("required", False),
        force_new=cell.get("forceNew", False),
        default=cell.get("default"),
        enum=tuple(cell.get("enum", ())),
        min_length=cell.get("min") if sized else None,
        max_length=cell.get("max") if sized else None,
        minimum=None if sized else cell.get("min"),
        maximum=None if sized else cell.get("max"),
        pattern=cell.get("pattern", ""),
        is_set=cell.get("set", False),
        item=item,
        fields=fields,
        secret=cell.get("secret", False),
        computed=cell.get("computed", False),
        write_only=cell.get("unread", False),
        same=None if own is None else (lambda old, new: own(bare, old, new)),
    )


def _video_prefix(_: Prop, old: Value, new: Value) -> bool:
    """Connect stores `<prefix>-connect-<alias>-contact-`: either string may begin with the other."""
    return bool(old == new) or (isinstance(old, str) and isinstance(new, str) and _begins(old, new))


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


_DESTINATIONS: Final = {"USER": "userConfigs", "QUEUE": "queueConfigs", "PHONE_NUMBER": "phoneConfigs"}


def _quick_connect(bare: Prop, old: Value, new: Value) -> bool:
    """Only the list that fits the type is sent, so only it is compared."""
    kind = new.get("quickConnectType")
    keep = {"quickConnectType", _DESTINATIONS.get(kind, "")}
    fields = {key: prop for key, prop in bare.fields.items() if key in keep}
    return equal(Prop("object", fields=fields), _only(old, keep), _only(new, keep))


def _phone(bare: Prop, old: Value, new: Value) -> bool:
    """The desk phone's number only counts for a desk phone."""
    keep = set(bare.fields) - ({"deskPhoneNumber"} if new.get("phoneType") != "DESK_PHONE" else set())
    fields = {key: prop for key, prop in bare.fields.items() if key in keep}
    return equal(Prop("object", fields=fields), _only(old, keep), _only(new, keep))


def _only(value: Value, keys: set[str]) -> Value:
    return {key: inner for key, inner in value.items() if key in keys}


def _key(_: Prop, old: Value, new: Value) -> bool:
    """A KMS key named by ARN or by id is the same key."""
    return str(old).rpartition("/")[2] == str(new).rpartition("/")[2]


_SAME: Final[Mapping[tuple[str, ...], Callable[[Prop, Value, Value], bool]]] = {
    (
        "aws:connect/instanceStorageConfig:InstanceStorageConfig",
        "storageConfig",
        "kinesisVideoStreamConfig",
        "prefix",
    ): _video_prefix,
    ("aws:connect/quickConnect:QuickConnect", "quickConnectConfig"): _quick_connect,
    ("aws:connect/user:User", "phoneConfig"): _phone,
    ("aws:kms/alias:Alias", "targetKeyId"): _key,
}
