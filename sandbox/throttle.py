"""Token buckets, one an operation, account and Region, as the service has them (Connect facts 1.1)."""

from __future__ import annotations

import threading

from .clock import Clock

_DEFAULT = (2.0, 5.0)  # sustained requests a second, burst
_RATES: dict[str, tuple[float, float]] = {
    "CreateInstance": (0.1, 1),
    "DeleteInstance": (0.1, 1),
    "GetMetricData": (5, 8),
    "GetMetricDataV2": (10, 10),
    "GetCurrentMetricData": (5, 8),
    "SearchContacts": (0.5, 1),
    **dict.fromkeys(
        (
            "StartChatContact",
            "StartContactStreaming",
            "StopContactStreaming",
            "CreatePersistentContactAssociation",
            "UpdateParticipantRoleConfig",
            "CreateParticipant",
        ),
        (5.0, 8.0),
    ),
    "GetContactAttributes": (10, 15),
    "UpdateContactAttributes": (10, 15),
    "DescribeContact": (10, 15),
    "StopContact": (10, 15),
    "UpdateContact": (10, 15),
    "ListContactReferences": (10, 15),
    "BatchPutContact": (10, 15),
    "TagContact": (20, 25),
    "UntagContact": (20, 25),
    "UpdateContactRoutingData": (20, 20),
    "SendChatIntegrationEvent": (17, 26),
    "CreateIntegrationAssociation": (2, 5),
    "CreateIntegrationAssociation/SES_IDENTITY": (1, 5),  # a bucket of its own
    "DeleteIntegrationAssociation": (2, 5),
    "ListIntegrationAssociations": (25, 50),
}
_EVALUATION = (3.0, 5.0)  # every operation of evaluations


def rate(operation: str) -> tuple[float, float]:
    """Requests a second and burst of an operation: 2 and 5 unless the service says otherwise."""
    found = _RATES.get(operation)
    if found is None:
        found = _EVALUATION if "Evaluation" in operation else _DEFAULT
    return found


def bucket_of(operation: str, body: bytes) -> str:
    """The name of the bucket that a request draws from: its operation's, but for the one kind that has its own."""
    if operation == "CreateIntegrationAssociation" and b'"SES_IDENTITY"' in body:
        return f"{operation}/SES_IDENTITY"
    return operation


class Throttle:
    """The buckets of one server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}  # (Region, operation) -> tokens, when

    def allow(self, region: str, operation: str) -> bool:
        """Take a token; False when there is none, and the request must be refused."""
        persecond, burst = rate(operation)
        now = self._clock.now()
        with self._lock:
            tokens, since = self._buckets.get((region, operation), (burst, now))
            tokens = min(burst, tokens + max(0.0, now - since) * persecond)
            if tokens < 1:
                self._buckets[region, operation] = (tokens, now)
                return False
            self._buckets[region, operation] = (tokens - 1, now)
            return True


def seconds_on_aws(calls: dict[str, int]) -> float:
    """How long the service would take for so many calls of each operation, at its default rates.

    Buckets of different operations run side by side, so that the slowest one decides.
    """
    longest = 0.0
    for operation, count in calls.items():
        persecond, burst = rate(operation)
        longest = max(longest, max(0.0, count - burst) / persecond)
    return longest
