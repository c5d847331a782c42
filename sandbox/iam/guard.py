"""The gate in front of every service: what the caller's policy does not allow is refused as the service refuses it.

Only requests from outside pass here. What Connect itself asks of its neighbours is judged with the caller's request, as
dependent actions.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..connect.responses import Outcome, refused
from ..connect.shapes import Operation, SerializationError
from .asks import CALLER, Asker
from .policy import Ask, Policy, Verdict, load

if TYPE_CHECKING:
    from ..connect.store import Store
    from ..others import Others
    from ..wire import Call

Asks = list[tuple[str, str]]  # action and resource, as the history tells them
_XML: Final = {"Content-Type": "text/xml"}


def guard_of(path: Path | None, store: Store, others: Others) -> Guard | None:
    """The gate for a policy's file, or None for an open door. Raises BadPolicy, OSError."""
    return None if path is None else Guard(load(path), Asker(store, others))


class Guard:
    """One policy for every caller."""

    def __init__(self, policy: Policy, asker: Asker) -> None:
        self._policy = policy
        self._asker = asker

    def connect(self, call: Call, operation: Operation, path: dict[str, str]) -> tuple[Outcome | None, Asks]:
        """The refusal of a request to Connect, or None; and what it asked for."""
        try:
            document = json.loads(call.body) if call.body.strip() else {}
            given, _ = operation.read(path, call.query, document if isinstance(document, dict) else {})
        except (SerializationError, ValueError, RecursionError):
            return None, []  # refused for its form a moment later
        return self._judged(call, self._asker.connect(operation.name, call.region, given))

    def other(self, call: Call) -> tuple[Outcome | None, Asks]:
        """The same for a request to another service."""
        return self._judged(call, self._asker.other(call))

    def _judged(self, call: Call, asks: list[Ask]) -> tuple[Outcome | None, Asks]:
        told = [(ask.action, ask.resource) for ask in asks]
        for ask in asks:
            verdict = self._policy.decide(ask)
            if verdict != "allowed":
                return denial(call, ask, verdict), told
        return None, told


def denial(call: Call, ask: Ask, verdict: Verdict) -> Outcome:
    """AccessDenied in the words and the form of the service that was asked."""
    because = (
        "with an explicit deny in an identity-based policy"
        if verdict == "denied"
        else f"because no identity-based policy allows the {ask.action} action"
    )
    text = f"User: {CALLER} is not authorized to perform: {ask.action} on resource: {ask.resource} {because}"
    if call.service == "s3":
        body = f"<Error><Code>AccessDenied</Code><Message>{text}</Message></Error>".encode()
        return Outcome(403, b"" if call.method == "HEAD" else body, dict(_XML), error="AccessDenied")
    if "form-urlencoded" in str(call.environ.get("CONTENT_TYPE", "")):
        error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{text}</Message></Error>"
        return Outcome(403, f"<ErrorResponse>{error}</ErrorResponse>".encode(), dict(_XML), error="AccessDenied")
    if call.service in {"connect", "lambda"}:
        return refused("AccessDeniedException", 403, {"Message": text})
    return refused("AccessDeniedException", 400, {"message": text})
