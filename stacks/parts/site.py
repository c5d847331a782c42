"""What the parts of the program share: the centre, the compiled flows, and what has been registered so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from ..names import tags_for
from ..naming import Naming

if TYPE_CHECKING:
    from pulumi_aws import connect

    from ...flows.centre import FlowSet
    from ...specs.model import Center, Entry
    from ..resources import AdoptedNumber, FlowContent, LexBot, Prompt

Text = pulumi.Output[str]


@dataclass
class Site:
    """Filled part by part, in the order of `stacks.program`; keys are those of real queues, variants and assets."""

    center: Center
    flows: FlowSet
    usernames: Mapping[str, str]  # agents that are known to exist, with their ids
    take_over: bool  # what an adopted instance has once for all is written too
    instance: connect.Instance
    hours: dict[str, connect.HoursOfOperation] = field(default_factory=dict)
    queues: dict[str, connect.Queue] = field(default_factory=dict)
    flow_ids: dict[str, Text] = field(default_factory=dict)  # flows and modules by unique name
    flow_arns: dict[str, Text] = field(default_factory=dict)
    contents: dict[str, FlowContent] = field(default_factory=dict)
    prompts: dict[str, Prompt] = field(default_factory=dict)
    quick_connects: dict[str, Text] = field(default_factory=dict)  # ids
    numbers: dict[str, connect.PhoneNumber | AdoptedNumber] = field(default_factory=dict)
    bots: dict[str, LexBot] = field(default_factory=dict)
    lambdas: dict[str, connect.LambdaFunctionAssociation] = field(default_factory=dict)
    outputs: dict[str, dict[str, object]] = field(default_factory=dict)
    naming: Naming = field(default_factory=Naming)

    @property
    def instance_id(self) -> Text:
        """The instance's id, which nearly everything needs."""
        return self.instance.id

    def tags(self, token: str, name: str, entry: Entry | None = None) -> dict[str, str]:
        """All tags of a resource of `token` (`aws:connect/queue:Queue`) with the logical name `name`."""
        return tags_for(self.center, token, name, entry.tags if entry else None)

    def name(self, token: str, key: str, title: str, was: str | None = None) -> str:
        """What a thing is called in Connect in this stage; `was` is its logical name before a rename."""
        return self.naming.name(token, key, self.center.shown(title), was)

    @property
    def owns_instance(self) -> bool:
        """Whether what an instance has once for all (switches, storage, levels) is ours to write."""
        return self.center.instance.adopt is None or self.take_over

    def export(self, group: str, key: str, value: object) -> None:
        """Put `value` (ids and ARNs by name, or one output) under `group` and `key` of the stack's outputs."""
        self.outputs.setdefault(group, {})[key] = value


def options(
    *,
    was: str | None = None,
    depends_on: Iterable[pulumi.Resource] = (),
    ignore: Sequence[str] = (),
    protect: bool | None = None,
    delete_before_replace: bool | None = None,
    retain: bool | None = None,
) -> pulumi.ResourceOptions:
    """Resource options. `was`, the logical name before a rename, becomes an alias: renamed in place, never remade."""
    return pulumi.ResourceOptions(
        aliases=[pulumi.Alias(name=was)] if was else None,
        depends_on=list(depends_on) or None,
        ignore_changes=list(ignore) or None,
        protect=protect,
        delete_before_replace=delete_before_replace,
        retain_on_delete=retain,
    )


def renamed(entry: Entry, real: str) -> str | None:
    """The former logical name of something that `entry` stands for: `real` with the old key in front."""
    if entry.was is None or entry.was == entry.key or not real.startswith(entry.key):
        return None
    return entry.was + real[len(entry.key) :]
