"""Ids of what stands, and the user's own keys for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DAY: Final = frozenset({"day", "startTime", "endTime"})
_CHOICE: Final = frozenset({"channel", "queueId", "priority", "delay"})


class Names:
    """Which key an id or ARN of the stack belongs to. Made from the resources of an exported state."""

    def __init__(self, resources: Iterable[Mapping[str, Any]]) -> None:
        from ..stacks.engine import urns

        self._known: dict[str, tuple[str, str]] = {}
        for item in resources:
            own = str(item.get("id", "")).rpartition(":")[2].rpartition("/")[2]
            kind, name = str(item["type"]), urns.name(str(item["urn"]))
            if not _ID.fullmatch(own) or item.get("delete"):
                continue
            # What hangs on a thing bears the thing's id; the thing itself comes from `aws` or has an id of its own.
            if own not in self._known or kind.startswith("aws:"):
                self._known[own] = (kind, name)

    def key(self, value: Any) -> str | None:
        """The key of an id or ARN of ours, or None."""
        found = self._known.get(str(value).rpartition(":")[2].rpartition("/")[2])
        return None if found is None else found[1]

    def kind(self, value: Any) -> str:
        """Pulumi's type of an id or ARN of ours, or ""."""
        return self._known.get(str(value).rpartition(":")[2].rpartition("/")[2], ("", ""))[0]

    def readable(self, value: Any) -> Any:
        """`value` with keys in the place of our ids, and opening times and queue choices in a few words."""
        if isinstance(value, str):
            return (_ID.search(value) and self.key(value)) or value
        if isinstance(value, list):
            return [self.readable(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == _DAY:
            return f"{str(value['day'])[:3].lower()} {clock(value['startTime'])}-{clock(value['endTime'])}"
        if set(value) >= _CHOICE:
            queue = self.readable(value["queueId"])
            return f"{queue} (priority {value['priority']}, after {value['delay']} s)"
        return {key: self.readable(item) for key, item in value.items()}


def clock(time: Mapping[str, Any]) -> str:
    """`08:00` of `{hours, minutes}`; what the service leaves out is 0."""
    return f"{int(time.get('hours') or 0):02}:{int(time.get('minutes') or 0):02}"
