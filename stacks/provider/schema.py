"""Check and Diff from a table: what a provider says once about a resource type, it need not program.

A `ResourceSpec` lists the inputs of a type as `Prop`s. `check` completes and validates inputs, `diff` compares, and
`preview_create` and `preview_update` tell what a run would answer. All four are pure. The rules are those of the
bridged pulumi-aws 7 (Pulumi AWS facts 1.1 to 1.4):

- an input is absent, or None, or empty ("", [], {}): all the same, no difference;
- numbers travel as floats and come back as int where the table says integer;
- sets compare without order and without doubles; `json` strings compare as JSON;
- `__defaults` (in checked inputs) names what was defaulted: so a typed name is known from an automatic one;
- an automatic name is `<logical name>-<7 hex digits>`, kept on update, new on replacement;
- unknown values skip validation and count as changed, unless nothing but `computed` speaks for them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from .base import CheckFailure, CheckRequest, CheckResult, DiffRequest, DiffResult
from .values import UNKNOWN, Asset, Properties, Secret, Value, has_unknown, plain

Kind = Literal["string", "integer", "number", "boolean", "list", "map", "object", "json", "asset", "any"]

DEFAULTS: Final = "__defaults"
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Prop:
    """One input. `item` describes the items of a list or map, `fields` those of an object.

    `computed`: the service fills it in when it is left out, so leaving it out is no change.
    `write_only`: a read never returns it, so it is compared with the old input instead of the old output.
    `same`: own equality of two known, non-empty plain values (old, new).
    """

    kind: Kind = "string"
    required: bool = False
    force_new: bool = False
    default: Value = None
    enum: tuple[str, ...] = ()
    min_length: int | None = None  # characters of a string, items of a list
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""  # must match the whole string
    is_set: bool = False
    item: Prop | None = None
    fields: Mapping[str, Prop] = field(default_factory=dict)
    secret: bool = False
    computed: bool = False
    write_only: bool = False
    same: Callable[[Value, Value], bool] | None = None


@dataclass(frozen=True, slots=True)
class AutoName:
    """Which input is named automatically, and how long the name may become."""

    property: str = "name"
    max_length: int = 255
    separator: str = "-"
    hex_digits: int = 7


@dataclass(frozen=True, slots=True)
class ResourceSpec:
    """A resource type. `outputs` names what only the service knows (besides the inputs, which are echoed)."""

    type: str
    properties: Mapping[str, Prop]
    outputs: tuple[str, ...] = ()
    auto_name: AutoName | None = None
    at_least_one: tuple[tuple[str, ...], ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    delete_before_replace: bool = False


# ---------------------------------------------------------------- check


def check(spec: ResourceSpec, request: CheckRequest, defaults: Mapping[str, Value] = _NOTHING) -> CheckResult:
    """Complete and validate `request.news`; every failure at once, one for a property.

    `defaults` are the provider's own (`{"region": "eu-central-1", "tagsAll": {...}}`): they fill what is absent, come
    before the table's and are noted in `__defaults`. A null input counts as absent.
    """
    inputs: Properties = {key: value for key, value in request.news.items() if value is not None and key != DEFAULTS}
    defaulted: list[str] = []
    failures = [
        CheckFailure(key, _unknown_key(key, spec))
        for key in inputs
        if key not in spec.properties and key not in defaults
    ]
    for key, value in defaults.items():
        if key not in inputs and value is not None:
            inputs[key] = value
            defaulted.append(key)
    _name_automatically(spec, request, inputs, defaulted)
    for key, prop in spec.properties.items():
        if key not in inputs and prop.default is not None:
            inputs[key] = prop.default
            defaulted.append(key)
        if key in inputs:
            inputs[key] = _coerce(prop, inputs[key])
            _validate(prop, inputs[key], key, failures)
        elif prop.required:
            failures.append(CheckFailure(key, f"{key} is required"))
    failures += [
        CheckFailure(group[0], f"one of {', '.join(group)} is required")
        for group in spec.at_least_one
        if all(key not in inputs for key in group)
    ]
    failures += [
        CheckFailure(one, f"{one} and {other} exclude each other")
        for one, other in spec.conflicts
        if one in inputs and other in inputs
    ]
    inputs[DEFAULTS] = sorted(defaulted)
    return CheckResult(inputs, tuple(failures))


def _unknown_key(key: str, spec: ResourceSpec) -> str:
    near = difflib.get_close_matches(key, spec.properties, 1)
    return f"{spec.type} has no input {key}" + (f"; did you mean {near[0]}?" if near else "")


def _name_automatically(spec: ResourceSpec, request: CheckRequest, inputs: Properties, defaulted: list[str]) -> None:
    auto = spec.auto_name
    if auto is None or auto.property in inputs:
        return
    olds = request.olds or {}
    if auto.property in olds.get(DEFAULTS, []) and isinstance(olds.get(auto.property), str):
        inputs[auto.property] = olds[auto.property]
    else:
        inputs[auto.property] = automatic_name(request.name, auto, request.random_seed)
    defaulted.append(auto.property)


def automatic_name(name: str, auto: AutoName = AutoName(), seed: bytes = b"") -> str:
    """`name` and random hex digits; the same `seed` gives the same digits (no seed: unforeseeable ones)."""
    digits = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(32)
    tail = auto.separator + digits[: auto.hex_digits]
    return name[: auto.max_length - len(tail)] + tail


def _coerce(prop: Prop, value: Value) -> Value:
    """`value` as the table's types say where that loses nothing; secret inputs get their mark."""
    if isinstance(value, Secret):
        return Secret(_coerce(_bare(prop), value.value))
    if value is UNKNOWN or isinstance(value, Asset):
        result: Value = value
    elif prop.kind == "integer" and isinstance(value, float) and value.is_integer():
        result = int(value)
    elif prop.kind == "list" and isinstance(value, list) and prop.item is not None:
        result = [_coerce(prop.item, item) for item in value]
    elif prop.kind == "map" and isinstance(value, dict) and prop.item is not None:
        result = {key: _coerce(prop.item, item) for key, item in value.items() if item is not None}
    elif prop.kind == "object" and isinstance(value, dict):
        result = {
            key: _coerce(prop.fields[key], item) if key in prop.fields else item
            for key, item in value.items()
            if item is not None
        }
        for key, inner in prop.fields.items():
            if key not in result and inner.default is not None:
                result[key] = inner.default
    else:
        result = value
    return Secret(result) if prop.secret else result


def _bare(prop: Prop) -> Prop:
    return prop if not prop.secret else Prop(kind=prop.kind, item=prop.item, fields=prop.fields)


_TYPES: Final[Mapping[Kind, tuple[type, ...]]] = {
    "string": (str,),
    "json": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "map": (dict,),
    "object": (dict,),
    "asset": (Asset, str),
}


def _validate(prop: Prop, value: Value, path: str, failures: list[CheckFailure]) -> None:
    """Add what is wrong with `value`. Unknown values, and what is inside of them, pass; secrets are not shown."""
    if isinstance(value, Secret):
        found: list[CheckFailure] = []
        _validate(prop, value.value, path, found)
        failures += [CheckFailure(failure.property, f"{path} is not as it must be [secret]") for failure in found]
        return
    if value is UNKNOWN or prop.kind == "any":
        return
    wanted = _TYPES[prop.kind]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        failures.append(CheckFailure(path, f"{path} must be {_a(prop.kind)}, not {_describe(value)}"))
        return
    reason = _wrong(prop, value, path)
    if reason:
        failures.append(CheckFailure(path, reason))
    if isinstance(value, list) and prop.item is not None:
        for index, item in enumerate(value):
            _validate(prop.item, item, f"{path}[{index}]", failures)
    elif isinstance(value, dict) and prop.kind == "map" and prop.item is not None:
        for key, item in value.items():
            _validate(prop.item, item, f"{path}.{key}", failures)
    elif isinstance(value, dict) and prop.kind == "object":
        _validate_fields(prop, value, path, failures)


def _validate_fields(prop: Prop, value: Mapping[str, Value], path: str, failures: list[CheckFailure]) -> None:
    for key, item in value.items():
        if key in prop.fields:
            _validate(prop.fields[key], item, f"{path}.{key}", failures)
        elif prop.fields:
            near = difflib.get_close_matches(key, prop.fields, 1)
            tail = f"; did you mean {near[0]}?" if near else ""
            failures.append(CheckFailure(f"{path}.{key}", f"{path} has no field {key}{tail}"))
    for key, inner in prop.fields.items():
        if inner.required and key not in value:
            failures.append(CheckFailure(f"{path}.{key}", f"{path}.{key} is required"))


def _wrong(prop: Prop, value: Value, path: str) -> str:
    """What is wrong with a known value of the right type, or ""."""
    shown = f"{path} is {_describe(value)}"
    if prop.enum and value not in prop.enum:
        near = difflib.get_close_matches(str(value), prop.enum, 1)
        return f"{shown}; it must be one of {', '.join(prop.enum)}" + (f"; did you mean {near[0]}?" if near else "")
    if isinstance(value, (str, list)):
        unit = "characters" if isinstance(value, str) else "items"
        if prop.min_length is not None and len(value) < prop.min_length:
            return f"{path} has {len(value)} {unit}; at least {prop.min_length} are needed"
        if prop.max_length is not None and len(value) > prop.max_length:
            return f"{path} has {len(value)} {unit}; at most {prop.max_length} are allowed"
    if prop.pattern and not re.fullmatch(prop.pattern, value):
        return f"{shown}; it must match {prop.pattern}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if prop.minimum is not None and value < prop.minimum:
            return f"{shown}; the least is {prop.minimum:g}"
        if prop.maximum is not None and value > prop.maximum:
            return f"{shown}; the most is {prop.maximum:g}"
    if prop.kind == "json":
        try:
            json.loads(value)
        except ValueError as error:
            return f"{path} is not JSON: {error}"
    return ""


def _a(kind: Kind) -> str:
    return f"an {kind}" if kind[0] in "aio" else f"a {kind}"


def _describe(value: Value) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, (bool, int, float)):
        return str(value).lower() if isinstance(value, bool) else f"{value:g}"
    return {list: "a list", dict: "an object", Asset: "an asset"}.get(type(value), type(value).__name__)


# ---------------------------------------------------------------- diff


def diff(spec: ResourceSpec, request: DiffRequest) -> DiffResult:
    """Which inputs differ from what stands, and which of those force a replacement.

    An old value is the old output (what the service said last) or, for `write_only` inputs and where the outputs do not
    hold it, the old input. `ignore_changes` names top-level inputs.
    """
    changed: list[str] = []
    stables: list[str] = []
    for key, prop in spec.properties.items():
        if key in request.ignore_changes or not _differs(prop, _old(prop, key, request), request.news.get(key)):
            if prop.force_new:
                stables.append(key)
            continue
        changed.append(key)
    replaces = tuple(key for key in changed if spec.properties[key].force_new)
    return DiffResult(
        changed=tuple(changed),
        replaces=replaces,
        stables=tuple(stables),
        delete_before_replace=bool(replaces) and (spec.delete_before_replace or _name_was_typed(spec, request.news)),
    )


def _old(prop: Prop, key: str, request: DiffRequest) -> Value:
    if prop.write_only or key not in request.old_outputs:
        # A read leaves an unset optional out: only what reads never tell is looked up among the inputs.
        if prop.write_only or not request.old_outputs:
            return request.old_inputs.get(key)
        return None
    return request.old_outputs[key]


def _name_was_typed(spec: ResourceSpec, news: Properties) -> bool:
    auto = spec.auto_name
    return auto is not None and auto.property in news and auto.property not in news.get(DEFAULTS, [])


def _empty(value: Value) -> bool:
    if isinstance(value, dict):
        return all(_empty(item) for item in value.values())
    return value is None or (isinstance(value, (str, list)) and not value)


def _differs(prop: Prop, old: Value, new: Value) -> bool:
    old, new = plain(old), plain(new)
    if new is UNKNOWN or old is UNKNOWN:
        return True
    if _empty(new):
        if prop.computed or _empty(old):
            return False
        # The zero of a type is what the service keeps for "not given".
        return not (isinstance(old, (bool, int, float)) and not old)
    if has_unknown(new):
        return True
    if _empty(old):
        return not (isinstance(new, (bool, int, float)) and not new)
    return not equal(prop, old, new)


def equal(prop: Prop, old: Value, new: Value) -> bool:
    """Whether two known plain values are the same to the service."""
    old, new = plain(old), plain(new)
    if prop.same is not None:
        return prop.same(old, new)
    if isinstance(old, Asset) and isinstance(new, Asset):
        return old.sha256 == new.sha256
    if prop.kind == "json" and isinstance(old, str) and isinstance(new, str):
        return _json_equal(old, new)
    if prop.kind == "list" and isinstance(old, list) and isinstance(new, list):
        return _lists_equal(prop, old, new)
    if prop.kind == "object" and isinstance(old, dict) and isinstance(new, dict):
        keys = prop.fields or dict.fromkeys([*old, *new], Prop("any"))
        return not any(_differs(inner, old.get(key), new.get(key)) for key, inner in keys.items())
    return bool(old == new)


def _lists_equal(prop: Prop, old: list[Value], new: list[Value]) -> bool:
    inner = prop.item or Prop("any")
    if not prop.is_set:
        return len(old) == len(new) and all(equal(inner, a, b) for a, b in zip(old, new, strict=True))
    if all(isinstance(item, str) for item in (*old, *new)):
        return set(old) == set(new)
    return all(any(equal(inner, a, b) for b in new) for a in old) and all(
        any(equal(inner, a, b) for a in old) for b in new
    )


def _json_equal(old: str, new: str) -> bool:
    if old == new:
        return True
    try:
        return bool(json.loads(old) == json.loads(new))
    except ValueError:
        return False


# ---------------------------------------------------------------- previews


def preview_create(spec: ResourceSpec, inputs: Properties) -> Properties:
    """The outputs that a preview may promise: every input, and UNKNOWN for all that only the service knows."""
    outputs: Properties = {key: value for key, value in inputs.items() if key != DEFAULTS}
    outputs.update({key: UNKNOWN for key, prop in spec.properties.items() if prop.computed and key not in outputs})
    outputs.update({key: UNKNOWN for key in spec.outputs if key not in outputs})
    return outputs


def preview_update(spec: ResourceSpec, old_outputs: Properties, news: Properties) -> Properties:
    """The outputs after an update in place: old ones that the service alone knows stay, inputs take their new value."""
    kept = {key: value for key, value in old_outputs.items() if key not in spec.properties}
    kept.update(
        {key: old_outputs[key] for key, prop in spec.properties.items() if prop.computed and key in old_outputs}
    )
    kept.update({key: value for key, value in news.items() if key != DEFAULTS})
    return kept
