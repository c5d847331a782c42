"""What must hold of the instance: a directory where one is named, an adopted instance that is not to be made."""

from __future__ import annotations

from collections.abc import Iterator

from ..grammar.shapes import Values
from ..model import Center
from ..problems import Problems, Where

LONGEST_NAME = 127  # of queues, hours, profiles, quick connects (Connect facts 3)


def check_instance(center: Center, values: Values, problems: Problems) -> None:
    """Record a directory without its id or beside another identity, and names too long for an adopted instance."""
    section = values.get("instance", Values())
    if not isinstance(section, Values):
        return
    wanted = center.instance
    needed = wanted.identity == "directory" and not wanted.adopt
    if needed and "directory_id" not in section.wheres:
        message = "identity: directory needs the directory"
        problems.error(section.at("identity"), "missing-key", message, "for example `directory_id: d-0123456789`")
    if wanted.identity != "directory" and "directory_id" in section.wheres:
        message = f"directory_id does nothing: identity is {wanted.identity}"
        problems.error(section.at("directory_id"), "no-effect", message, "write identity: directory, or leave it out")
    if wanted.adopt:
        _check_adopted(center, problems)


def _check_adopted(center: Center, problems: Problems) -> None:
    """In an adopted instance the centre's key stands before each name."""
    for what, title, where in _named(center):
        length = len(center.shown(title))
        if length > LONGEST_NAME:
            message = f'{what} "{title}" is called "{center.key} …" in the adopted instance: {length} characters'
            problems.error(where, "too-long", message, f"at most {LONGEST_NAME} with the centre's key")


def _named(center: Center) -> Iterator[tuple[str, str, Where]]:
    for hours in center.hours.values():
        yield "hours of operation", hours.title, hours.where
    for queue in center.queues.values():
        for variant in queue.variants:
            yield "queue", variant.callbacks_title or variant.title, queue.where
    for profile in center.routing_profiles.values():
        for shown in profile.variants:
            yield "routing profile", shown.title, profile.where
    for security in center.security_profiles.values():
        yield "security profile", security.title, security.where
    for quick in center.quick_connects.values():
        yield "quick connect", quick.title, quick.where
    for status in center.agent_statuses.values():
        yield "agent status", status.title, status.where
