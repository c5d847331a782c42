"""Which keys of center.yaml say what a resource is: from a field that somebody changed to keys and values.

A table by type and field. One entry of the folder that makes several resources (a queue in several languages) cannot
say that only one of them differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from . import theirs_entries as entries
from .drift import NUMBER_FLOW
from .names import Names, clock
from .theirs_entries import Unsayable

if TYPE_CHECKING:
    from ..specs.model import Center
    from ..stacks.engine.plan import Drift

Said = Iterator[tuple[tuple[str, ...], Any]]
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ENTRY: Final = frozenset({"title", "description", "tags", "was", "time_zone", "holidays", "overrides"})
_QUEUES: Final = ("queue:Queue", "index:QueueQuickConnects", "index:QueueOutbound")


class Place:
    """What is known around one drift: `entry` is the path of its entry in center.yaml, `changed` what stands in every
    field of the thing that somebody changed."""

    def __init__(
        self, center: Center, names: Names, text: str, item: Drift, changed: Mapping[str, Any] | None = None
    ) -> None:
        self.center, self.names, self.text, self.item = center, names, text, item
        self.changed = changed or {item.field: item.have}
        self.kind = item.type.rpartition("/")[2].removeprefix("ccdeploy:")
        group = _GROUPS.get(self.kind)
        self.entry: tuple[str, ...] = () if group is None else (group, item.name)
        if self.kind in _QUEUES:
            self._same(center.queues.get(item.name))
        elif self.kind == "routingProfile:RoutingProfile":
            self._same(center.routing_profiles.get(item.name))
        elif group is not None and item.name not in getattr(center, _FIELDS.get(group, group)):
            raise Unsayable("the folder has no such entry any more")

    def _same(self, entry: Any) -> None:
        if entry is None or len(entry.variants) != 1 or entry.variants[0].key != self.item.name:
            raise Unsayable("one entry of the folder makes several of these")

    @property
    def have(self) -> Any:
        """What stands."""
        return self.item.have

    def title(self, name: Any) -> str:
        """The title of the folder for a name in Connect. Raises Unsayable for one that no title gives."""
        empty = self.center.shown("")
        if not str(name).startswith(empty):
            raise Unsayable(f"names in an adopted instance begin with {empty.strip()!r}")
        return str(name).removeprefix(empty)

    def key(self, value: Any) -> str:
        """The folder's key of an id of ours. Raises Unsayable for somebody else's."""
        found = self.names.key(value)
        if found is None:
            raise Unsayable(f"it leads to something that this stack did not make ({value})")
        return found


def sayings(
    center: Center, names: Names, text: str, item: Drift, changed: Mapping[str, Any] | None = None
) -> list[tuple[tuple[str, ...], Any]]:
    """The keys and values that say what stands. `text` is center.yaml. Raises Unsayable."""
    place = Place(center, names, text, item, changed)
    if item.kind == "missing":
        if place.kind == "index:HoursOverride":
            return list(entries.override_gone(place))
        entry = ".".join(place.entry) or item.name
        if item.type == NUMBER_FLOW:
            raise Unsayable(f"a number of the folder has a flow: take {entry} out of the folder, or --keep ours")
        raise Unsayable(f"take {entry} and what names it out of the folder")
    if item.kind == "untagged":
        raise Unsayable("its tags are ccdeploy's own; --keep ours puts them back")
    say = _TABLE.get((place.kind, item.field)) or _WHOLE.get(place.kind)
    if say is None and item.field == "tags":
        say = entries.tags
    if say is None:
        raise Unsayable(
            _WHY.get((place.kind, item.field)) or f"there is no key for {item.field}; --keep ours undoes it"
        )
    return list(say(place))


def _under(key: str, words: Callable[[Any], Any] = lambda value: value) -> Callable[[Place], Said]:
    """The value stands under `key` of the entry."""

    def say(place: Place) -> Said:
        if place.have in (None, ""):
            raise Unsayable(f"take `{key}` out of {'.'.join(place.entry)}")
        yield (*place.entry, key), words(place.have)

    return say


def _title(place: Place) -> Said:
    yield (*place.entry, "title"), place.title(place.have)


def _reference(key: str) -> Callable[[Place], Said]:
    def say(place: Place) -> Said:
        yield (*place.entry, key), place.key(place.have)

    return say


def _switch(*path: str) -> Callable[[Place], Said]:
    def say(place: Place) -> Said:
        yield path, str(place.have).lower() == "true"

    return say


def _quick_connects(place: Place) -> Said:
    """A destination that stands for one in each language goes by the key of the folder."""
    from .rewrite import get_value

    written = get_value(place.text, ("quick_connects",)) or {}
    keys = {place.key(value) for value in place.have or ()}
    for key in sorted(written):
        each = {f"{key}-{language}" for language in place.center.languages} & set(place.center.quick_connects)
        if key not in place.center.quick_connects and each and each <= keys:
            keys = (keys - each) | {key}
    yield (*place.entry, "quick_connects"), sorted(keys)


def _choices(place: Place) -> Said:
    found = []
    for item in place.have or ():
        choice: dict[str, Any] = {"queue": place.key(item["queueId"])}
        if int(item.get("priority") or 1) != 1:
            choice["priority"] = int(item["priority"])
        if int(item.get("delay") or 0):
            choice["delay"] = f"{int(item['delay'])}s"
        found.append(choice if len(choice) > 1 else choice["queue"])
    if not found:
        raise Unsayable("a routing profile of the folder serves at least one queue")
    yield (*place.entry, "queues"), found


def _permissions(place: Place) -> Said:
    from ..specs.permissions import base
    from .rewrite import get_value

    written = get_value(place.text, place.entry)
    named = written.get("base", "none") if isinstance(written, dict) else "none"
    given, have = set(base(named)), set(place.have or ())
    before = written if isinstance(written, dict) else {}
    for key, names in (("permissions", sorted(have - given)), ("without", sorted(given - have))):
        if names or key in before:
            yield (*place.entry, key), names


def _quick(place: Place) -> Said:
    config: Mapping[str, Any] = place.have or {}
    phones, queues = config.get("phoneConfigs") or (), config.get("queueConfigs") or ()
    if phones:
        yield (*place.entry, "phone"), phones[0]["phoneNumber"]
    elif queues:
        yield (*place.entry, "queue"), place.key(queues[0]["queueId"])
        yield (*place.entry, "flow"), place.key(queues[0]["contactFlowId"])
    else:
        raise Unsayable("it leads to a person now")


def _week(place: Place) -> Said:
    """Opening hours: the keys of the days that changed; all of them where the folder's own keys cannot say that."""
    from .rewrite import get_value

    want, have = _windows(place.item.want), _windows(place.have)
    written = get_value(place.text, place.entry)
    changed = {day for day in _DAYS if want[day] != have[day]}
    said = {key: _range(key) for key in written if key not in _ENTRY} if isinstance(written, dict) else {}
    plain = all(isinstance(written[key], (str, list)) and not _over_midnight(written[key]) for key in said)
    if said and plain and all(len({have[day] for day in days}) == 1 for days in said.values()):
        for key, days in said.items():
            if changed & set(days):
                yield (*place.entry, key), _text(have[days[0]])
        for day in sorted(changed - {day for days in said.values() for day in days}, key=_DAYS.index):
            yield (*place.entry, day), _text(have[day])
        return
    rest = {key: value for key, value in written.items() if key in _ENTRY} if isinstance(written, dict) else {}
    yield place.entry, {**rest, **{day: _text(have[day]) for day in _DAYS}}


def _windows(configs: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {day: [] for day in _DAYS}
    for config in configs or ():
        end = clock(config["endTime"])
        window = f"{clock(config['startTime'])}-{'24:00' if end == '00:00' else end}"
        found[str(config["day"])[:3].lower()].append(window)
    return {day: tuple(sorted(windows)) for day, windows in found.items()}


def _text(windows: tuple[str, ...]) -> Any:
    return "closed" if not windows else windows[0] if len(windows) == 1 else list(windows)


def _range(key: str) -> tuple[str, ...]:
    if key == "daily":
        return _DAYS
    first, _, last = key.partition("-")
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    return _DAYS[start : end + 1] if start <= end else (*_DAYS[start:], *_DAYS[: end + 1])


def _over_midnight(value: Any) -> bool:
    windows = value if isinstance(value, list) else [value]
    ends = [window.partition("-") for window in windows]
    return any(end and end.zfill(5) < start.zfill(5) and end not in {"00:00", "0:00"} for start, _, end in ends)


_GROUPS: Final[Mapping[str, str]] = {
    "queue:Queue": "queues",
    "index:QueueQuickConnects": "queues",
    "index:QueueOutbound": "queues",
    "hoursOfOperation:HoursOfOperation": "hours_of_operation",
    "routingProfile:RoutingProfile": "routing_profiles",
    "securityProfile:SecurityProfile": "security_profiles",
    "quickConnect:QuickConnect": "quick_connects",
    "index:QuickConnect": "quick_connects",
    "index:NumberFlow": "phone_numbers",
    "phoneNumber:PhoneNumber": "phone_numbers",
    "index:SecurityProfileScope": "security_profiles",
    "index:PredefinedAttribute": "skills",
}
_FIELDS: Final = {"hours_of_operation": "hours"}
_TITLED: Final = ("queue:Queue", "hoursOfOperation:HoursOfOperation", "routingProfile:RoutingProfile")
_QUICKS: Final = ("quickConnect:QuickConnect", "index:QuickConnect")
_SECURITY: Final = "securityProfile:SecurityProfile"
_FEATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "inboundCallsEnabled": ("inbound",),
    "outboundCallsEnabled": ("outbound",),
    "contactFlowLogsEnabled": ("features", "flow_logs"),
    "earlyMediaEnabled": ("features", "early_media"),
    "multiPartyConferenceEnabled": ("features", "three_way"),
    "contactLensEnabled": ("features", "contact_lens"),
}
_TABLE: Final[Mapping[tuple[str, str], Callable[[Place], Said]]] = {
    **{(kind, "name"): _title for kind in (*_TITLED, *_QUICKS)},
    **{(kind, "description"): _under("description") for kind in (*_TITLED, *_QUICKS, _SECURITY)},
    **{("instance:Instance", field): _switch("instance", *path) for field, path in _FEATURES.items()},
    ("index:InstanceAttribute", "value"): _switch("instance", "features", "barge"),
    ("logGroup:LogGroup", "retentionInDays"): lambda place: iter([(("data", "logs"), f"{int(place.have)}d")]),
    ("queue:Queue", "maxContacts"): _under("max_contacts"),
    ("queue:Queue", "status"): _under("status", lambda word: "open" if word == "ENABLED" else "closed"),
    ("queue:Queue", "hoursOfOperationId"): _reference("hours"),
    ("index:QueueQuickConnects", "quickConnectIds"): _quick_connects,
    ("index:QueueOutbound", "callerIdName"): _under("caller_name"),
    ("index:QueueOutbound", "callerIdNumberId"): _reference("caller_id"),
    ("index:QueueOutbound", "outboundFlowId"): _reference("outbound"),
    ("hoursOfOperation:HoursOfOperation", "timeZone"): _under("time_zone"),
    ("hoursOfOperation:HoursOfOperation", "configs"): _week,
    ("routingProfile:RoutingProfile", "queueConfigs"): _choices,
    ("routingProfile:RoutingProfile", "defaultOutboundQueueId"): _reference("default_outbound"),
    (_SECURITY, "permissions"): _permissions,
    ("quickConnect:QuickConnect", "quickConnectConfig"): _quick,
    ("index:QuickConnect", "contactFlowId"): _reference("flow"),
    ("index:NumberFlow", "contactFlowId"): entries.number_flow,
    ("index:SecurityProfileScope", "resources"): entries.scope,
    ("routingProfile:RoutingProfile", "mediaConcurrencies"): entries.channels,
    ("userHierarchyStructure:UserHierarchyStructure", "hierarchyStructure"): entries.levels,
    ("index:PredefinedAttribute", "values"): lambda place: iter([(place.entry, list(place.have or ()))]),
}
_WHOLE: Final[Mapping[str, Callable[[Place], Said]]] = {
    "index:AgentStatus": entries.status,
    "index:HoursOverride": entries.override,
}
_WHY: Final[Mapping[tuple[str, str], str]] = {
    ("userHierarchyGroup:UserHierarchyGroup", "name"): "a group goes by its titles: another title makes another group "
    "and retires this one; --keep ours gives the old name back",
    (_SECURITY, "name"): "Connect cannot rename a security profile; --keep ours makes it anew",
    ("instance:Instance", "instanceAlias"): "an instance goes by its alias",
}
