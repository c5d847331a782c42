"""What a program asks for, read from the wire: every field is honoured or refused by name (docs/engine.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Final

from ....specs.frozen import dataclass
from ...provider.values import Properties, Value
from ...provider.wire import from_struct
from .state import NO_TIMEOUTS, Timeouts

if TYPE_CHECKING:
    from pulumi.runtime.proto.resource_pb2 import ReadResourceRequest, RegisterResourceRequest

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS: Final[Mapping[str, float]] = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}

# field of RegisterResource -> what to do instead. Present and not empty means refused.
_REFUSED: Final[Mapping[str, str]] = {
    "importId": "the option `import_` is not supported: look the id up and read it with `.get()`",
    "remote": "remote components are not supported: register their resources one by one",
    "packageRef": "parameterised packages are not supported",
    "transforms": "transforms are not supported: set the inputs where the resource is made",
    "state_migrations": "state migrations are not supported",
    "deletedWith": "the option `deleted_with` is not supported",
    "replace_with": "the option `replace_with` is not supported",
    "snippetId": "snippets are not supported",
    "envVarMappings": "environment variables for providers are not supported: set the package's config",
}


class Refusal(Exception):
    """The program asks for what this engine does not do; the message says what, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One RegisterResource, in plain values. `provider` is a reference `urn::id` or ""."""

    type: str
    name: str
    custom: bool
    inputs: Properties
    parent: str = ""
    provider: str = ""
    version: str = ""
    protect: bool = False
    retain_on_delete: bool = False
    delete_before_replace: bool | None = None  # None: as the provider says
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    hide_diffs: tuple[str, ...] = ()
    timeouts: Timeouts = NO_TIMEOUTS


def read(request: RegisterResourceRequest) -> Registration:
    """The registration in `request`. Raises Refusal."""
    for name, reason in _REFUSED.items():
        if getattr(request, name):
            raise Refusal(reason)
    if request.HasField("replacement_trigger") and request.replacement_trigger.WhichOneof("kind") != "null_value":
        raise Refusal("the option `replacement_trigger` is not supported: use `replace_on_changes`")
    if request.HasField("hooks") and request.hooks.ListFields():
        raise Refusal("resource hooks are not supported: act on the outputs instead")
    if any(alias.WhichOneof("alias") == "spec" for alias in request.aliases):
        raise Refusal("aliases must be whole URNs")
    if request.type.startswith("pulumi:providers:"):
        raise Refusal("explicit providers are not supported: set the package's config, such as aws:region")
    if request.type == "pulumi:pulumi:StackReference":
        raise Refusal("stack references are not supported: pass the values through the centre's folder")
    return Registration(
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=from_struct(request.object),
        parent=request.parent,
        provider=request.provider,
        version=request.version,
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies={
            key: tuple(sorted(found.urns)) for key, found in sorted(request.propertyDependencies.items())
        },
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=(*request.aliasURNs, *(alias.urn for alias in request.aliases)),
        hide_diffs=tuple(request.hideDiffs),
        timeouts=Timeouts(
            duration(request.customTimeouts.create),
            duration(request.customTimeouts.update),
            duration(request.customTimeouts.delete),
        ),
    )


def read_lookup(request: ReadResourceRequest) -> Registration:
    """A ReadResource in the same form. Raises Refusal."""
    if request.packageRef:
        raise Refusal(_REFUSED["packageRef"])
    if request.type == "pulumi:pulumi:StackReference":
        raise Refusal("stack references are not supported: pass the values through the centre's folder")
    return Registration(
        type=request.type,
        name=request.name,
        custom=True,
        inputs=from_struct(request.properties),
        parent=request.parent,
        provider=request.provider,
        version=request.version,
        dependencies=tuple(sorted(request.dependencies)),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
    )


def duration(text: str) -> float:
    """Seconds of a Go duration (`1h30m`, `90s`, `500ms`); "" is 0. Raises Refusal for anything else."""
    if not text:
        return 0.0
    if not re.fullmatch(rf"(?:{_DURATION.pattern})+", text):
        raise Refusal(f"the custom timeout {text!r} is no duration: write it like 90s, 5m or 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))


def reset_ignored(news: Properties, olds: Properties, paths: tuple[str, ...]) -> Properties:
    """`news` in which each ignored path has its old value, or is absent if it was. Paths: `a`, `a.b`, `a[0].b`, `*`."""
    if "*" in paths:
        return dict(olds)
    result: Properties = dict(news)
    for path in paths:
        steps: list[str | int] = [
            int(index) if index else key for key, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path)
        ]
        result = _reset(result, olds, steps)
    return result


def _reset(news: Value, olds: Value, steps: list[str | int]) -> Value:
    head, rest = steps[0], steps[1:]
    if isinstance(head, str) and isinstance(news, dict):
        old = olds if isinstance(olds, dict) else {}
        result = dict(news)
        if rest and head in news:
            result[head] = _reset(news[head], old.get(head), rest)
        elif not rest and head in old:
            result[head] = old[head]
        elif not rest:
            result.pop(head, None)
        return result
    if isinstance(head, int) and isinstance(news, list) and head < len(news):
        old_item = olds[head] if isinstance(olds, list) and head < len(olds) else None
        copy = list(news)
        if rest:
            copy[head] = _reset(news[head], old_item, rest)
        elif isinstance(olds, list) and head < len(olds):
            copy[head] = old_item
        return copy
    return news
