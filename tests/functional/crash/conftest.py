"""A stack in one process without a socket: the pipeline, the engine, both providers and the sandbox, to be interrupted.

Everything that outlives a process lies in one folder (`store/`, `sandbox/`), so that a copy of the folder made while
the process stands still is exactly what SIGKILL at that moment leaves. Runs are forks of this warm process.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import json
import os
import re
import signal
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.deploy import actions, pipeline
from ccdeploy.deploy.events import Result
from ccdeploy.deploy.interrupt import Stop
from ccdeploy.deploy.settings import Settings
from ccdeploy.deploy.wiring import Place, Work, create_embedded_engine, engine_for
from ccdeploy.flows.centre import FlowSet, compile_center
from ccdeploy.sandbox import control
from ccdeploy.sandbox.app import Application, Dropped
from ccdeploy.sandbox.options import Options
from ccdeploy.sandbox.wire import Call
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.durable.files import CRASH
from ccdeploy.stacks.durable.journal import decode

ROOT = Path(__file__).resolve().parents[3]
ENDPOINT = "http://127.0.0.1:9"  # nobody listens there: what does not go the direct way fails
TODAY = dt.date(2026, 11, 22)


# ---------------------------------------------------------------- the direct way from botocore to the sandbox


def environ_of(request: Any) -> dict[str, Any]:
    """A prepared botocore request as WSGI."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(request.url)
    body = request.body or b""
    data = body.encode() if isinstance(body, str) else body if isinstance(body, (bytes, bytearray)) else body.read()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(parts.path),
        "REQUEST_URI": f"{parts.path}?{parts.query}" if parts.query else parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "9",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:9",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode() if isinstance(value, bytes) else str(value)
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
    return environ


def direct(application: Application) -> Callable[[Any, Any], Any]:
    """What takes the place of botocore's HTTP session."""
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders
    from botocore.exceptions import ConnectionClosedError
    from urllib3 import HTTPResponse

    def send(_session: Any, request: Any) -> Any:
        said: list[Any] = []
        try:
            body = b"".join(application(environ_of(request), lambda status, headers: said.extend((status, headers))))
        except Dropped:
            raise ConnectionClosedError(endpoint_url=request.url, request=request) from None
        status, headers = int(said[0].split()[0]), HTTPHeaders.from_dict(dict(said[1]))
        raw = HTTPResponse(io.BytesIO(body), headers=dict(said[1]), status=status, preload_content=False)
        return AWSResponse(request.url, status, headers, raw)

    return send


def controls(application: Application) -> Callable[..., dict[str, Any]]:
    """What takes the place of the client of the sandbox's own controls."""

    def request(endpoint: str, name: str, body: Any = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body is not None else b""
        method = "POST" if data else "GET"
        call = Call({"REQUEST_METHOD": method, "REQUEST_URI": f"{control.PREFIX}{name}"}, data, "", "")
        answer = control.answer(application, call)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = json.loads(answer.body)
        return found

    return request


# ---------------------------------------------------------------- a stack


@dataclass(frozen=True)
class Rig:
    """One folder of a centre, read once; `up` and `down` of it on any place (a folder with `store` and `sandbox`)."""

    found: actions.Read
    flows: FlowSet
    cloud: Cloud  # its clients are made once, which is most of what a short run costs
    monkeypatch: pytest.MonkeyPatch

    @contextlib.contextmanager
    def work(self, place: Path, command: str, **options: Any) -> Iterator[Work]:
        """Everything wired for a run on `place`; `options` are the sandbox's."""
        from botocore.httpsession import URLLib3Session

        center = self.found.center
        application = Application(place / "sandbox", Options(**{"quotas": False, **options}))
        store = FileStore(place / "store")
        with self.monkeypatch.context() as patch, contextlib.closing(application):
            patch.setattr(URLLib3Session, "send", direct(application))
            patch.setattr(control, "request", controls(application))
            with store.lease(command) as held:
                yield Work(
                    settings=Settings(today=TODAY),
                    folder=self.found.folder,
                    center=center,
                    flows=self.flows,
                    store=store,
                    engine=create_embedded_engine(center, store, self.cloud, ENDPOINT, held),
                    cloud=self.cloud,
                    endpoint=ENDPOINT,
                    fence=held.fence,
                    place=Place(self.cloud, ENDPOINT, ENDPOINT),
                    lease=held,
                )

    def up(self, place: Path, *, stopping: Callable[[Stop], None] = lambda _stop: None, **options: Any) -> Result:
        """`ccdeploy up`; `stopping` gets what asks the run to stop."""
        stop = Stop()
        stopping(stop)
        with self.work(place, "up", **options) as work:
            return pipeline.up(work, self.found.people, lambda _event: None, stop)

    @staticmethod
    def picture(place: Path) -> list[str]:
        """What stands."""
        return picture(place)

    @staticmethod
    def effects(place: Path) -> Counter[str]:
        """What was created, by the sandbox's log."""
        return effects(place)

    @staticmethod
    def digest(place: Path) -> str:
        """All that the next run can see of a place: every file but the log of requests."""
        found = hashlib.sha256()
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.name != "history.jsonl":
                found.update(f"{path.relative_to(place)}\0".encode() + path.read_bytes() + b"\0")
        return found.hexdigest()

    @staticmethod
    def private(place: Path) -> bool:
        """Whether nobody but its owner can read anything of the store."""
        return all(path.stat().st_mode & 0o077 == 0 for path in (place / "store").rglob("*"))

    @staticmethod
    def fine(work: Callable[[], Any]) -> bool:
        """Whether `work` ends without an error, in a fork of this process."""
        return os.waitpid(in_a_child(work), 0)[1] == 0

    @staticmethod
    def standing_still(work: Callable[[], Any], look: Callable[[str], None]) -> None:
        """Run `work` in a fork that the kernel stops, all its threads at once, at every boundary; `look(name)` then."""
        reading, writing = os.pipe()
        allowed, allowing = os.pipe()

        def run() -> None:
            turn = threading.Lock()

            def point(name: str) -> None:
                with turn:
                    os.write(writing, name.encode().ljust(200)[:200])
                    os.kill(os.getpid(), signal.SIGSTOP)
                    os.read(allowed, 1)  # the signal may reach another thread first: this one goes no further

            CRASH.point = point
            work()

        pid = in_a_child(run)
        while True:
            _, status = os.waitpid(pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            look(os.read(reading, 200).decode().strip())
            os.kill(pid, signal.SIGCONT)
            os.write(allowing, b".")
        for handle in (reading, writing, allowed, allowing):
            os.close(handle)
        assert status == 0

    def on_pulumi(
        self, place: Path, endpoint: str, command: str, tell: Callable[[Any], None] = lambda _event: None
    ) -> Result:
        """`up` or `down --all` on Pulumi's engine, with the sandbox that serves `endpoint`."""
        center = self.found.center
        store = FileStore(place / "store")
        cloud = Cloud(center.region, endpoint_url=endpoint)
        with (
            store.lease(command, wait=60) as held,
            engine_for("pulumi", center, store, Place(cloud, endpoint, endpoint), held) as engine,
        ):
            work = Work(
                settings=Settings(today=TODAY, engine="pulumi"),
                folder=self.found.folder,
                center=center,
                flows=self.flows,
                store=store,
                engine=engine,
                cloud=cloud,
                endpoint=endpoint,
                fence=held.fence,
                place=Place(cloud, endpoint, endpoint),
                lease=held,
            )
            if command == "down":
                return pipeline.down(work, tell, Stop(), everything=True)
            return pipeline.up(work, self.found.people, tell, Stop())

    @staticmethod
    def begin(work: Callable[[], Any]) -> int:
        """Start `work` in a fork of this process; its id."""
        return in_a_child(work)

    @staticmethod
    def mutations(place: Path) -> int:
        """How many requests have changed something, by the sandbox's log."""
        file = place / "sandbox" / "history.jsonl"
        return file.read_bytes().count(b'"effect": true') if file.exists() else 0

    def down(self, place: Path, **options: Any) -> Result:
        """`ccdeploy down --all`."""
        with self.work(place, "down", **options) as work:
            return pipeline.down(work, lambda _event: None, Stop(), everything=True)


CENTER = """
center: line
region: eu-central-1
time_zone: Europe/Paris
language: en-GB
instance: {alias: crash-line}
recording: {calls: []}
hours_of_operation:
  day: {mon-fri: 08:00-20:00}
queues:
  front: {hours: day}
routing_profiles:
  helper: {queues: [front]}
security_profiles:
  rights: {base: agent}
agent_statuses: [Break]
hierarchy: {levels: [Site], groups: {Paris: {}}}
phone_numbers:
  main: {country: FR, flow: welcome}
rosters: [rosters/helpers.csv]
"""
WELCOME = """
flow: welcome
type: inbound
head: none
on_error: none
steps:
  hello: {say: "Welcome. In an emergency call 112."}
  wait: {queue: front, full: busy}
  busy: {say: "All lines are busy, please call again.", then: bye}
  bye: {hang_up: true}
"""
HELPERS = """username,email,first_name,last_name,routing_profile,security_profiles
ada.hill,ada.hill@example.org,Ada,Hill,helper,rights
"""


EDITED = (
    CENTER.replace("  front: {hours: day}", "  front: {hours: day, max_contacts: 5}\n  back: {hours: day}")
    .replace("queues: [front]", "queues: [front, {queue: back, priority: 2}]")
    .replace("08:00-20:00", "07:00-21:00")
    .replace("[Break]", "[Training]")
)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """A centre of fifteen resources and one person: its own flow without the built-in ones."""
    return _rig(tmp_path / "line", CENTER, WELCOME, monkeypatch)


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """The same centre after an edit that makes, changes, links and drops."""
    return _rig(tmp_path / "edited", EDITED, WELCOME.replace("call again", "call later"), monkeypatch)


def _rig(folder: Path, center: str, welcome: str, monkeypatch: pytest.MonkeyPatch) -> Rig:
    for name, text in (("center.yaml", center), ("flows/welcome.yaml", welcome), ("rosters/helpers.csv", HELPERS)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    found = actions.read(Settings(today=TODAY), folder, "up")
    whole = compile_center(found.center)
    flows = replace(whole, flows={"welcome": whole.flows["welcome"]}, outbound={})
    cloud = Cloud(found.center.region, endpoint_url=ENDPOINT, sleep=lambda _seconds: None)
    return Rig(found, flows, cloud, monkeypatch)


# ---------------------------------------------------------------- what stands


def objects(place: Path) -> dict[str, dict[str, Any]]:
    """Everything that the sandbox's Connect holds, by its key, read from the sandbox's own journal."""
    found: dict[str, dict[str, Any]] = {}
    records, _ = decode((place / "sandbox" / "connect.journal").read_bytes(), place)
    for record in records[1:]:
        for scope, kind, key, thing in record["e"]:
            if thing is not None:
                found[f"{scope}\0{kind}\0{key}"] = thing
            elif key:
                found.pop(f"{scope}\0{kind}\0{key}", None)
            else:
                found = {name: value for name, value in found.items() if not name.startswith(f"{scope}\0")}
    return found


_LOG = frozenset({"instance-event", "number-event", "token", "cooling"})  # what was, not what is
_OWN = frozenset({"_n", "CreatedTime", "LastModifiedTime", "LastModifiedRegion", "ServiceRole", "_claimed"})
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=agent/)[0-9a-f]{32}")
_NUMBER = re.compile(r"\+33199\d{6}")  # a released one is locked, the next claim gets another


def picture(place: Path) -> list[str]:
    """The same with ids replaced by kind and name and times left out: equal for two runs with one outcome."""
    things = {name: thing for name, thing in objects(place).items() if name.split("\0")[1] not in _LOG}
    names: dict[str, str] = {}
    for name, thing in things.items():
        _, kind, key = name.split("\0")
        called = thing.get("_name") or thing.get("Name") or thing.get("Username") or thing.get("InstanceAlias") or ""
        names[key] = f"{kind}:{called}"

    def told(match: re.Match[str]) -> str:
        return names.get(match[0], "id")

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items() if key not in _OWN and item not in (None, "")}
        return [plain(item) for item in value] if isinstance(value, list) else value

    lines = [json.dumps([name.split("\0")[1], plain(thing)], sort_keys=True) for name, thing in things.items()]
    return sorted(_NUMBER.sub("number", _ID.sub(told, line)) for line in lines)


def effects(place: Path) -> Counter[str]:
    """How often each create and claim was done, by the sandbox's log."""
    lines = (place / "sandbox" / "history.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    names = [record["operation"] for record in records if record["effect"]]
    return Counter(name for name in names if name.startswith(("Create", "Claim")))


# ---------------------------------------------------------------- stopping it anywhere


def in_a_child(work: Callable[[], Any]) -> int:
    """Start `work` in a fork; its process id. The fork ends with 0 if `work` returned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - a fork must not return into the tests
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
