"""P13: the sandbox against stock moto's threaded server: calls with one boto3 pool, raw keep-alive requests, start."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from ratio import compare, finish

CALLS, RAW, THREADS = 400, 600, 10
STOCK = """
import logging, sys, time
logging.getLogger("werkzeug").setLevel(logging.ERROR)
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
time.sleep(3600)
"""
OURS = """
import sys, time
from pathlib import Path
from ccdeploy.sandbox.server import Options, serve
running = serve(Path(sys.argv[1]), Options(quotas=False))
print(running.port, flush=True)
running.wait()
"""
HEADERS = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20260101/eu-central-1/connect/aws4_request, "
    "SignedHeaders=host, Signature=0"
}


class Server:
    """A server in a process of its own."""

    def __init__(self, code: str, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.endpoint = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def client(endpoint: str) -> Any:
    """A boto3 client with a pool for all threads and no retries."""
    make: Any = boto3.client
    return make(
        "connect",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(max_pool_connections=THREADS, retries={"max_attempts": 0}),
    )


def made(endpoint: str) -> tuple[Any, str]:
    """A client and an instance to describe."""
    connect = client(endpoint)
    given = {"IdentityManagementType": "SAML", "InboundCallsEnabled": True, "OutboundCallsEnabled": True}
    return connect, str(connect.create_instance(InstanceAlias="bench", **given)["Id"])


def describe(connect: Any, key: str) -> None:
    """CALLS calls by THREADS threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: connect.describe_instance(InstanceId=key), range(CALLS)))


def raw(endpoint: str, key: str) -> None:
    """RAW requests on one connection that is kept alive, as far as the server keeps it."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
    for _ in range(RAW):
        connection.request("GET", f"/instance/{key}", headers=HEADERS)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
    assert json.loads(body)["Instance"]["Id"] == key
    connection.close()


def started() -> None:
    """From nothing to a sandbox that answers, as `ccdeploy sandbox start` does it."""
    folder = Path(tempfile.mkdtemp(prefix="ccdeploy-bench-"))
    Server(OURS, str(folder)).stop()
    shutil.rmtree(folder)


def imported() -> None:
    subprocess.run([sys.executable, "-c", "import moto.server"], check=True)


if __name__ == "__main__":
    data = Path(tempfile.mkdtemp(prefix="ccdeploy-bench-"))
    ours, stock = Server(OURS, str(data)), Server(STOCK)
    try:
        mine, theirs = made(ours.endpoint), made(stock.endpoint)
        results = [
            compare(
                "P13",
                f"{CALLS} DescribeInstance with boto3, {THREADS} threads: sandbox / stock moto (1.2 x as fast = 0.83)",
                lambda: describe(*mine),
                lambda: describe(*theirs),
                target=0.83,
                pairs=5,
            ),
            compare(
                "P13b",
                f"{RAW} raw requests, one kept connection: sandbox / stock moto (2 x as fast = 0.5)",
                lambda: raw(ours.endpoint, mine[1]),
                lambda: raw(stock.endpoint, theirs[1]),
                target=0.5,
                pairs=5,
            ),
        ]
    finally:
        ours.stop()
        stock.stop()
        shutil.rmtree(data)
    results.append(compare("P13c", "start to ready / import moto.server", started, imported, target=2, pairs=5))
    finish(results)
