"""In a network of its own, where every packet to anywhere else is counted: nothing but the named endpoint is contacted.

The namespace has loopback and one interface that leads nowhere, with a default route and a name server behind it. What
tries to reach something sends a packet there, and the counter tells.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.stacks.engine.pulumi_cli.command import find

TRAP = """
set -e
ip link set lo up
ip link add v0 type veth peer name v1
for i in v0 v1; do
  echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6
  ip link set $i arp off
done
ip address add 198.51.100.1/24 dev v0
ip link set v0 up
ip link set v1 up
ip route add default dev v0
echo "nameserver 198.51.100.53" > "$PLACE/resolv.conf"
mount --bind "$PLACE/resolv.conf" "$(readlink -f /etc/resolv.conf)"
count() { cat /sys/class/net/v0/statistics/tx_packets; }
mount -t sysfs none /sys 2>/dev/null || true
"""
PROBE = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.1', 9))"


def trapped(place: Path, script: str, **environ: str) -> list[str]:
    """The lines that `script` prints inside; it may call `count`. Skips where namespaces are not allowed."""
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", "--mount", "sh", "-c", TRAP + script],
        cwd=place,
        env={**os.environ, "PLACE": str(place), **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    if done.returncode and ("Operation not permitted" in done.stderr or "not found" in done.stderr):
        pytest.skip(f"no network namespace here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The trap works: it sees a packet, and a name that is looked up."""
    if sys.platform != "linux":
        pytest.skip("network namespaces are Linux's")
    python = shlex.quote(sys.executable)
    lookup = "import socket\ntry: socket.getaddrinfo('example.org', 443)\nexcept OSError: pass"
    seen = trapped(
        tmp_path_factory.mktemp("probe"),
        f"count; {python} -c {shlex.quote(PROBE)}; count; timeout 3 {python} -c {shlex.quote(lookup)} || true; count",
    )
    before, after, named = map(int, seen)
    assert before < after < named


@pytest.mark.parametrize("target", ["sandbox", "aws"])
def test_a_run_contacts_the_named_endpoint_and_nothing_else(small: Any, allowed: None, target: str) -> None:
    run = f"{shlex.quote(sys.executable)} -m ccdeploy.cli"
    rehearsal = [f"{run} up -q > /dev/null", f"{run} status > /dev/null", f"{run} down --all -q > /dev/null"]
    # Target aws with its endpoint on this machine: the CLI, its providers and every client of ours.
    endpoint = f'{shlex.quote(sys.executable)} -c \'import json; print(json.load(open("started.json"))["endpoint"])\''
    account = [
        f"{run} sandbox start --json > started.json",
        f"export AWS_ENDPOINT_URL=$({endpoint})",
        f"{run} up --target aws --yes --local-state -q --no-rosters > /dev/null",
        f"{run} doctor --target aws >&2",
        f"{run} sandbox stop -q",
    ]
    if target == "aws" and not find():
        pytest.skip("the path to an account needs the Pulumi CLI: make pulumi")
    script = [f"cd {shlex.quote(str(small.folder))}", "count", *(account if target == "aws" else rehearsal), "count"]
    on_aws = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "CCDEPLOY_AWS_PLUGIN": "attach"}
    before, after = trapped(small.folder, "\n".join(script), **(on_aws if target == "aws" else {}))
    assert before == after, f"{int(after) - int(before)} packets went elsewhere"
