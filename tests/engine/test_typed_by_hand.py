"""`pulumi up` typed by hand: stacks/__main__.py as the program, our provider as a plugin on PATH, no ccdeploy command.

The CLI that is built from source has no Python language host (the official bundle has), so that one is served here.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.stacks.engine.pulumi_cli.command import find
from ccdeploy.stacks.provider.serve import start

ROOT = Path(__file__).resolve().parents[2]


def program() -> None:
    """What the language host does with `main:` of Pulumi.yaml."""
    runpy.run_path(str(ROOT / "stacks" / "__main__.py"), run_name="__main__")


@pytest.fixture
def host() -> Iterator[int]:
    """The port of a Python language host."""
    import grpc
    from pulumi.automation._server import LanguageServer
    from pulumi.runtime.proto import language_pb2_grpc

    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(program), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(0)


def test_a_stack_made_by_hand_is_made_changed_read_imported_and_removed(centre: Any, host: int, tmp_path: Path) -> None:
    endpoint = json.loads(centre("sandbox", "start", "--json", "--quotas", "off").out)["endpoint"]
    aws = start(AwsProvider(endpoint, "eu-central-1"))
    place = tmp_path / "typed"
    place.mkdir()
    (tmp_path / "backend").mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", place)
    (place / "stacks").symlink_to(ROOT / "stacks")
    env = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/backend",
        "PULUMI_CONFIG_PASSPHRASE": "not a secret",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DEBUG_PROVIDERS": f"aws:{aws.port}",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
    }

    def pulumi(*words: str) -> str:
        done = subprocess.run(
            [str(find()), "--non-interactive", *words], cwd=place, env=env, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    client = f"--client=127.0.0.1:{host}"
    pulumi("stack", "init", "small.dev")
    pulumi(
        "config", "set-all", "--plaintext", "aws:region=eu-central-1", "--plaintext", f"ccdeploy:folder={centre.folder}"
    )
    told = pulumi("up", "--yes", client)
    assert "ccdeploy:index:FlowContent" in told
    assert "+ 3" in told, "it says how many were created"
    made = centre.mutations()
    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", client)
    assert centre.mutations() == made
    centre.edit("center.yaml", "helper-rights: {base: agent}", "helper-rights: {base: agent, title: Rights}")
    assert "replaced" in pulumi("up", "--yes", "--skip-preview", client)
    pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", client)

    (tmp_path / "state.json").write_text(pulumi("stack", "export", "--show-secrets"), encoding="utf-8")
    assert centre("state", "import", "--file", str(tmp_path / "state.json"), "--json").json["resources"] > 30
    changes = centre("preview", "--no-rosters", "--json").json["changes"]
    assert (changes["create"], changes["update"], changes["replace"], changes["delete"]) == (0, 0, 0, 0)
    assert centre("status", "--json").json["drift"] == []

    pulumi("state", "unprotect", "--all", "--yes")
    pulumi("destroy", "--yes", "--skip-preview", client)
    assert json.loads(pulumi("stack", "export"))["deployment"].get("resources", []) == []
    aws.stop()
