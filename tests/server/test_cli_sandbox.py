"""The sandbox as a server, and the rosters on it, from the outside."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

Fits = Callable[[str, Any], None]


def test_a_sandbox_starts_answers_says_where_and_stops_and_keeps_its_data(here: Any, fits: Fits) -> None:
    assert here("sandbox", "status", "--json").json["running"] is False
    started = here("sandbox", "start", "--json").json
    try:
        fits("sandbox", started)
        os.kill(started["pid"], 0)
        variables = here("sandbox", "env", "--json").json
        client = boto3.client(
            "connect",
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            region_name=variables["AWS_REGION"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )
        alias = "by-hand"
        client.create_instance(
            IdentityManagementType="SAML", InstanceAlias=alias, InboundCallsEnabled=True, OutboundCallsEnabled=True
        )
        running = here("sandbox", "status", "--json").json
        fits("sandbox", running)
        assert running == {**started, "running": True}
        assert here("sandbox", "start", "--json").json == started, "a second start tells where the first one is"

        os.kill(started["pid"], signal.SIGKILL)
        again = here("sandbox", "start", "--json").json
        client = boto3.client(
            "connect",
            endpoint_url=again["endpoint"],
            region_name="eu-central-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        assert [item["InstanceAlias"] for item in client.list_instances()["InstanceSummaryList"]] == [alias]
        operations = [record["operation"] for record in here("sandbox", "history").lines]
        assert operations == ["CreateInstance", "ListInstances"]
        assert len(here("sandbox", "history", "--last", "1").lines) == 1
    finally:
        here("sandbox", "stop", code=None)
    assert here("sandbox", "status", "--json").json["running"] is False
    assert "nothing to do" in here("sandbox", "stop").err


def test_the_environment_is_printed_for_a_shell_and_refused_without_a_server(small: Any) -> None:
    assert "ccdeploy sandbox start" in small("sandbox", "env", code=1).err

    small("sandbox", "start", "-q")
    printed = small("sandbox", "env").out.splitlines()

    assert all(line.startswith("export AWS_") for line in printed)
    assert "export AWS_DEFAULT_REGION=eu-central-1" in printed


def test_reset_asks_refuses_where_nobody_answers_and_forgets_the_stacks_too(small: Any) -> None:
    small("sandbox", "start", "-q")
    small("up", "-q")
    assert "--yes" in small("sandbox", "reset", code=1).err
    assert "sandbox stop" in small("sandbox", "reset", "--yes", code=1).err
    small("sandbox", "stop")

    small("sandbox", "reset", "--yes")

    assert small("status", "--json").json["instance"] is None
    assert small("sandbox", "history").lines == []
    assert small("up", "--json").result["changes"]["update"] == 0


def test_options_that_make_no_sense_are_refused_in_words(here: Any) -> None:
    assert "100ms" in here("sandbox", "start", "--latency", "soon", code=1).err
    assert "nope.yaml" in here("sandbox", "start", "--faults", "nope.yaml", code=1).err


def roster(folder: Path) -> Path:
    (path,) = (folder / "rosters").glob("*.csv")
    return path


def test_a_roster_is_planned_applied_and_applied_again_without_a_call(small: Any, fits: Fits) -> None:
    refused = small("roster", "plan", code=1)
    assert "ccdeploy up" in refused.err

    small("sandbox", "start", "-q")
    small("up", "--no-rosters", "-q")
    path = roster(small.folder)
    plan = small("roster", "plan", "--json").json
    fits("roster-plan", plan)
    assert plan["agents"]["create"] == 2
    assert [step["action"] for step in plan["steps"]] == ["create", "create"]
    assert "2 to create" in small("roster", "plan").out

    applied = small("roster", "apply", str(path), "--json")
    for line in applied.lines:
        fits("events", line)
    assert applied.result["agents"]["create"] == 2

    seen = len(small.history())
    assert small("roster", "apply", "--json").result["agents"]["same"] == 2
    assert small.mutations(seen) == []
    assert "Nothing to do" in small("roster", "plan").out


def test_an_emptied_roster_is_refused_before_anything_is_changed(small: Any) -> None:
    small("sandbox", "start", "-q")
    small("up", "-q")
    path = roster(small.folder)
    head = path.read_text().splitlines()[0]
    path.write_text(f"{head}\n")
    seen = len(small.history())

    for command in (["up"], ["preview"], ["roster", "plan"], ["roster", "apply"]):
        refused = small(*command, code=1)
        assert "--allow-suspend 2" in refused.err

    assert small.mutations(seen) == []
    allowed = small("roster", "apply", "--allow-suspend", "2", "--json").result
    assert allowed["agents"]["suspend"] == 2


def test_a_lease_of_another_machine_is_named_and_can_be_taken_away(small: Any) -> None:
    small("sandbox", "start", "-q")
    small("up", "-q")
    store = small.folder / ".ccdeploy" / "stacks" / "small.dev"
    now = time.time()
    lease = {
        "nonce": "x",
        "fence": 7,
        "owner": "ada",
        "host": "far",
        "place": "far",
        "pid": 1,
        "since": now,
        "beat": now,
    }
    (store / "lease.json").write_text(json.dumps(lease))

    refused = small("up", "--json", code=4)
    assert refused.result["error"]["code"] == "lease-held"
    assert "ada on far" in small("down", code=4).err
    assert "--yes" in small("unlock", code=1).err

    assert small("unlock", "--yes", "--json").json == {"unlocked": True}
    assert small("unlock", "--json").json == {"unlocked": False}
    assert small("up", "--json").result["changes"]["update"] == 0
    assert json.loads((store / "lease.json").read_text())["fence"] > 7


def test_the_state_is_exported_as_pulumi_does(small: Any) -> None:
    assert "ccdeploy up" in small("state", "export", code=1).err

    small("sandbox", "start", "-q")
    small("up", "-q")
    state = small("state", "export").json

    assert state["version"] == 3
    types = [resource["type"] for resource in state["deployment"]["resources"]]
    assert types[0] == "pulumi:pulumi:Stack"
    assert "aws:connect/instance:Instance" in types
