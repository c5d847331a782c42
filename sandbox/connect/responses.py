"""From the wire to the backend and back: one generic response instead of a method per operation.

The operation, its parameters and the answer's shape come from the service's model (shapes.py), so that moto's
dispatcher, its automated parsing and its serializer are overridden once, by compiled ones, and every area is reached
through `ConnectBackend.run`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.connect.responses import ConnectResponse as MotoConnectResponse
from moto.core.responses import ActionContext, ActionResult

from . import exceptions as ex
from .base import PLAIN, Manner
from .models import ConnectBackend, answered
from .shapes import Json, Operation, SerializationError, document, status_of

_JSON = "application/json"


@dataclass
class Outcome:
    """What is sent, and what the history tells about it."""

    status: int
    body: bytes
    headers: dict[str, str]
    error: str = ""
    effects: int = 0
    parameters: Json = field(default_factory=dict)
    asks: list[tuple[str, str]] = field(default_factory=list)  # of IAM, where a policy is enforced


class WireResult(ActionResult):
    """An answer that the compiled shapes write: only members of the output, timestamps as JSON numbers."""

    def __init__(self, result: Json, operation: Operation) -> None:
        super().__init__(result)
        self._members = operation.write(result)

    def execute_result(self, context: ActionContext | None = None) -> tuple[int, dict[str, str], str]:  # noqa: ARG002
        """Status, headers and body, as moto's responses give them; the shapes have all that a context would."""
        return 200, {"Content-Type": _JSON}, json.dumps(self._members, separators=(",", ":"))


def refusal(error: ex.ConnectError) -> Outcome:
    """A modelled error as rest-json: the type in a header and the body, `Message` with a capital M."""
    body: Json = {k: v for k, v in vars(error).items() if k not in ("message", "code") and not k.startswith("_")}
    if error.message:
        body["Message"] = error.message
    return refused(error.code, status_of(error.code), body)


def refused(code: str, status: int, body: Mapping[str, Any]) -> Outcome:
    """An error with a code that may be outside the model (UnknownOperationException, SerializationException)."""
    text = json.dumps({"__type": code, **body}).encode()
    return Outcome(status, text, {"Content-Type": _JSON, "x-amzn-ErrorType": code}, error=code)


class ConnectResponse(MotoConnectResponse):
    """One request to Connect. Never answers 500 for what a client can send."""

    def __init__(self, backend: ConnectBackend, operation: Operation, manner: Manner = PLAIN) -> None:
        super().__init__()
        self._manner = manner
        self.automated_parameter_parsing = True
        self._backend = backend
        self._operation = operation

    @property
    def connect_backend(self) -> ConnectBackend:
        """The backend of the request's account and Region."""
        return self._backend

    def answer(self, path: Mapping[str, str], query: Mapping[str, list[str]], body: bytes) -> Outcome:
        """Read, check, do, write."""
        operation = self._operation
        if operation.method_name not in answered():
            return refused(
                "UnknownOperationException",
                501,
                {"Message": f"The sandbox does not answer {operation.name} yet; its documentation lists what it does"},
            )
        try:
            self.params, problems = operation.read(path, query, document(body))
        except SerializationError as error:
            return refused("SerializationException", 400, {"Message": str(error)})
        if problems:
            code = "InvalidParameterException"
            if not operation.declares(code):
                code = "InvalidRequestException"
            outcome = refused(code, 400, {"Message": "; ".join(problems)[:2000]})
        else:
            outcome = self._run()
        outcome.parameters = self.params
        return outcome

    def _run(self) -> Outcome:
        operation = self._operation
        try:
            answer, effects = self._backend.run(operation, self.params, self._manner)
        except ex.ConnectError as error:
            return refusal(ex.declared(error, operation))
        status, headers, text = WireResult(answer, operation).execute_result()
        return Outcome(status, text.encode(), headers, effects=effects)
