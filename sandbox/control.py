"""The sandbox's own controls, under /_sandbox/: quotas, the clock, emptying it; and the client that uses them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .quotas import QUOTAS, unknown
from .throttle import seconds_on_aws

if TYPE_CHECKING:
    from .app import Application
    from .connect.store import Store
    from .wire import Answer, Call

PREFIX = "/_sandbox/"
_TIMEOUT = 30.0
_CLOCK = "clock"  # the scope of the store that keeps how far the clock was moved


class ControlFailed(Exception):
    """A sandbox refused a control, or none answers; the message says which."""


# -- what a server answers


def answer(app: Application, call: Call) -> Answer:
    """One control request, JSON in and out."""
    from .app import as_json

    name = call.raw_path[len(PREFIX) :].strip("/")
    try:
        given = json.loads(call.body) if call.body.strip() else {}
    except (ValueError, RecursionError):
        return as_json(400, {"error": "The body is not valid JSON"})
    if not isinstance(given, dict):
        return as_json(400, {"error": "A JSON object was expected"})
    controls = {
        "status": _status,
        "quotas": _quotas,
        "clock": _clock,
        "reset": _reset,
        "outside": _outside,
        "floor": _floor,
    }
    if name == "silence.wav":
        return _silence()
    if name not in controls:
        return as_json(404, {"error": f"There is no control {name!r}; there are {', '.join(sorted(controls))}"})
    if call.method == "GET" and name == "reset":
        return as_json(405, {"error": "Resetting needs POST"})
    status, body = controls[name](app, given)
    return as_json(status, body)


def _status(app: Application, _given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    from .connect.models import answered

    return 200, {"running": True, "options": app.options.as_json(), "operations": len(answered())}


def _quotas(app: Application, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    wanted = given.get("quotas")
    if not isinstance(wanted, dict):
        return 200, {"quotas": {key: quota.default for key, quota in QUOTAS.items()}}
    return grant(app, str(given.get("instance") or "all"), wanted)


def grant(app: Application, target: str, wanted: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Grant quotas to an instance or to "all": HTTP status, and what was granted or why not."""
    from .connect.base import ACCOUNT
    from .connect.store import Change

    if wrong := unknown(list(wanted)):
        return 400, {"error": f"There is no quota {wrong[0]!r}; there are {', '.join(sorted(QUOTAS))}"}
    if not all(isinstance(value, int) and value >= 0 for value in wanted.values()):
        return 400, {"error": "A quota is a whole number"}
    with app.store.lock:
        scope = ACCOUNT if target == "all" else _instance(app, target)
        if scope is None:
            return 404, {"error": f"There is no instance {target!r}"}
        old = app.store.get(scope, "quota", "granted") or {"Id": "granted"}
        merged = {**old, **wanted}
        if merged == old:
            return 200, {"granted": dict(wanted)}
        change = Change()
        change.put(scope, "quota", "granted", merged)
        written = app.store.commit(change)
    app.store.wait(written)
    return 200, {"granted": dict(wanted)}


def _instance(app: Application, target: str) -> str | None:
    from .connect.later import settle

    settle(app.store, app.clock.now())
    for scope in list(app.store.scopes()):
        for instance in app.store.all(scope, "instance").values():
            if target in (instance["Id"], instance["Arn"], instance.get("InstanceAlias")):
                return str(instance["Id"])
    return None


def _clock(app: Application, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    seconds = given.get("move", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
        return 400, {"error": "move is a number of seconds, not negative"}
    now = app.clock.move(float(seconds))
    if seconds:
        from .connect.store import Change

        with app.store.lock:
            change = Change()
            change.put(_CLOCK, "clock", "moved", {"Id": "moved", "seconds": app.clock.moved})
            written = app.store.commit(change)
        app.store.wait(written)
    return 200, {"now": now}


def moved(store: Store) -> float:
    """How far an earlier run of the sandbox has moved its clock."""
    kept = store.get(_CLOCK, "clock", "moved")
    return float(kept["seconds"]) if kept is not None else 0.0


def _outside(app: Application, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Take things for granted that stand outside the sandbox."""
    from .connect.store import Change
    from .neighbours import ACCOUNT, DECLARED

    arns = given.get("arns", [])
    if not isinstance(arns, list) or not all(isinstance(arn, str) and arn.startswith("arn:") for arn in arns):
        return 400, {"error": "arns is a list of ARNs"}
    with app.store.lock:
        change = Change()
        for arn in arns:
            if app.store.get(ACCOUNT, DECLARED, arn) is None:
                change.put(ACCOUNT, DECLARED, arn, {"Id": arn, "_n": app.store.next_number()})
        written = app.store.commit(change) if change.effects else 0
        declared = sorted(app.store.all(ACCOUNT, DECLARED))
    if written:
        app.store.wait(written)
    return 200, {"outside": declared}


def _floor(app: Application, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What goes on on an instance's floor, for the current metrics."""
    from .connect.floor import floor_of
    from .connect.store import Change

    with app.store.lock:
        scope = _instance(app, str(given.get("instance", "")))
        if scope is None:
            return 404, {"error": f"There is no instance {given.get('instance')!r}"}
        try:
            floor = floor_of(app.store, scope, given, app.clock.now())
        except ValueError as error:
            return 400, {"error": str(error)}
        change = Change()
        change.put(scope, "floor", "now", floor)
        written = app.store.commit(change)
    app.store.wait(written)
    return 200, {"queues": len(floor["queues"]), "agents": len(floor["agents"])}


def _silence() -> Answer:
    """A second of silence as Connect plays it: WAV, 8 kHz, mono, mu-law."""
    import struct

    from .wire import Answer

    sound = b"\xff" * 8000
    form = struct.pack("<HHIIHH", 7, 1, 8000, 8000, 1, 8)
    parts = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(sound)) + sound
    return Answer(200, [("Content-Type", "audio/wav")], b"RIFF" + struct.pack("<I", len(parts)) + parts)


def _reset(app: Application, _given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    app.store.clear()
    app.others.clear()
    app.clock.back()
    return 200, {"reset": True}


# -- what a client calls


def request(endpoint: str, name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Use a control of the sandbox at `endpoint`. Raises ControlFailed."""
    if not endpoint.startswith(("http://127.0.0.1:", "http://localhost:", "http://[::1]:")):
        raise ControlFailed(f"{endpoint} is not a sandbox: a sandbox listens on this machine only")
    data = json.dumps(dict(body)).encode() if body is not None else None
    asked = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        f"{endpoint}{PREFIX}{name}", data=data, headers={"Content-Type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business on loopback
    try:
        with opener.open(asked, timeout=_TIMEOUT) as answered:
            found: dict[str, Any] = json.loads(answered.read())
            return found
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode("utf-8", "replace")
        raise ControlFailed(f"The sandbox at {endpoint} refused {name}: {text}") from None
    except (OSError, ValueError) as error:
        raise ControlFailed(f"No sandbox answers at {endpoint}: {error}") from None


def pace(endpoint: str) -> str:
    """`real` or `instant`. Raises ControlFailed."""
    return str(request(endpoint, "status")["options"]["pace"])


def grant_quotas(endpoint: str, instance_alias_or_all: str, quotas: Mapping[str, int]) -> None:
    """Grant quotas to one instance (alias, id or ARN) or to "all" of the account, as AWS would. Raises ControlFailed.

    What is granted already costs no change.
    """
    if quotas:
        request(endpoint, "quotas", {"instance": instance_alias_or_all, "quotas": dict(quotas)})


def move_clock(endpoint: str, seconds: float) -> float:
    """Let `seconds` pass at once; answers the sandbox's time. Raises ControlFailed."""
    return float(request(endpoint, "clock", {"move": seconds})["now"])


def declare(endpoint: str, arns: Iterable[str]) -> None:
    """Let the sandbox take for granted what stands outside it (functions, streams, buckets). Raises ControlFailed."""
    wanted = sorted(set(arns))
    if wanted:
        request(endpoint, "outside", {"arns": wanted})


def set_floor(endpoint: str, instance: str, floor: Mapping[str, Any]) -> None:
    """Say what goes on on an instance's floor: {"queues": {name: {"waiting": 4, "oldest": 90, "scheduled": 1}},
    "agents": {username: {"status": "Available", "contacts": 1, "after_contact": 0, "queue": name}}}.

    Raises ControlFailed.
    """
    request(endpoint, "floor", {**floor, "instance": instance})


def reset(endpoint: str) -> None:
    """Empty the sandbox. Raises ControlFailed."""
    request(endpoint, "reset", {})


def aws_seconds(calls: Mapping[str, int]) -> float:
    """How long Amazon Connect would take for so many calls of each operation (Connect facts 1.1)."""
    return seconds_on_aws(dict(calls))
