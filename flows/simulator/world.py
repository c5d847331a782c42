"""What a simulated call runs in: flows in Flow language, and what their references lead to.

A world is plain data. It is made from a centre (`of_center`), from one document (`of_document`), or from what stands
in an instance (`deploy.live`); the machine does not know which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field

from ...specs.frozen import dataclass
from ...specs.model import Center, Hours
from ...specs.problems import Problems
from ..catalogue import API_TYPES, OUR_TYPES
from ..centre import FlowSet
from ..compiled import CompiledFlow, Origin, Ref
from ..document import Document, read_document
from ..fictional import arn, bind, uuid_of
from ..language import validate

CALLER = "+33199000150"
_ARN = re.compile(r"arn:aws[a-z-]*:([a-z]+):[a-z0-9-]*:\d*:(.*)")
_SEGMENTS = {
    "queue": "queue",
    "contact-flow": "flow",
    "flow-module": "module",
    "operating-hours": "hours",
    "prompt": "prompt",
    "agent": "agent",
}


@dataclass(frozen=True, slots=True)
class QueueInfo:
    """A queue. `hours` is a key of the world's hours, `outbound` a flow; `behind` is the queue as its user declared
    it, `shown` the one that a booked callback is told to wait in."""

    key: str
    title: str
    behind: str = ""
    shown: str = ""
    hours: str = ""
    max_contacts: int | None = None
    outbound: str = ""
    arn: str = ""


@dataclass(frozen=True, slots=True)
class NumberInfo:
    """A phone number: the flow that answers it, and the number itself where it is known."""

    key: str
    flow: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class QuickConnectInfo:
    """Where an agent can send a caller: `kind` is phone, queue, agent or flow; `flow` is the transfer flow."""

    key: str
    kind: str
    to: str
    flow: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A person of the rosters: the queues of the routing profile as (queue, priority, delay), and skills."""

    username: str
    queues: tuple[tuple[str, int, int], ...]
    skills: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class World:
    """Everything that a call can meet. `names` maps ids and ARNs to (kind, key)."""

    flows: Mapping[str, Document]
    types: Mapping[str, str]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    origins: Mapping[str, Mapping[str, Origin]] = field(default_factory=dict)
    queues: Mapping[str, QueueInfo] = field(default_factory=dict)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    switches: frozenset[str] = frozenset()  # keys of `hours` that are crisis switches: open while they are on
    numbers: Mapping[str, NumberInfo] = field(default_factory=dict)
    quick_connects: Mapping[str, QuickConnectInfo] = field(default_factory=dict)
    external: Mapping[str, str] = field(default_factory=dict)  # key -> E.164
    seats: tuple[Seat, ...] = ()
    time_zone: str = "UTC"
    country: str = ""
    known_functions: frozenset[str] = frozenset()
    alone: bool = False  # one file, nothing around it
    guessed: bool = False  # the file does not say what type of flow it is
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)  # what the service would refuse

    @property
    def timetable(self) -> dict[str, Hours]:
        """The hours that follow the clock: all but the switches, which somebody turns."""
        return {key: hours for key, hours in self.hours.items() if key not in self.switches}

    def lookup(self, value: str, kind: str) -> str:
        """The key behind an id or ARN; what cannot be known keeps a name of its own, never another's."""
        found = self.names.get(value)
        if found is not None:
            return found[1]
        told = _ARN.fullmatch(value)
        if told is not None:
            found = self.names.get(value.rsplit("/", 1)[-1])
            if found is not None:
                return found[1]
            last = told.group(2).split("/")
            return last[-1].rsplit(":", 1)[-1] if kind in {"lambda", "bot"} else value.rsplit("/", 1)[-1]
        return value

    def origin(self, flow: str, action: str) -> Origin:
        """Where an action comes from; for a document without origins the action itself is the step."""
        return self.origins.get(flow, {}).get(action) or Origin("", 0, action)

    def own(self, flow: str) -> bool:
        """Whether a flow is the user's, and not a built-in one."""
        return not flow.startswith("built-in-")


def of_center(center: Center, flows: FlowSet, seats: Iterable[Seat] = ()) -> World:
    """The world of a centre, its flows bound with fictional ARNs."""
    documents: dict[str, Document] = {}
    names: dict[str, tuple[str, str]] = {}
    for name, flow in flows.flows.items():
        documents[name] = document_of(flow, center.region)
        names.update({arn(ref, center.region): (ref.kind, ref.name) for ref in flow.refs if ref.kind != "phone_number"})
    queues = {}
    for key, queue in center.real_queues.items():
        variant = next((v for v in queue.variants if key in (v.key, v.callbacks)), None)
        callbacks = variant is not None and key == variant.callbacks
        title = (variant.callbacks_title if callbacks else variant.title) if variant else queue.title
        queues[key] = QueueInfo(
            key=key,
            title=center.shown(title),
            behind=queue.key,
            shown=variant.key if variant else key,
            hours=queue.hours,
            max_contacts=None if callbacks else queue.max_contacts,
            outbound=flows.outbound.get(key, ""),
            arn=arn(Ref("queue", key), center.region),
        )
        names[queues[key].arn] = ("queue", key)
    switches = center.switches.values()
    return World(
        flows=documents,
        types={name: OUR_TYPES[flow.type] for name, flow in flows.flows.items()},
        names=names,
        origins={name: flow.origins for name, flow in flows.flows.items()},
        queues=queues,
        hours={**center.hours, **{switch.hours: Hours(switch.hours, switch.hours) for switch in switches}},
        switches=frozenset(switch.hours for switch in switches),
        numbers={
            key: NumberInfo(key, flows.numbers[key], number.number or "")
            for key, number in center.phone_numbers.items()
        },
        quick_connects=_quick_connects(center, flows),
        external=center.external_numbers,
        seats=tuple(seats),
        time_zone=center.time_zone,
        country=next((number.country for number in center.phone_numbers.values()), ""),
        known_functions=frozenset(center.lambdas),
    )


def _quick_connects(center: Center, flows: FlowSet) -> dict[str, QuickConnectInfo]:
    made = {}
    for key, link in center.quick_connects.items():
        to = link.phone or link.queue or link.agent or link.flow or ""
        flow = link.flow or ""
        if not flow and link.kind == "queue":
            flow = flows.transfer_to_queue
        elif not flow and link.kind == "agent":
            flow = flows.transfer_to_agent
        made[key] = QuickConnectInfo(key, link.kind, to, flow)
    return made


def document_of(flow: CompiledFlow, region: str = "eu-central-1") -> Document:
    """A compiled flow as the service would get it, with fictional ARNs."""
    problems = Problems()
    document = read_document(bind(flow, region), flow.name, problems)
    assert document is not None, problems.listed()
    return document


def of_document(document: Document, name: str = "", origins: Mapping[str, Origin] | None = None) -> World:
    """The world of one flow and nothing else: what its references lead to is not known, and is said so."""
    key = name or document.name or "flow"
    kind = document.likely_type
    found: dict[tuple[str, str], str] = {}
    for problem in validate(json.dumps(document.raw), API_TYPES[kind]):
        if problem.action in document.actions:
            found.setdefault((key, problem.action), problem.message)
    return World(
        flows={key: document},
        types={key: kind},
        names={uuid_of(f"flow:{key}"): ("flow", key)},
        origins={key: origins or {}},
        numbers={"main": NumberInfo("main", key)},
        alone=True,
        guessed=not document.type,
        refused=found,
    )
