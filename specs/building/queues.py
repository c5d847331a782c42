"""Queues, routing profiles and quick connects: from what is declared to what Connect has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..grammar.shapes import Reading, Values
from ..model import (
    DefaultFlows,
    Hierarchy,
    Queue,
    QueueChoice,
    QueueVariant,
    QuickConnect,
    RoutingProfile,
    RoutingVariant,
)
from .entries import check_entries, entry_of
from .people import agent_defaults

MOMENTS = (
    "waiting",
    "agent_whisper",
    "customer_whisper",
    "customer_hold",
    "agent_hold",
    "after_call",
    "outbound",
    "transfer_to_queue",
    "transfer_to_agent",
)


def moment_flows(values: Values, flows: Iterable[str] | None) -> DefaultFlows:
    """The flows that `values` names. A built-in one's own name means the built-in, unless a flow file has the name."""
    named = set(flows or ())
    chosen: dict[str, str | None] = {}
    for moment in MOMENTS:
        word = values.get(moment)
        built_in = word == moment.replace("_", "-") and word not in named
        chosen[moment] = None if built_in else word
    return DefaultFlows(**chosen)


def variants(key: str, title: str, languages: Iterable[str], own_callbacks: bool) -> tuple[QueueVariant, ...]:
    """The real queues of a declared one."""
    made = []
    spoken: list[str | None] = [*languages]
    for language in spoken or [None]:
        name = key if language is None else f"{key}-{language}"
        shown = name if title == key else title if language is None else f"{title} ({language})"
        callbacks = f"{name}-callbacks" if own_callbacks else None
        made.append(
            QueueVariant(
                name,
                shown,
                language,
                callbacks,
                "" if callbacks is None else callbacks if title == key else f"{shown} callbacks",
            )
        )
    return tuple(made)


def build_queues(read: Values, quick_connects: Iterable[str], flows: Iterable[str] | None) -> dict[str, Queue]:
    """The queues by key. `quick_connects` are all there are: the default of each queue."""
    every = tuple(quick_connects)
    made: dict[str, Queue] = {}
    for key, values in read.items():
        entry = entry_of(key, values, values.where)
        languages = tuple(dict.fromkeys(values.get("languages", ())))
        capped = values.get("max_contacts")
        own = values.get("callbacks", "own" if capped is not None else "same") == "own"
        chosen = values.get("quick_connects")
        made[key] = Queue(
            **entry,
            hours=values.get("hours", ""),
            max_contacts=capped,
            open=values.get("status", "open") == "open",
            caller_id=values.get("caller_id"),
            caller_name=values.get("caller_name"),
            spoken=values.get("spoken"),
            quick_connects=every if chosen is None else _expanded(chosen, every),
            flows=moment_flows(values, flows),
            languages=languages,
            own_callbacks=own,
            variants=variants(key, entry["title"], languages, own),
        )
    return made


def _expanded(chosen: Iterable[str], every: tuple[str, ...]) -> tuple[str, ...]:
    """Quick connects by the keys they were made under: one to a queue of several languages became several."""
    found: list[str] = []
    for name in chosen:
        found += [name] if name in every else [key for key in every if key.startswith(f"{name}-")]
    return tuple(dict.fromkeys(found))


def check_queues(queues: Mapping[str, Queue], reading: Reading) -> None:
    """Record real queues that share a key or a name, and queues that cannot be."""
    check_entries(queues, "queue", ["BasicQueue"], reading.problems)
    owners: dict[str, Queue] = {}
    for queue in queues.values():
        for real in queue.real_keys:
            other = owners.setdefault(real, queue)
            if other is not queue:
                reading.problems.error(
                    queue.where,
                    "duplicate-name",
                    f'both "{queue.key}" and "{other.key}" (line {other.where.line}) make a real queue "{real}"',
                    "give one of them another key",
                )


def build_quick_connects(
    read: Values, queues: Values, numbers: Mapping[str, str], flows: Iterable[str] | None, reading: Reading
) -> dict[str, QuickConnect]:
    """The quick connects by key; one to a queue with languages becomes one a language."""
    made: dict[str, QuickConnect] = {}
    for key, values in read.items():
        entry = entry_of(key, values, values.where)
        kind = _kind(key, values, reading)
        flow = values.get("flow")
        if flow in {"transfer-to-queue", "transfer-to-agent"} and flow not in set(flows or ()):
            flow = None
        if kind == "phone":
            made[key] = QuickConnect(**entry, kind="phone", phone=numbers.get(values["phone"], values["phone"]))
        elif kind == "queue":
            for queue, suffix in _real(values["queue"], queues):
                named = {**entry, "key": key + suffix}
                if suffix:
                    plain = entry["title"] == key
                    named["title"] = key + suffix if plain else f"{entry['title']} ({suffix[1:]})"
                made[named["key"]] = QuickConnect(**named, kind="queue", queue=queue, flow=flow)
        elif kind == "agent":
            made[key] = QuickConnect(**entry, kind="agent", agent=values["agent"], flow=flow)
        elif kind == "flow":
            made[key] = QuickConnect(**entry, kind="flow", flow=flow)
    return made


def _kind(key: str, values: Values, reading: Reading) -> str | None:
    said = [kind for kind in ("phone", "queue", "agent") if kind in values.wheres]
    if len(said) > 1 or (said == ["phone"] and "flow" in values.wheres):
        both = [*said, *(["flow"] if "flow" in values.wheres else [])]
        reading.problems.error(
            values.where, "bad-quick-connect", f'"{key}" says {" and ".join(both)}', "write one destination"
        )
        return None
    if not said and "flow" not in values.wheres:
        reading.problems.error(
            values.where, "missing-key", f'"{key}" has no destination', "write phone:, queue:, agent: or flow:"
        )
        return None
    kind = said[0] if said else "flow"
    return kind if kind in values else None


def _real(name: str, queues: Values) -> list[tuple[str, str]]:
    """Real queues behind a reference, each with the suffix that its language adds."""
    declared = queues.get(name)
    languages = declared.get("languages", ()) if isinstance(declared, Values) else ()
    return [(f"{name}-{language}", f"-{language}") for language in languages] or [(name, "")]


def build_profiles(
    read: Values, queues: Mapping[str, Queue], hierarchy: Hierarchy, reading: Reading
) -> dict[str, RoutingProfile]:
    """The routing profiles by key, with the real ones for each combination of languages."""
    made: dict[str, RoutingProfile] = {}
    for key, values in read.items():
        entry = entry_of(key, values, values.where)
        combinations = [tuple(dict.fromkeys(c)) for c in values.get("languages", ())] or [()]
        made[key] = RoutingProfile(
            **entry,
            variants=tuple(_variant(entry, values, combination, queues, reading) for combination in combinations),
            channels=dict(values.get("channels", {})) or {"voice": 1},
            agents=agent_defaults(values.get("agents", Values()), hierarchy),
        )
    return made


def _variant(
    entry: dict[str, str], values: Values, languages: tuple[str, ...], queues: Mapping[str, Queue], reading: Reading
) -> RoutingVariant:
    key, title = entry["key"], entry["title"]
    name = "-".join([key, *languages])
    shown = name if title == key else f"{title} ({', '.join(languages)})" if languages else title
    choices: dict[str, QueueChoice] = {}
    for item in values.get("queues", ()):
        for real in _served(item.get("queue"), languages, queues):
            if real in choices:
                reading.problems.error(
                    item.where, "duplicate-name", f'"{item["queue"]}" stands twice in the queues of "{key}"'
                )
            choices[real] = QueueChoice(real, item.get("priority", 1), item.get("delay", 0))
    if values.get("queues") and not choices:
        spoken = ", ".join(languages)
        reading.problems.error(
            values.at("languages"), "no-queue", f'no queue of "{key}" is served in {spoken}', "name a queue with it"
        )
    outbound = _served(values.get("default_outbound"), languages, queues) or list(choices) or [""]
    return RoutingVariant(name, shown, languages, tuple(choices.values()), outbound[0])


def _served(name: str | None, languages: tuple[str, ...], queues: Mapping[str, Queue]) -> list[str]:
    """Real queues that a profile of `languages` serves when it names `name`, those for callbacks after their own."""
    queue = queues.get(name or "")
    if queue is None:
        return [name] if name and any(name in other.real_keys for other in queues.values()) else []
    found: list[str] = []
    for variant in queue.variants:
        if variant.language is None or not languages or variant.language in languages:
            found += [variant.key, *([variant.callbacks] if variant.callbacks else [])]
    return found
