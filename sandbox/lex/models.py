"""Amazon Lex V2's control plane (service lexv2-models): what a client builds a bot with (Connect facts 8.2).

Runtime calls (RecognizeText) are not answered: nobody speaks in the sandbox.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

from ..connect.base import ACCOUNT, Manner
from ..connect.responses import Outcome, refused
from ..shapes import Json, Model, Operation, SerializationError, document
from .base import LexError
from .bots import Bots
from .intents import Intents
from .policies import Policies

if TYPE_CHECKING:
    from ..app import Application
    from ..wire import Call

SERVICE = "lex"
_REFUSALS = ("ValidationException", "PreconditionFailedException", "ResourceNotFoundException")
_MODEL = Model("lexv2-models", {})
operations = _MODEL.operations


class Request(Bots, Intents, Policies):
    """One request: every operation that is answered is a method named like it."""


@functools.cache
def answered() -> frozenset[str]:
    """The method names of all operations that are answered."""
    return frozenset(o.method_name for o in operations().values() if callable(getattr(Request, o.method_name, None)))


def route(call: Call) -> tuple[Operation, dict[str, str]] | None:
    """The operation that a request to Lex V2 means."""
    return _MODEL.route(call.method, call.raw_path)


def answer(app: Application, call: Call, found: tuple[Operation, dict[str, str]] | None, manner: Manner) -> Outcome:
    """Read, check, do, write. Raises OSError."""
    if found is None or found[0].method_name not in answered():
        name = found[0].name if found else f"{call.method} {call.raw_path}"
        text = f"The sandbox does not answer {name} of Amazon Lex; its documentation lists what it does"
        return refused("UnknownOperationException", 501 if found else 404, {"message": text})
    operation, path = found
    try:
        params, problems = operation.read(path, call.query, document(call.body))
    except SerializationError as error:
        return refused("SerializationException", 400, {"message": str(error)})
    if problems:
        outcome = _refused(operation, "ValidationException", "; ".join(problems)[:2000])
    else:
        try:
            outcome = _done(app, call, operation, params, manner)
        except LexError as error:
            outcome = _refused(operation, error.code, error.message)
    outcome.parameters = params
    return outcome


def _done(app: Application, call: Call, operation: Operation, params: Json, manner: Manner) -> Outcome:
    request = Request(app.store, app.settings, call.region, ACCOUNT, operation, manner)
    with app.store.lock:
        result: Json = getattr(request, operation.method_name)(params)
        effects = len(request.change.effects)
        written = app.store.commit(request.change) if effects else 0
    if written:
        app.store.wait(written)
    body = b"" if operation.status == 204 else json.dumps(operation.write(result), separators=(",", ":")).encode()
    return Outcome(operation.status, body, {"Content-Type": "application/json"}, effects=effects)


def _refused(operation: Operation, code: str, message: str) -> Outcome:
    if not operation.declares(code):
        code = next((other for other in _REFUSALS if operation.declares(other)), code)
    return refused(code, _MODEL.status_of(code), {"message": message})
