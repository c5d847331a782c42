"""Queues as Connect has them (one a language, one more for callbacks) and the links that are set afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pulumi_aws import connect

from ..resources import QueueOutbound, QueueQuickConnects
from .site import Site, options, renamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...specs import model

_TYPE = "aws:connect/queue:Queue"
_LINKS = ["quick_connect_ids", "outbound_caller_config"]  # set by resources of our own


class RealQueue(NamedTuple):
    """A queue as Connect has it. `takes_calls` tells a queue for callers from one that only holds callbacks."""

    key: str
    title: str
    queue: model.Queue
    takes_calls: bool


def real_queues(queue: model.Queue) -> Iterator[RealQueue]:
    """The real queues behind one that the user declares."""
    for variant in queue.variants:
        yield RealQueue(variant.key, variant.title, queue, takes_calls=True)
        if variant.callbacks:
            title = variant.callbacks_title or f"{variant.title} callbacks"
            yield RealQueue(variant.callbacks, title, queue, takes_calls=False)


def all_real_queues(site: Site) -> Iterator[RealQueue]:
    """Every real queue of the centre, in the file's order."""
    for queue in site.center.queues.values():
        yield from real_queues(queue)


def register_queues(site: Site) -> None:
    """Every real queue, without the links that would be cycles."""
    for real in all_real_queues(site):
        queue = real.queue
        made = connect.Queue(
            real.key,
            instance_id=site.instance_id,
            name=site.name(_TYPE, real.key, real.title, renamed(queue, real.key)),
            description=queue.description or real.title,  # one that is there cannot be taken away again
            hours_of_operation_id=site.hours[queue.hours].hours_of_operation_id,
            max_contacts=queue.max_contacts if real.takes_calls else None,
            status="ENABLED" if queue.open else "DISABLED",
            tags=site.tags(_TYPE, real.key, queue),
            opts=options(was=renamed(queue, real.key), ignore=_LINKS),
        )
        site.queues[real.key] = made
        site.export("queues", real.key, {"id": made.queue_id, "arn": made.arn})


def link_quick_connects(site: Site) -> None:
    """Which quick connects agents of a queue see. Those that are not made yet (of agents to come) wait."""
    for real in all_real_queues(site):
        offered = [site.quick_connects[key] for key in real.queue.quick_connects if key in site.quick_connects]
        if offered and real.takes_calls:
            QueueQuickConnects(
                real.key,
                instance_id=site.instance_id,
                queue_id=site.queues[real.key].queue_id,
                quick_connect_ids=offered,
                opts=options(was=renamed(real.queue, real.key)),
            )


def link_outbound(site: Site) -> None:
    """The number, name and flow with which agents of a queue dial out; callbacks use them too."""
    for real in all_real_queues(site):
        queue = real.queue
        flow = site.flows.outbound.get(real.key)
        number = site.numbers.get(queue.caller_id) if queue.caller_id else None
        if flow is None and number is None and not queue.caller_name:
            continue
        content = [site.contents[flow]] if flow in site.contents else []
        QueueOutbound(
            real.key,
            instance_id=site.instance_id,
            queue_id=site.queues[real.key].queue_id,
            caller_id_name=queue.caller_name or None,
            caller_id_number_id=number.id if number is not None else None,
            outbound_flow_id=site.flow_ids[flow] if flow is not None else None,
            opts=options(was=renamed(queue, real.key), depends_on=content),
        )
