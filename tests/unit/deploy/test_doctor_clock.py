"""The clock: AWS refuses requests whose time is five minutes off."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from ccdeploy.deploy.doctor import Check, examine
from ccdeploy.deploy.settings import Settings

ROOT = Path(__file__).parents[3]


class Answering(BaseHTTPRequestHandler):
    """Any server tells the time, also one that refuses."""

    def do_HEAD(self) -> None:
        self.send_response(403)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def clock(shift: float) -> Check:
    report = examine(Settings(target="aws"), ROOT / "tests" / "centres" / "small", clock=lambda: time.time() + shift)
    return next(check for check in report.checks if check.name == "clock")


@pytest.mark.parametrize(
    ("shift", "status", "words"),
    [(0.0, "ok", "agrees"), (90.0, "warning", "ahead of AWS"), (-600.0, "failed", "600 s behind AWS")],
)
def test_a_clock_that_is_off_is_told_with_its_side(endpoint: str, shift: float, status: str, words: str) -> None:
    found = clock(shift)
    assert (found.status, bool(found.fix)) == (status, status != "ok")
    assert words in found.said or words.replace("600", "601") in found.said or words.replace("600", "599") in found.said


def test_a_server_that_is_not_there_is_a_warning(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert clock(0.0).status == "warning"
