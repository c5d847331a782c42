"""A sandbox as an HTTP server on this machine: in this process, in a thread of its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .app import Application, Dropped
from .options import Options

__all__ = ["Busy", "Options", "Running", "serve"]

_LOCK_FILE = "lock"
_HOST = "127.0.0.1"  # never another address: the sandbox asks nobody for credentials


class Busy(Exception):
    """Another server uses the same data; `pid` is its process, 0 when it cannot be told."""

    def __init__(self, data: Path, pid: int) -> None:
        super().__init__(f"Another sandbox (process {pid or 'unknown'}) is running on {data}")
        self.data = data
        self.pid = pid


class Lock:
    """An exclusive lock on a data folder that the operating system drops when its process dies."""

    def __init__(self, data: Path) -> None:
        """Raises Busy, OSError."""
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._fd = os.open(data / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip()
            os.close(self._fd)
            raise Busy(data, int(pid) if pid.isdigit() else 0) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Give the folder free."""
        os.close(self._fd)


class Running:
    """A server that answers. `endpoint` is its URL; `stop()` ends it and leaves the data."""

    def __init__(self, application: Application, server: Any, thread: threading.Thread, lock: Lock | None) -> None:
        self.application = application
        self.endpoint = f"http://{_HOST}:{server.bind_addr[1]}"
        self._server = server
        self._thread = thread
        self._lock = lock

    @property
    def port(self) -> int:
        """The TCP port."""
        return int(self._server.bind_addr[1])

    def wait(self) -> None:
        """Return when the server has ended."""
        self._thread.join()

    def stop(self) -> None:
        """End the server: requests in flight are answered first. Does nothing the second time."""
        if self._server is None:
            return
        server, self._server = self._server, None
        _stop(server)
        self._thread.join(timeout=10)
        self.application.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(data: Path | None, options: Options = Options()) -> Running:  # noqa: B008 - frozen
    """Serve the sandbox of the folder `data` (None: nothing is kept) in a background thread.

    Returns when the server answers. Raises Busy when another server has the data, JournalDamaged when a journal cannot
    be trusted, OSError when the port is taken or the folder cannot be written, BadPlan for a bad file of faults.
    """
    lock = Lock(data) if data is not None else None
    try:
        application = Application(data, options)
        server, thread = _listen(application, options.port)
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    return Running(application, server, thread, lock)


def _listen(application: Application, port: int) -> tuple[Any, threading.Thread]:
    """Start the server in a daemon thread; cheroot's workers inherit that, so that a forgotten server ends with us."""
    from cheroot import wsgi

    class Gateway(wsgi.Gateway_10):
        """Closes the connection without an answer where a planned fault asks for it."""

        def respond(self) -> None:
            with _drops(self.req):
                super().respond()

    class Server(wsgi.Server):
        """Gives a worker only connections that have sent something, so that idle ones hold none."""

        keep_alive_conn_limit = 1000

        def process_conn(self, conn: Any) -> None:
            """A new connection waits with the idle ones for its first byte."""
            if vars(conn).setdefault("seen", False):
                super().process_conn(conn)
            else:
                conn.seen = True
                self.put_conn(conn)

    server = Server(
        (_HOST, port),
        application,
        numthreads=16,
        server_name=_HOST,
        request_queue_size=256,
        timeout=60,
        shutdown_timeout=2,
    )
    server.gateway = Gateway
    vars(server)["error_log"] = _quiet
    ready = threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            server.prepare()
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            failed.append(error)
            return
        finally:
            ready.set()
        server.serve()

    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    ready.wait()
    if failed:
        raise failed[0]
    return server, thread


def _stop(server: Any) -> None:
    """Stop it now: by itself it looks up every half second only, so a connection wakes it."""
    address = server.bind_addr
    stopping = threading.Thread(target=server.stop, name="sandbox-stop", daemon=True)
    stopping.start()
    while stopping.is_alive():
        with contextlib.suppress(OSError):
            socket.create_connection(address, timeout=0.1).close()
        stopping.join(0.02)


def _quiet(msg: str = "", level: int = 20, traceback: bool = False) -> None:
    """cheroot's log: nothing of a client that went away belongs on a terminal, a bug in the sandbox does."""
    if traceback and level >= 40:
        import sys

        sys.stderr.write(f"sandbox: {msg}\n")
        if os.environ.get("CCDEPLOY_DEBUG"):
            import traceback as tb

            tb.print_exc()


@contextlib.contextmanager
def _drops(request: Any) -> Iterator[None]:
    try:
        yield
    except Dropped:
        with contextlib.suppress(OSError):
            request.conn.socket.shutdown(socket.SHUT_RDWR)
        request.conn.linger = False
        request.sent_headers, request.chunked_write = True, False  # there is nothing left to send
        request.close_connection = True
