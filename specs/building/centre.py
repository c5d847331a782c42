"""From a document to a Center: the one place that puts the parts together."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from .. import nodes
from ..frozen import dataclass
from ..grammar.center import center as center_table
from ..grammar.shapes import Reading, Values
from ..model import Center, FlowFile, Hours, Text
from ..problems import Problems, Where
from ..texts import TextContext
from . import names, numbers, people, queues
from .checks import check
from .hours import build_hours

FILE = "center.yaml"


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside center.yaml. `flows_whole`: every flow file could be read, so unknown flows are unknown."""

    flows: dict[str, FlowFile]
    flows_whole: bool
    texts: dict[str, Text]
    texts_whole: bool


def build(
    document: nodes.Mapping, beside: Beside, folder: Path, stack: str, today: dt.date, problems: Problems
) -> Center:
    """The centre that `document` (overlay laid over) says. Mistakes are recorded; gaps get harmless values."""
    where = Where(FILE, 1, 1)
    flows = frozenset(beside.flows) if beside.flows_whole else None
    context = TextContext(names.languages(document), None, names.prompts(document))
    texts = _texts(document, beside, context, problems)
    strict, waived = _strictness(document)
    reading = Reading(
        problems,
        names.defined(document, flows),
        TextContext(context.languages, texts if beside.texts_whole else None, context.prompts),
        strict,
        waived,
    )
    values: Values = center_table().read(_without(document, "texts"), where, reading)
    center = _center(values, document, beside, folder, stack, today, texts, reading)
    check(center, values, reading)
    return center


def _without(document: nodes.Mapping, key: str) -> nodes.Mapping:
    return nodes.Mapping({k: v for k, v in document if k != key}, document.where, document.keys)


def _texts(document: nodes.Mapping, beside: Beside, context: TextContext, problems: Problems) -> dict[str, Text]:
    """The texts of the folder and those under `texts:`."""
    texts = dict(beside.texts)
    node = document.get("texts")
    if node is None:
        return texts
    inner = Reading(problems, {}, TextContext(context.languages, {}, context.prompts))
    read = center_table().fields["texts"].shape.read(node, document.where_of("texts"), inner)
    for key, text in read.items() if isinstance(read, Values) else ():
        if key in texts:
            problems.error(text.where, "duplicate-key", f'text "{key}" stands at {texts[key].where} too')
        texts.setdefault(key, text)
    return texts


def _strictness(document: nodes.Mapping) -> tuple[bool, frozenset[str]]:
    safety = document.get("safety")
    if not isinstance(safety, nodes.Mapping):
        return False, frozenset()
    waive = safety.get("waive")
    return True, frozenset(waive.entries) if isinstance(waive, nodes.Mapping) else frozenset()


def _center(
    values: Values,
    document: nodes.Mapping,
    beside: Beside,
    folder: Path,
    stack: str,
    today: dt.date,
    texts: dict[str, Text],
    reading: Reading,
) -> Center:
    problems = reading.problems
    flows = frozenset(beside.flows)
    key = values.get("center", "")
    zone = values.get("time_zone", "UTC")
    empty = Values()
    hierarchy = people.build_hierarchy(values.get("hierarchy"), problems)
    external = dict(values.get("external_numbers", {}))
    declared = values.get("queues", empty)
    languages = numbers.build_languages(values, problems)
    connects = queues.build_quick_connects(values.get("quick_connects", empty), declared, external, flows, reading)
    made = queues.build_queues(declared, connects, flows)
    return Center(
        key=key,
        title=values.get("title", key),
        stack=stack,
        folder=str(folder),
        region=values.get("region", ""),
        account=values.get("account"),
        time_zone=zone,
        languages=languages,
        texts=texts,
        instance=numbers.build_instance(values.get("instance"), values.at("instance")),
        recording=numbers.build_recording(values.get("recording"), problems),
        data=numbers.build_data(values.get("data")),
        safety=numbers.build_safety(values.get("safety"), external, problems),
        hours=_hours(values, document, zone, today, reading),
        queues=made,
        defaults=queues.moment_flows(values.get("defaults", empty), flows),
        routing_profiles=queues.build_profiles(values.get("routing_profiles", empty), made, hierarchy, reading),
        security_profiles=people.build_security_profiles(values.get("security_profiles", empty), problems),
        hierarchy=hierarchy,
        agent_statuses=people.build_statuses(values.get("agent_statuses", []), problems),
        external_numbers=external,
        quick_connects=connects,
        phone_numbers=numbers.build_numbers(values.get("phone_numbers", empty)),
        prompts=numbers.build_prompts(values.get("prompts", empty), tuple(languages), problems),
        skills={key: tuple(dict.fromkeys(found)) for key, found in values.get("skills", {}).items()},
        lambdas=dict(values.get("lambdas", {})),
        bots=dict(values.get("bots", {})),
        approved_origins=tuple(dict.fromkeys(values.get("approved_origins", ()))),
        switches=numbers.build_switches(values.get("switches", empty), external, problems),
        attributes=numbers.build_attributes(values.get("attributes", empty)),
        rosters=tuple(dict.fromkeys(values.get("rosters", ()))),
        agents=people.agent_defaults(values.get("agents", empty), hierarchy),
        quotas=dict(values.get("quotas", {})),
        staffing=people.build_staffing(values.get("staffing")),
        tags=dict(values.get("tags", {})),
        flows=beside.flows,
        today=today,
        state=values.get("state"),
        stacks=tuple(values.get("environments", {})),
        unread=frozenset(
            kind for kind, whole in (("flows", beside.flows_whole), ("texts", beside.texts_whole)) if not whole
        ),
    )


def _hours(values: Values, document: nodes.Mapping, zone: str, today: dt.date, reading: Reading) -> dict[str, Hours]:
    section = document.get("hours_of_operation")
    made: dict[str, Hours] = {}
    node: Any
    for key, node in values.get("hours_of_operation", {}).items():
        assert isinstance(section, nodes.Mapping)
        made[key] = build_hours(key, node, section.where_of(key), reading, zone, today)
    return made
