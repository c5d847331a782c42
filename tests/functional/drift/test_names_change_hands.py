"""Names that the service wants unique change hands in one edit: nothing is refused, and no line stops answering."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from ccdeploy.deploy import actions
from ccdeploy.deploy.prepare import OLD_LINK
from ccdeploy.deploy.settings import Settings
from ccdeploy.deploy.wiring import work

SETTINGS = Settings(today=dt.date(2026, 11, 22))

CENTER = """\
center: swap
region: eu-central-1
time_zone: Europe/Paris
language: en-GB
instance: {alias: swap-line}
quotas: {concurrent_calls: 50}
hours_of_operation:
  day: {mon-fri: 08:00-20:00, title: Alpha}
  night: {daily: 20:00-23:00, title: Bravo}
queues:
  front: {hours: day, title: Alpha, max_contacts: 5, quick_connects: [desk, mate, ask]}
  second: {hours: night, title: Bravo}
routing_profiles:
  helper: {queues: [front, second], title: Alpha}
  other: {queues: [front], title: Bravo}
security_profiles:
  helper: {base: agent, title: Alpha}
  other: {base: agent, title: Bravo}
agent_statuses: [Break, Training]
quick_connects:
  desk: {phone: "+33199001500", title: Alpha}
  mate: {queue: front, title: Bravo}
  ask: {flow: over, title: Charlie}
phone_numbers: {main: {country: FR, flow: welcome}, two: {country: FR, flow: other}}
"""
SAYS = "steps: {hello: {say: Call 112.}, wait: {queue: front, full: bye}, bye: {hang_up: true}}\n"
GOES = "steps: {go: {queue: current, full: bye}, bye: {hang_up: true}}\n"


def flow(name: str, title: str, kind: str = "inbound") -> str:
    return f"flow: {name}\ntype: {kind}\ntitle: {title}\n{SAYS if kind == 'inbound' else GOES}"


FLOWS = {
    "welcome": flow("welcome", "Alpha"),
    "other": flow("other", "Bravo"),
    "third": flow("third", "Delta"),
    "over": flow("over", "Charlie", "queue_transfer"),
}


def swapped(text: str, group: str) -> str:
    """The two titles of a group in each other's place."""
    lines, inside = [], False
    for line in text.splitlines(keepends=True):
        inside = line.startswith(f"{group}:") if not line.startswith(" ") else inside
        lines.append(line.replace("Alpha", "?").replace("Bravo", "Alpha").replace("?", "Bravo") if inside else line)
    return "".join(lines)


def swap(group: str) -> Callable[[Any], None]:
    """Two titles of a group change places."""

    def edit(line: Any) -> None:
        path = line.folder / "center.yaml"
        path.write_text(swapped(path.read_text(encoding="utf-8"), group), encoding="utf-8")

    return edit


def swap_flows(line: Any) -> None:
    line.edit("title: Alpha", "title: Bravo", "flows/welcome.yaml")
    line.edit("title: Bravo", "title: Alpha", "flows/other.yaml")


def quick_connect_to_a_flow(line: Any) -> None:
    line.edit('{phone: "+33199001500", ', "{flow: over, ")


def quick_connect_to_a_number(line: Any) -> None:
    line.edit("{flow: over, title", '{phone: "+33199001501", title')


def other_key(line: Any) -> None:
    """Another queue under the title of one that goes."""
    line.edit("second: {hours", "third: {hours")
    line.edit("[front, second]", "[front, third]")


def handed_on(line: Any) -> None:
    """One title goes on to the next, and the last gets a new one."""
    line.edit("{hours: day, title: Alpha", "{hours: day, title: Bravo")
    line.edit("{hours: night, title: Bravo", "{hours: night, title: Echo")


def another_type(line: Any) -> None:
    """A flow that must be replaced, under its own name."""
    (line.folder / "flows" / "third.yaml").write_text(flow("third", "Delta", "queue_transfer"), encoding="utf-8")


def another_flow(line: Any) -> None:
    line.edit("two: {country: FR, flow: other}", "two: {country: FR, flow: welcome}")


GROUPS = ("hours_of_operation", "queues", "routing_profiles", "security_profiles")
EDITS = {
    **{f"two {group} swap titles": swap(group) for group in GROUPS},
    "two flows swap titles": swap_flows,
    "a quick connect leads to a flow now": quick_connect_to_a_flow,
    "a quick connect leads to a number now": quick_connect_to_a_number,
    "another queue takes the title of one that goes": other_key,
    "a title is handed on": handed_on,
    "a flow becomes one of another type": another_type,
    "a number is led to another flow": another_flow,
}
TOGETHER = [edit for name, edit in EDITS.items() if edit not in (handed_on, other_key)]


def mutations(line: Any) -> list[str]:
    """The operations that changed something, in order."""
    text = (line.folder / ".ccdeploy" / "sandbox" / "history.jsonl").read_text(encoding="utf-8")
    return [record["operation"] for record in map(json.loads, text.splitlines()) if record["effect"]]


def stands(line: Any, edits: list[Callable[[Any], None]]) -> list[str]:
    """What the run said, once the plan was carried out to the letter and nothing is left to do."""
    line.up(rosters=False)
    before = len(mutations(line))
    for edit in edits:
        edit(line)
    planned = line.preview().changes
    done = line.up(rosters=False)
    assert done.error is None
    assert done.changes == planned
    assert "DisassociatePhoneNumberContactFlow" not in mutations(line)[before:]
    plan = line.preview()
    assert not plan.changes.any
    assert plan.drifted.all == ()
    said: list[str] = line.said
    return said


def test_everything_changes_names_in_one_edit(line: Callable[..., Any]) -> None:
    said = stands(line(CENTER, FLOWS), TOGETHER)
    assert any(sentence.startswith("Names change hands; for a moment") for sentence in said)


def as_it_was_once(resource: dict[str, Any], provider: str) -> dict[str, Any]:
    """A number's flow as pulumi-aws keeps it."""
    if resource["type"] != "ccdeploy:index:NumberFlow":
        return resource
    instance, number = resource["id"].split(":")
    urn = resource["urn"].replace("ccdeploy:index:NumberFlow", OLD_LINK)
    return {**resource, "type": OLD_LINK, "urn": urn, "id": f"{number}__{instance}", "provider": provider}


def test_a_line_that_an_older_version_led_to_its_flow_goes_on_answering(line: Callable[..., Any]) -> None:
    short = "phone_numbers: {main: {country: FR, flow: welcome}}\nqueues: {front: {hours: day}}\n"
    old = line(
        f"{CENTER.partition('quotas')[0]}hours_of_operation: {{day: 24x7}}\n{short}", {"welcome": FLOWS["welcome"]}
    )
    old.up(rosters=False)
    center = actions.read(SETTINGS, old.folder, "up").center
    with work(SETTINGS, old.folder, center, lease="up") as wired:
        document = wired.engine.export_open()
        resources = document["deployment"]["resources"]
        aws = next(item["provider"] for item in resources if item["type"] == "aws:connect/queue:Queue")
        document["deployment"]["resources"] = [as_it_was_once(item, aws) for item in resources]
        wired.engine.replace_state(document)
    before = len(mutations(old))
    assert old.up(rosters=False).error is None
    assert mutations(old)[before:] == ["AssociatePhoneNumberContactFlow"]
    assert old.drift() == []


@pytest.mark.long
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_each_edit_by_itself(line: Callable[..., Any], edit: Callable[[Any], None]) -> None:
    stands(line(CENTER, FLOWS), [edit])
