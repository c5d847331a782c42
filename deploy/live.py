"""What stands in an instance as a world to call: flows, hours with overrides, queues and numbers, read through the API.

Nothing is written. A flow that was changed by hand is heard as it stands.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..specs.errors import Refused
from ..specs.problems import Problems
from .settings import Settings

if TYPE_CHECKING:
    from ..flows.document import Document
    from ..flows.simulator.world import World
    from ..specs.model import Center, Hours, HoursOverride
    from ..stacks.cloud.client import Cloud

_DAYS = {
    "MONDAY": "mon",
    "TUESDAY": "tue",
    "WEDNESDAY": "wed",
    "THURSDAY": "thu",
    "FRIDAY": "fri",
    "SATURDAY": "sat",
    "SUNDAY": "sun",
}


def live_world(settings: Settings, center: Center, folder: Path) -> World:
    """The world that stands. Raises Refused before the first `up`."""
    from . import people
    from .standing import standing
    from .wiring import work

    with work(settings, folder, center) as there:
        outputs = standing(there.engine)
        instance = outputs.get("instance")
        if not instance:
            raise Refused(
                "Nothing stands yet to be called.",
                hint=f"Make it first: ccdeploy up {folder}",
                where=center.stack_name,
                code="nothing-stands",
            )
        reading = _Reading(there.cloud, instance["id"], center, outputs)
        reading.names.update({id_: ("agent", name) for name, id_ in people.usernames(there).items()})
        return reading.world()


class _Reading:
    """One reading of an instance. Things keep the keys that the outputs give them, others their names."""

    def __init__(self, cloud: Cloud, instance: str, center: Center, outputs: Mapping[str, Any]) -> None:
        self.cloud = cloud
        self.instance = instance
        self.center = center
        self.outputs = outputs
        self.names: dict[str, tuple[str, str]] = {}

    def world(self) -> World:
        """Everything, read once."""
        from dataclasses import replace

        from ..flows.centre import compile_center
        from ..flows.simulator.world import NumberInfo, of_center

        planned = compile_center(self.center, laid_out=False)
        base = of_center(self.center, planned)
        hours = self._hours()
        self._queues()
        documents, types = self._flows()
        origins = {name: flow.origins for name, flow in planned.flows.items() if name in documents}
        numbers = {
            key: NumberInfo(key, base.numbers[key].flow if key in base.numbers else "", str(number))
            for key, number in self.outputs.get("phone_numbers", {}).items()
        }
        queues = {key: replace(queue, arn=self._arn("queue", key) or queue.arn) for key, queue in base.queues.items()}
        names = {**base.names, **self.names}
        return replace(
            base,
            flows=documents,
            types=types,
            names=names,
            origins=origins,
            hours=hours,
            numbers=numbers or base.numbers,
            queues=queues,
        )

    def _arn(self, kind: str, key: str) -> str:
        return next((ref for ref, found in self.names.items() if found == (kind, key) and ref.startswith("arn:")), "")

    def _known(self, group: str) -> dict[str, str]:
        """Id -> key, of what this stack made."""
        return {
            str(value.get("id") if isinstance(value, Mapping) else value).rpartition(":")[2]: key
            for key, value in self.outputs.get(group, {}).items()
        }

    def _name(self, kind: str, group: str, item: Mapping[str, Any]) -> str:
        key = self._known(group).get(str(item["Id"]), str(item.get("Name", item["Id"])))
        self.names[str(item["Id"])] = (kind, key)
        if item.get("Arn"):
            self.names[str(item["Arn"])] = (kind, key)
        return key

    def _queues(self) -> None:
        from ..stacks.cloud.connect import PROMPTS, QUEUES, summaries

        for item in summaries(self.cloud, self.instance, QUEUES):
            self._name("queue", "queues", item)
        shown = self.center.shown
        titles = {shown(asset.key): asset.key for prompt in self.center.prompts.values() for asset in prompt.assets}
        titles |= {shown(prompt.title): key for key, prompt in self.center.prompts.items()}
        for item in summaries(self.cloud, self.instance, PROMPTS):
            key = titles.get(str(item.get("Name")), str(item.get("Name")))
            self.names[str(item["Id"])] = self.names[str(item["Arn"])] = ("prompt", key)

    def _flows(self) -> tuple[dict[str, Document], dict[str, str]]:
        from ..flows.catalogue import OUR_TYPES
        from ..flows.document import read_document
        from ..stacks.cloud.connect import FLOWS, MODULES, describe, summaries

        documents: dict[str, Document] = {}
        types: dict[str, str] = {}
        for kind, listing in (("flow", FLOWS), ("module", MODULES)):
            known = self._known("flows")
            for item in summaries(self.cloud, self.instance, listing):
                key = self._name(kind, "flows", item)
                if str(item["Id"]) not in known:
                    continue  # Connect's own, and other people's
                found = describe(self.cloud, self.instance, listing, str(item["Id"]))
                problems = Problems()
                document = read_document(str(found["Content"]), key, problems)
                if document is not None:
                    documents[key] = document
                    types[key] = OUR_TYPES[str(found.get("Type", "MODULE"))]
        return documents, types

    def _hours(self) -> dict[str, Hours]:
        from ..specs.model import Hours
        from ..stacks.cloud.connect import HOURS, describe, summaries

        made: dict[str, Hours] = {}
        known = self._known("hours_of_operation")
        switches = {id_: f"switch {key}" for id_, key in self._known("switches").items()}
        for item in summaries(self.cloud, self.instance, HOURS):
            key = self._name("hours", "hours_of_operation", item)  # a switch is named as it is titled
            if str(item["Id"]) not in {**known, **switches}:
                continue
            found = describe(self.cloud, self.instance, HOURS, str(item["Id"]))
            made[key] = Hours(
                key=key,
                title=str(found.get("Name", key)),
                time_zone=str(found["TimeZone"]),
                periods=tuple(_periods(found.get("Config", []))),
                overrides=tuple(self._overrides(str(item["Id"]))),
            )
        return made

    def _overrides(self, hours: str) -> Iterator[HoursOverride]:
        from ..specs.model import HoursOverride

        listed = self.cloud.pages(
            "connect",
            "list_hours_of_operation_overrides",
            "HoursOfOperationOverrideList",
            InstanceId=self.instance,
            HoursOfOperationId=hours,
        )
        for item in listed:
            recurrence = json.dumps(item.get("RecurrenceConfig") or {})
            yield HoursOverride(
                name=str(item.get("Name", "")),
                first=dt.date.fromisoformat(str(item["EffectiveFrom"])[:10]),
                last=dt.date.fromisoformat(str(item["EffectiveTill"])[:10]),
                windows=tuple(dict.fromkeys(_window(entry) for entry in item.get("Config", []))),
                yearly="YEARLY" in recurrence,
            )


def _periods(config: list[dict[str, Any]]) -> Iterator[Any]:
    from ..specs.model import Period

    for entry in config:
        start, end = _window(entry)
        yield Period(_DAYS[str(entry["Day"])], start, end)


def _window(entry: Mapping[str, Any]) -> tuple[int, int]:
    start, end = entry["StartTime"], entry["EndTime"]
    first = int(start["Hours"]) * 60 + int(start["Minutes"])
    last = int(end["Hours"]) * 60 + int(end["Minutes"])
    return first, last or 1440
