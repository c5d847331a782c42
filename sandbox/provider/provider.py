"""The `aws` package for the sandbox: pulumi-aws 7.51.1 as programs see it, over the emulator.

One object serves every provider instance of a run (both engines). It is a table (catalogue.py) for what never calls
the service, and a kind for each type (connect_*.py, s3.py, …) for what does. Types that are not served are refused in
Check, by name. What differs from the plugin on purpose is told in the modules' own docstrings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ...stacks.provider import schema
from ...stacks.provider.base import (
    CheckFailure,
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InitFailed,
    InvokeResult,
    ProviderError,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ...stacks.provider.values import UNKNOWN, Properties, Secret, Value, has_unknown, plain
from .catalogue import Entry, entry, table
from .common import Change, Kind, Undone
from .door import Clients, Door, Refused, require_loopback
from .registry import kind

VERSION: Final = "7.51.1"
_NOT_SETTINGS: Final = frozenset({"version", "pluginDownloadURL"})


class AwsProvider:
    """Implements stacks.provider.base.Provider. Raises ProviderError when `endpoint` is not on this machine."""

    def __init__(self, endpoint: str, region: str) -> None:
        self._clients = Clients(endpoint)
        self._region = region
        self._config: dict[str, str] | None = None
        self._default_tags: dict[str, str] = {}
        self._ignored: tuple[frozenset[str], tuple[str, ...]] = (frozenset(), ())

    @property
    def package(self) -> str:
        """`aws`."""
        return "aws"

    @property
    def version(self) -> str:
        """The version of pulumi-aws whose behaviour this is."""
        return VERSION

    # ------------------------------------------------------------ configuration

    def configure(self, config: Mapping[str, str]) -> None:
        """Region, default and ignored tags. Raises ProviderError for a foreign endpoint or a second, other config.

        The Pulumi CLI cancels an attached provider when a run ends and configures it again for the next: that starts
        it anew.
        """
        self._clients.stop.clear()
        settings = {key: value for key, value in config.items() if key not in _NOT_SETTINGS}
        if self._config is not None:
            if settings != self._config:
                raise ProviderError(
                    "the sandbox's aws provider was configured twice, with different settings",
                    hint="use the stack's config aws:* and no explicit provider",
                )
            return
        for endpoints in _decoded(settings, "endpoints", list):
            for url in endpoints.values():
                if url:
                    require_loopback(url)
        self._default_tags = dict(_decoded(settings, "defaultTags", dict).get("tags") or {})
        ignored = _decoded(settings, "ignoreTags", dict)
        self._ignored = (frozenset(ignored.get("keys") or ()), tuple(ignored.get("keyPrefixes") or ()))
        self._region = settings.get("region") or self._region
        self._config = settings

    # ------------------------------------------------------------ without calls

    def check(self, request: CheckRequest) -> CheckResult:
        """Complete and validate: region, tagsAll, automatic names, defaults; then every failure at once."""
        found = entry(request.type)
        if found is None:
            return CheckResult(request.news, (CheckFailure("", _not_served(request.type)),))
        news = _documents(found, request.news)
        refused = [
            CheckFailure(key, f"{key} of {found.type} is not supported on the sandbox")
            for key in found.unsupported.intersection(news)
        ]
        known = {key: value for key, value in news.items() if key not in found.unsupported}
        result = schema.check(found.spec, replace(request, news=known), self._defaults(found, known))
        inputs, failures = _named(found, result)
        return CheckResult(inputs, (*refused, *failures, *_numbers(found, inputs)))

    def _defaults(self, found: Entry, news: Properties) -> Properties:
        defaults: Properties = {}
        if found.regional and self._region:
            defaults["region"] = self._region
        if found.taggable:
            defaults["tagsAll"] = self._all_tags(news.get("tags"))
        return defaults

    def _all_tags(self, tags: Value) -> Value:
        """Default tags and own tags without ignored ones; unknown as soon as one of them is."""
        if has_unknown(tags):
            return UNKNOWN
        merged = {**self._default_tags, **(plain(tags) or {})}
        return {key: value for key, value in merged.items() if value is not None and not self._ignores(key)}

    def _ignores(self, key: str) -> bool:
        keys, prefixes = self._ignored
        return key in keys or key.startswith(prefixes)

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compare by the table. `tagsAll` follows `tags`: it is told (and ignored) alone only for default tags."""
        found = _entry(request.type)
        ignored = request.ignore_changes + (("tagsAll",) if "tags" in request.ignore_changes else ())
        news = _documents(found, request.news)
        result = schema.diff(found.spec, replace(request, news=news, ignore_changes=ignored))
        if "tags" not in result.changed:
            return result
        return replace(result, changed=tuple(key for key in result.changed if key != "tagsAll"))

    # ------------------------------------------------------------ with calls

    def create(self, request: CreateRequest) -> CreateResult:
        """Make it and read it back. Raises InitFailed when a step after the creation failed."""
        found = _entry(request.type)
        if request.preview:
            return CreateResult("", schema.preview_create(found.spec, request.inputs))
        inputs, one = _whole(plain(request.inputs)), kind(request.type)
        door = self._door(inputs, request.timeout)
        id_ = one.create(door, inputs)
        try:
            one.finish(door, id_, inputs)
            outputs = self._outputs(found, door, id_, inputs) if one.reads_back else _echoed(inputs)
        except Undone:
            raise
        except ProviderError as error:
            raise InitFailed(id_, self._partial(found, door, id_, inputs), [_told(error)]) from error
        return CreateResult(id_, _marked(found, outputs))

    def read(self, request: ReadRequest) -> ReadResult:
        """Look it up; `id` None when it is gone. Inputs are those that were given, as the service has them now."""
        found = _entry(request.type)
        known = _whole(plain({**request.state, **request.inputs}))
        door = self._door(known, 0.0)
        outputs = self._fresh(found, door, request.id, known)
        if outputs is None:
            return ReadResult(None)
        id_ = _identity(found, request.id, outputs)
        return ReadResult(id_, _inputs(found, request.inputs, outputs), _marked(found, outputs))

    def update(self, request: UpdateRequest) -> Properties:
        """Tags first, then one call for each group of changed inputs in the plugin's order, then a fresh read."""
        found = _entry(request.type)
        if request.preview:
            return schema.preview_update(found.spec, request.old_outputs, request.news)
        news = _whole(plain(request.news))
        one, door = kind(request.type), self._door(news, request.timeout)
        old = _whole(plain(request.old_outputs))
        if found.spec.outputs and not old.keys() & set(found.spec.outputs):
            # Made, but never read back: what stands may be as it should already.
            old = self._outputs(found, door, request.id, news)
        compared = DiffRequest(
            request.urn,
            request.type,
            request.name,
            request.id,
            request.old_inputs,
            _marked(found, old),
            request.news,
            request.ignore_changes,
        )
        change = Change(
            request.id,
            plain(request.old_inputs),
            old,
            news,
            frozenset(self.diff(compared).changed),
        )
        if found.taggable and change.touches("tags", "tagsAll"):
            self._retag(one, door, change)
        for names, act in one.steps():
            if change.touches(*names):
                act(door, change)
        return _marked(found, self._outputs(found, door, request.id, news))

    def delete(self, request: DeleteRequest) -> None:
        """Remove it; not found counts as done."""
        state = _whole(plain({**request.inputs, **request.outputs}))
        _entry(request.type)
        try:
            kind(request.type).delete(self._door(state, request.timeout), request.id, state)
        except Refused as refusal:
            if not refusal.gone:
                raise

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        """Run a data source or one of the account's functions (functions.py)."""
        from . import functions

        return functions.invoke(self._door(args, 0.0), token, _whole(plain(args)))

    def cancel(self) -> None:
        """Start no further call."""
        self._clients.stop.set()

    # ------------------------------------------------------------ helpers

    def _door(self, inputs: Properties, timeout: float) -> Door:
        region = inputs.get("region") or self._region
        return Door(self._clients, str(region), timeout)

    def _retag(self, one: Kind, door: Door, change: Change) -> None:
        old, new = change.old.get("tagsAll") or {}, change.news.get("tagsAll") or {}
        put = {key: value for key, value in new.items() if old.get(key) != value}
        drop = sorted(key for key in old if key not in new and not self._ignores(key))
        if put or drop:
            one.retag(door, change, put, drop)

    def _fresh(self, found: Entry, door: Door, id_: str, known: Properties) -> Properties | None:
        """All outputs from a read, with what reads never tell carried over from `known`."""
        outputs = kind(found.type).read(door, id_, known)
        if outputs is None:
            return None
        if found.regional:
            outputs["region"] = door.region
        if found.taggable:
            tags = {key: value for key, value in (outputs.get("tags") or {}).items() if not self._ignores(key)}
            own = known.get("tags") or {}
            outputs["tagsAll"] = tags
            shown = {k: v for k, v in tags.items() if k in own or self._default_tags.get(k) != v}
            outputs.pop("tags", None)
            if shown:
                outputs["tags"] = shown
        outputs.update({key: known[key] for key in found.unread if known.get(key) is not None})
        return outputs

    def _outputs(self, found: Entry, door: Door, id_: str, inputs: Properties) -> Properties:
        outputs = self._fresh(found, door, id_, inputs)
        if outputs is None:
            raise ProviderError(
                f"{found.type} {id_} did not exist while it was read back",
                hint="run the same command again",
            )
        return outputs

    def _partial(self, found: Entry, door: Door, id_: str, inputs: Properties) -> Properties:
        """What is known of a half-made resource.

        Where even the read fails, only what a replacement depends on is kept: the next run then sees every other
        input as changed, and its update reads first.
        """
        try:
            outputs = self._fresh(found, door, id_, inputs)
        except ProviderError:
            outputs = None
        if outputs is None:
            keep = [key for key, prop in found.spec.properties.items() if prop.force_new]
            outputs = {key: inputs[key] for key in keep if key in inputs}
        return _marked(found, outputs)


# ---------------------------------------------------------------- small things


def _decoded(settings: Mapping[str, str], key: str, form: type) -> Any:
    """A setting that travels as JSON text; empty when absent. Raises ProviderError when it is of another form."""
    raw = settings.get(key)
    if not raw:
        return form()
    try:
        value = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        value = None
    if not isinstance(value, form):
        raise ProviderError(f"the setting aws:{key} is not a JSON {form.__name__}", hint=f"correct aws:{key}")
    return value


def _entry(type_token: str) -> Entry:
    found = entry(type_token)
    if found is None:
        raise ProviderError(_not_served(type_token))
    return found


def _not_served(type_token: str) -> str:
    import difflib

    near = difflib.get_close_matches(type_token, table(), 1)
    tail = f"; did you mean {near[0]}?" if near else ""
    return f"{type_token} is not a resource type that the sandbox serves{tail}"


def _documents(found: Entry, news: Properties) -> Properties:
    """Policies given as objects become JSON text, as the plugin's SDK lets users write either."""

    def as_text(value: Value) -> Value:
        if isinstance(value, (dict, list)) and not has_unknown(value):
            return json.dumps(plain(value), separators=(",", ":"))
        return UNKNOWN if isinstance(value, (dict, list)) else value

    return {key: as_text(value) if key in found.json_inputs else value for key, value in news.items()}


def _named(found: Entry, result: CheckResult) -> tuple[Properties, tuple[CheckFailure, ...]]:
    """Automatic names in the form of their kind: a prefix (`alias/`), or lower case (buckets).

    What the table says against the name before it took that form is dropped.
    """
    auto, inputs = found.spec.auto_name, result.inputs
    shaped = found.name_prefix or found.lower_name
    if auto is None or not shaped or auto.property not in inputs.get(schema.DEFAULTS, ()):
        return inputs, result.failures
    name = str(inputs[auto.property])
    if not name.startswith(found.name_prefix):
        name = found.name_prefix + name
    kept = tuple(failure for failure in result.failures if failure.property != auto.property)
    return {**inputs, auto.property: name.lower() if found.lower_name else name}, kept


def _numbers(found: Entry, inputs: Properties) -> list[CheckFailure]:
    return [
        CheckFailure(key, f"{key} is {inputs[key]}; it must be one of {', '.join(map(str, allowed))}")
        for key, allowed in found.numbers.items()
        if isinstance(inputs.get(key), int) and inputs[key] not in allowed
    ]


def _whole(value: Value) -> Value:
    """Numbers that travelled as floats as the integers that services want."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _marked(found: Entry, outputs: Properties) -> Properties:
    """Outputs with secret inputs marked again and nulls left out."""
    return {
        key: Secret(value) if key in found.spec.properties and found.spec.properties[key].secret else value
        for key, value in outputs.items()
        if value is not None
    }


def _inputs(found: Entry, given: Properties, outputs: Properties) -> Properties:
    """The inputs of a resource that was read.

    On a refresh: those that were given, with the service's value where that differs. On an import: every input that
    the outputs tell.
    """
    if not given:
        return {key: outputs[key] for key in found.spec.properties if key in outputs and key != "tagsAll"}
    inputs: Properties = {}
    for key, value in given.items():
        prop = found.spec.properties.get(key)
        if prop is None or prop.write_only or value is UNKNOWN:
            inputs[key] = value
        elif key in outputs:
            inputs[key] = value if schema.equal(prop, outputs[key], value) else outputs[key]
        elif not plain(value):
            inputs[key] = value
    return inputs


def _identity(found: Entry, id_: str, outputs: Properties) -> str:
    """The state's id: an import's id may be longer (`@region`, or three parts for a number's flow)."""
    if found.id_format == "{phoneNumberId}__{instanceId}":
        return f"{outputs['phoneNumberId']}__{outputs['instanceId']}"
    return id_.split("@")[0] if found.type.startswith("aws:connect/") else id_


def _echoed(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key != schema.DEFAULTS}


def _told(error: ProviderError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
