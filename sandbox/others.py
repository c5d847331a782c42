"""The services beside Connect (S3, KMS, IAM, …): moto's own, kept over a restart by replay (engine.md 3).

Each request that changes something runs alone, with moto's random generator seeded by its number, and is journalled
with that number before it is answered. A restart sends the journalled requests through the same application again and
gets the same ids. Requests that only read share the other side of the lock, because moto draws their request ids from
the same generator. Not kept: creation dates and what KMS has encrypted.

moto's state belongs to the process, not to a server: when two servers live in one process, the one that is asked takes
it over by replaying its own journal.
"""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ..stacks.durable.journal import Journal
from .bucket_policies import settle
from .wire import Answer, Call

_READS = ("Get", "List", "Describe", "Head", "Simulate", "Encrypt", "Decrypt", "GenerateDataKey", "Sign", "Verify")
_DROPPED = frozenset(("HTTP_AUTHORIZATION", "HTTP_X_AMZ_SECURITY_TOKEN", "HTTP_COOKIE"))
_KIND = "services"
_LOCAL_ONLY = frozenset(("moto_api", "instance_metadata"))


class ReadWriteLock:
    """Many readers or one writer; a waiting writer goes before new readers."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._readers = 0
        self._writers = 0
        self._writing = False

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Hold it with other readers."""
        with self._condition:
            self._condition.wait_for(lambda: not self._writing and not self._writers)
            self._readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._readers -= 1
                self._condition.notify_all()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold it alone."""
        with self._condition:
            self._writers += 1
            self._condition.wait_for(lambda: not self._writing and not self._readers)
            self._writers -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._condition:
                self._writing = False
                self._condition.notify_all()


_LOCK = ReadWriteLock()  # moto's state and generator are the process's
_OWNER: list[Others] = []


# The commonest question, answered without waking moto up: that costs a second and a replay of the journal.
_WHO = Answer(
    200,
    [("Content-Type", "text/xml")],
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Arn>arn:aws:sts::123456789012:user/sandbox</Arn><UserId>AIDASANDBOXSANDBOX000</UserId>"
    b"<Account>123456789012</Account></GetCallerIdentityResult>"
    b"<ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>"
    b"</GetCallerIdentityResponse>",
)
_MADE_KEY = re.compile(r"Credential=(AKIA|ASIA)[A-Z0-9]{16}/")


def _asks_who(call: Call) -> bool:
    """GetCallerIdentity with keys that the sandbox itself did not make."""
    if call.service != "sts" or call.operation != "GetCallerIdentity":
        return False
    return not _MADE_KEY.search(call.environ.get("HTTP_AUTHORIZATION", ""))


def reads_only(call: Call) -> bool:
    """Whether a request changes nothing, by its method or the name of its operation."""
    name = call.operation
    if call.service in ("s3", "lambda", ""):
        return call.method in ("GET", "HEAD") or name == "Invoke"
    return name.startswith(_READS)


class Others:
    """One server's view of the other services."""

    def __init__(self, path: Path | None) -> None:
        """`path` is the journal's file; None keeps the requests in memory. Raises JournalDamaged."""
        self._journal = Journal(path, _KIND) if path is not None else None
        self._records: list[dict[str, Any]] = self._journal.records if self._journal else []
        self._next = 1 + max((record["n"] for record in self._records), default=0)
        self._application: Any = None

    def answer(self, call: Call) -> Answer:
        """Run one request and return its answer; a change is on the disk by then. Raises OSError."""
        if _asks_who(call):
            return _WHO
        if self._takes_over():
            with _LOCK.alone():
                self._replay()
        if reads_only(call):
            with _LOCK.shared():
                return self._run(call)
        with _LOCK.alone():
            if self._takes_over():
                self._replay()
            return self._change(call)

    def peek(self, question: Callable[[Any], Any]) -> Any:
        """Ask moto's state something; `question` gets what finds a service's backend. It must change nothing."""
        from moto.backends import get_backend

        if self._takes_over():
            with _LOCK.alone():
                self._replay()
        with _LOCK.shared():
            return question(get_backend)

    def act(self, service: str, region: str, method: str, path: str, query: str, body: bytes) -> Answer:
        """A request that Connect itself makes to another service. Raises OSError."""
        scope = f"sandbox/20260101/{region}/{service}/aws4_request"
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_URI": f"{path}?{query}" if query else path,
            "CONTENT_TYPE": "application/json",
            "HTTP_HOST": f"{service}.{region}.amazonaws.com",
            "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        }
        return self.answer(_call({"environ": environ, "body": base64.b64encode(body).decode()}))

    def close(self) -> None:
        """Close the journal and give moto's state up."""
        with _LOCK.alone():
            if _OWNER and _OWNER[0] is self:
                _OWNER.clear()
            if self._journal is not None:
                self._journal.close()

    def clear(self) -> None:
        """Forget everything, on disk too."""
        with _LOCK.alone():
            if _OWNER and _OWNER[0] is self:
                _OWNER.clear()
            self._records.clear()
            if self._journal is not None:
                self._journal.restart([], _KIND)

    def _takes_over(self) -> bool:
        return not _OWNER or _OWNER[0] is not self

    def _change(self, call: Call) -> Answer:
        from moto.moto_api._internal import mock_random

        number = self._next
        mock_random.seed(number)
        answer = self._run(call)
        if answer.status < 400:
            record = {"n": number, "request": _plain(call)}
            if self._journal is not None:
                try:
                    self._journal.append(record)
                except OSError:  # moto has done it, the disk has not: the next request replays without it
                    _OWNER.clear()
                    raise
            self._records.append(record)
            self._next = number + 1
        return answer

    def _replay(self) -> None:
        """Make moto's state that of this server."""
        if not self._takes_over():
            return
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import reset_model_data
        from moto.moto_api._internal import mock_random

        BackendDict.reset()
        reset_model_data()
        self._application = self._application or _application()
        for record in self._records:
            mock_random.seed(record["n"])
            self._run(_call(record["request"]))
        mock_random.seed()
        _OWNER[:] = [self]

    def _run(self, call: Call) -> Answer:
        environ = {**call.environ, "wsgi.input": io.BytesIO(call.body), "CONTENT_LENGTH": str(len(call.body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["RAW_URI"] = environ.get("REQUEST_URI", environ.get("PATH_INFO", "/"))
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            started[:] = [int(status.split()[0]), headers]

        chunks: Iterable[bytes] = self._application(environ, start)
        body = b"".join(chunks)
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
        if call.service == "s3":
            settle(call, started[0])
        return Answer(started[0], started[1], body)


def _plain(call: Call) -> dict[str, Any]:
    environ = {
        key: value
        for key, value in call.environ.items()
        if isinstance(value, str) and (key.startswith("HTTP_") or key in _KEPT) and key not in _DROPPED
    }
    scope = f"sandbox/20260101/{call.region or 'us-east-1'}/{call.service}/aws4_request"
    if call.service:
        environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return {"environ": environ, "body": base64.b64encode(call.body).decode()}


_KEPT = frozenset(("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "REQUEST_URI", "CONTENT_TYPE", "SCRIPT_NAME"))


def _call(plain: dict[str, Any]) -> Call:
    environ = {
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "0",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **plain["environ"],
    }
    return Call.of(environ, base64.b64decode(plain["body"]))


def _application() -> Any:
    """moto's dispatcher with its list of modules read once, and Flask applications that answer errors in words."""
    from flask import Response
    from moto.backends import list_of_moto_modules
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    modules = frozenset(list_of_moto_modules())

    def in_words(error: Exception) -> Response:
        code = "NotImplemented" if isinstance(error, NotImplementedError) else "ValidationError"
        text = f"The sandbox cannot do this: {error or type(error).__name__}".replace("<", "(").replace(">", ")")
        if isinstance(error, KeyError):
            text = f"The sandbox cannot do this here: {error} (is this a Region, and is the request complete?)"
        body = f'{{"__type": "{code}", "message": "{text}"}}'.replace("\n", " ")
        headers = {"x-amzn-errortype": code}
        return Response(body, 400, headers, content_type="application/json")

    def create(service: Any) -> Any:
        app = create_backend_app(service)
        app.debug = False
        app.logger.setLevel(logging.CRITICAL)
        app.register_error_handler(Exception, in_words)
        return app

    class Dispatcher(DomainDispatcherApplication):
        def get_backend_for_host(self, host: str | None) -> Any:
            if host is None:  # asked before the request itself has been looked at
                return None
            if host in modules and host not in _LOCAL_ONLY:
                return host
            for backend, pattern in self.backend_url_patterns:
                if pattern.match(f"http://{host}"):
                    return backend
            return "s3"

    return Dispatcher(create)
