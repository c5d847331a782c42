"""The WSGI application of a sandbox: Connect, the services beside it, and the sandbox's own few controls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from . import control, service_quotas
from .clock import Clock
from .connect.base import Manner, Settings
from .connect.models import Backends
from .connect.responses import ConnectResponse, Outcome, refused
from .connect.shapes import Operation, route
from .connect.store import Store
from .faults import Faults, load
from .history import History, blank
from .iam.guard import Guard, guard_of
from .lex import models as lex
from .neighbours import Neighbours
from .options import Options
from .others import Others
from .planned import Dropped, Met, meet, spoil, throttled
from .throttle import Throttle, bucket_of
from .wire import Answer, Call, TooLarge, body_of

__all__ = ["REGIONS", "Application", "Dropped", "as_json"]

REGIONS = (
    "af-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-2",
    "us-east-1",
    "us-west-2",
)
_SEARCH_LAG = 2.0  # seconds at the real pace; that searches are late is documented, by how much is not
_WORK = 2.0  # seconds at the real pace until what is deleted is gone and a bot is built; AWS takes up to minutes
Start = Callable[[str, list[tuple[str, str]]], Any]
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 409: "Conflict", 429: "Too Many Requests"}


class Application:
    """Everything that one server answers from. Safe to use from many threads."""

    def __init__(self, data: Path | None, options: Options) -> None:
        """Loads what `data` holds (None: nothing is kept). Raises JournalDamaged, OSError, BadPlan, BadPolicy."""
        self.options = options
        real = options.pace == "real"
        self.store = Store(data / "connect.journal" if data else None)
        self.clock = Clock(options.today, control.moved(self.store))
        self.others = Others(data / "services.journal" if data else None)
        self.settings = Settings(
            self.clock,
            quotas=options.quotas,
            describes=2 if real else 0,
            search_lag=_SEARCH_LAG if real else 0.0,
            seconds=_WORK if real else 0.0,
            neighbours=Neighbours(self.others, self.store),
        )
        self.history = History(data if options.history else None)
        self.throttle = Throttle(self.clock) if real else None
        self.faults: Faults = load(options.faults)
        if real or options.faults:
            self.store.remember(self.clock.now)
        self.backends = Backends(self.store, self.settings)
        self.guard: Guard | None = guard_of(options.policy, self.store, self.others)

    def close(self) -> None:
        """Close the files."""
        self.others.close()
        self.store.close()
        self.history.close()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """One request. Raises Dropped for a planned fault that closes the connection."""
        began = time.perf_counter()
        try:
            call = Call.of(environ, body_of(environ))
        except TooLarge:
            return _send(start, _as_answer(refused("RequestEntityTooLarge", 413, {"Message": "The body is too large"})))
        if call.raw_path.startswith(control.PREFIX):
            return _send(start, control.answer(self, call))
        if self.options.latency:
            time.sleep(self.options.latency)
        try:
            if call.service == "connect":
                return _send(start, self._connect(call, began))
            if call.service == lex.SERVICE:
                return _send(start, self._lex(call, began))
            return _send(start, self._other(call, began))
        except OSError as error:  # a full disk: nothing was acknowledged, nothing is lost
            outcome = refused("InternalServiceException", 500, {"Message": f"The sandbox cannot write: {error}"})
            return _send(start, _as_answer(outcome))

    # -- Connect

    def _connect(self, call: Call, began: float) -> Answer:
        found, met = route(call.method, call.raw_path), Met()
        name = found[0].name if found else f"{call.method} {call.raw_path}"
        if found is None:
            text = f"Amazon Connect has no operation {name}"
            outcome = refused("UnknownOperationException", 404, {"Message": text})
        elif call.region not in REGIONS:
            text = f"Amazon Connect is not available in Region {call.region}; it is in {', '.join(REGIONS)}"
            outcome = refused("InvalidRequestException", 400, {"Message": text})
        else:
            met = meet(self.faults, self.clock, call, found[0].name)
            outcome = self._paced(call, *found, met)
        self._log(call, name, outcome, began)  # what was done, also where the answer is about to be lost
        return _as_answer(spoil(met, call) or outcome)

    def _paced(self, call: Call, operation: Operation, path: dict[str, str], met: Met) -> Outcome:
        if met.instead is not None:
            return met.instead
        if self.throttle is not None and not self.throttle.allow(call.region, bucket_of(operation.name, call.body)):
            return throttled(call, operation.name)
        denied, asks = self.guard.connect(call, operation, path) if self.guard is not None else (None, [])
        manner = Manner(met.lag, met.fails, call.host)
        outcome = denied or ConnectResponse(self.backends[call.region], operation, manner).answer(
            path, call.query, call.body
        )
        outcome.asks = asks
        return outcome

    # -- the services beside it

    def _lex(self, call: Call, began: float) -> Answer:
        found = lex.route(call)
        name = found[0].name if found else f"{call.method} {call.raw_path}"
        met = meet(self.faults, self.clock, call, name)
        if met.instead is not None:
            outcome = met.instead
        else:
            denied, asks = self.guard.other(call) if self.guard is not None else (None, [])
            outcome = denied or lex.answer(self, call, found, Manner(met.lag, met.fails, call.host))
            outcome.asks = asks
        self._log(call, name, outcome, began)
        return _as_answer((None if met.instead is not None else spoil(met, call)) or outcome)

    def _other(self, call: Call, began: float) -> Answer:
        met = meet(self.faults, self.clock, call, call.operation)
        if met.instead is not None:
            self._log(call, call.operation, met.instead, began)
            return _as_answer(met.instead)
        denied, asks = self.guard.other(call) if self.guard is not None else (None, [])
        if denied is not None:
            denied.asks = asks
            self._log(call, call.operation, denied, began)
            return _as_answer(denied)
        quotas = service_quotas.answer(self, call)
        if quotas is not None:
            answer, outcome = _as_answer(quotas), quotas
        else:
            answer = self.others.answer(call)
            headers = {k.lower(): v for k, v in answer.headers}
            error = headers.get("x-amzn-errortype", "") or str(answer.status) if answer.status >= 400 else ""
            outcome = Outcome(answer.status, b"", {}, error=error)
        outcome.asks = asks
        self._log(call, call.operation, outcome, began)
        spoiled = spoil(met, call)
        return answer if spoiled is None else _as_answer(spoiled)

    def _log(self, call: Call, operation: str, outcome: Outcome, began: float) -> None:
        from .others import reads_only

        ours = call.service in ("connect", lex.SERVICE) or bool(outcome.parameters)
        self.history.add(
            {
                "time": self.clock.now(),
                "service": call.service,
                "operation": operation,
                "region": call.region,
                "parameters": blank(outcome.parameters) if ours else {"path": call.raw_path},
                "status": outcome.status,
                "error": outcome.error,
                "effect": outcome.effects > 0 if ours else outcome.status < 400 and not reads_only(call),
                "seconds": round(time.perf_counter() - began, 6),
                **({"asks": outcome.asks} if outcome.asks else {}),
            }
        )


def _as_answer(outcome: Outcome) -> Answer:
    return Answer(outcome.status, list(outcome.headers.items()), outcome.body)


def _send(start: Start, answer: Answer) -> Iterable[bytes]:
    names = {name.lower() for name, _ in answer.headers}
    headers = list(answer.headers)
    if "content-length" not in names:
        headers.append(("Content-Length", str(len(answer.body))))
    if "x-amzn-requestid" not in names:
        from .connect.store import new_id

        headers.append(("x-amzn-RequestId", new_id()))
    start(f"{answer.status} {_REASONS.get(answer.status, 'Answer')}", headers)
    return [answer.body]


def as_json(status: int, body: dict[str, Any]) -> Answer:
    """A plain JSON answer of the sandbox's own controls."""
    return Answer(status, [("Content-Type", "application/json")], json.dumps(body).encode())
