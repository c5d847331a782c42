"""What a plan of faults does to one request: refused before it happens, spoiled after it, or only late."""

from __future__ import annotations

import time
from dataclasses import dataclass
from xml.sax.saxutils import escape

from .clock import Clock
from .connect.responses import Outcome, refused
from .connect.shapes import Operation, operations, status_of
from .faults import Fault, Faults
from .wire import Call

_TEXT = "A planned fault"
_XML = frozenset(("s3", "iam", "sts", "cloudwatch", "monitoring"))


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True, slots=True)
class Met:
    """What one call meets: an answer in place of its own, or what is to happen with its own."""

    instead: Outcome | None = None
    fault: Fault | None = None
    lag: float = 0.0

    @property
    def fails(self) -> bool:
        """Whether what the call creates is to fail later."""
        return self.fault is not None and self.fault.kind == "fail-later"


def meet(faults: Faults, clock: Clock, call: Call, operation: str) -> Met:
    """Count the call and do what the plan wants before it. Raises Dropped."""
    if faults.expired(call.key, clock.now()):
        return Met(_expired(call))
    due = faults.due(operation, call.service)
    if not due:
        return Met()
    lag = max((one.seconds for one in due if one.kind == "lag"), default=0.0)
    fault = next((one for one in due if one.kind != "lag"), None)
    if fault is None:
        return Met(lag=lag)
    if fault.kind == "reset":
        raise Dropped
    if fault.kind == "hang":
        time.sleep(fault.seconds)
    if fault.kind == "expire-credentials":
        faults.expire(call.key, clock.now(), fault.seconds)
        return Met(_expired(call), fault)
    if fault.kind in ("throttle", "throttle-storm"):
        return Met(throttled(call, operation), fault)
    if fault.kind == "refuse":
        return Met(_in_words_of(call, fault.error, status_of(fault.error), _TEXT), fault)
    return Met(None, fault, lag)


def spoil(met: Met, call: Call) -> Outcome | None:
    """What takes the place of the answer after the effect, if anything. Raises Dropped."""
    kind = met.fault.kind if met.fault is not None else ""
    if kind == "lose-answer":
        raise Dropped
    if kind == "500-after-effect":
        code = "InternalServiceException" if call.service == "connect" else "InternalError"
        return _in_words_of(call, code, 500, f"{_TEXT}, after the effect")
    return None


def throttled(call: Call, operation: str) -> Outcome:
    """Too many calls: ThrottlingException, or what the operation declares instead (Connect facts 1.2)."""
    if call.service == "s3":
        return _in_words_of(call, "SlowDown", 503, "Please reduce your request rate.")
    if call.service != "connect":
        return _in_words_of(call, "ThrottlingException", 400, "Rate exceeded")
    known: Operation | None = operations().get(operation)
    code = "ThrottlingException"
    if known is not None and not known.declares(code) and known.declares("TooManyRequestsException"):
        code = "TooManyRequestsException"
    return refused(code, 429, {"Message": "Rate exceeded"})


def _expired(call: Call) -> Outcome:
    code = "ExpiredToken" if call.service in _XML else "ExpiredTokenException"
    return _in_words_of(call, code, 403, "The security token included in the request is expired")


def _in_words_of(call: Call, code: str, status: int, text: str) -> Outcome:
    """An error in the form of the service that was asked: XML for the older ones, else JSON."""
    if call.service not in _XML:
        return refused(code, status, {"Message": text})
    error = f"<Code>{escape(code)}</Code><Message>{escape(text)}</Message>"
    body = (
        f"<Error>{error}</Error>" if call.service == "s3" else f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
    )
    return Outcome(status, body.encode(), {"Content-Type": "text/xml"}, error=code)
