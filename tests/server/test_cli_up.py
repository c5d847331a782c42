"""Preview, up, status and down, from the outside: what is printed, what is written, which calls are made."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

Fits = Callable[[str, Any], None]
STATE = (".ccdeploy/stacks/small.dev/state.json", ".ccdeploy/stacks/small.dev/operations.journal")
LEASE = ("lease.json", "lease.lock", "history.jsonl", "lock", ".gitignore")


def connect(endpoint: str) -> Any:
    return boto3.client(
        "connect",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )


def test_a_preview_writes_nothing_and_up_does_what_it_said(small: Any, fits: Fits) -> None:
    before = small.files()
    plan = small("preview", "--json").json
    assert small.files() == before
    assert not (small.folder / ".ccdeploy").exists()
    fits("preview", plan)
    assert plan["changes"]["create"] > 20
    assert plan["agents"] == {"create": 2, "update": 0, "suspend": 0, "remove": 0, "same": 0}

    ran = small("up", "--json")
    for line in ran.lines:
        fits("events", line)
    assert ran.result["changes"] == plan["changes"]
    assert ran.result["agents"] == {**plan["agents"], "failed": 0}
    assert ran.result["outputs"]["phone_numbers"]["main"].startswith("+33")


def test_a_second_up_changes_nothing_and_drift_is_empty(small: Any, fits: Fits) -> None:
    first = small("up", "--json").result
    seen = len(small.history())
    before = small.files(but=LEASE)

    second = small("up", "--json").result

    assert small.mutations(seen) == []
    assert small.files(but=LEASE) == before
    assert second["changes"] == {**dict.fromkeys(first["changes"], 0), "same": first["changes"]["create"]}
    assert second["agents"] == {"create": 0, "update": 0, "suspend": 0, "remove": 0, "same": 2, "failed": 0}
    assert "Nothing to do" in small("preview").out

    status = small("status", "--json").json
    fits("status", status)
    assert status["drift"] == []
    assert status["agents"] == {"total": 2}
    assert {key: status[key] for key in second["outputs"]} == second["outputs"]
    assert small.files(but=LEASE) == before


def test_before_the_first_up_status_is_empty_and_no_error(small: Any, fits: Fits) -> None:
    status = small("status", "--json").json
    fits("status", status)
    assert status["instance"] is None
    assert "ccdeploy up" in small("status").out
    assert not (small.folder / ".ccdeploy").exists()


def test_what_was_made_by_hand_survives_and_what_we_made_goes(small: Any) -> None:
    endpoint = small("sandbox", "start", "--json").json["endpoint"]
    client = connect(endpoint)
    instance = small("up", "--json").result["outputs"]["instance"]["id"]
    hours = client.list_hours_of_operations(InstanceId=instance)["HoursOfOperationSummaryList"]
    basic = next(h["Id"] for h in hours if h["Name"] == "Basic Hours")
    client.create_queue(InstanceId=instance, Name="by hand", HoursOfOperationId=basic)
    profiles = client.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"]
    security = client.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"]
    client.create_user(
        InstanceId=instance,
        Username="by.hand",
        Password="Correct-Horse-1",
        IdentityInfo={"FirstName": "By", "LastName": "Hand", "Email": "by.hand@example.org"},
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        RoutingProfileId=next(p["Id"] for p in profiles if p["Name"] == "Basic Routing Profile"),
        SecurityProfileIds=[next(p["Id"] for p in security if p["Name"] == "Agent")],
    )

    seen = len(small.history())
    assert small("up", "--json").result["changes"]["update"] == 0
    assert small.mutations(seen) == []
    down = small("down", "--json").result

    queues = [q["Name"] for q in client.list_queues(InstanceId=instance, QueueTypes=["STANDARD"])["QueueSummaryList"]]
    users = [u["Username"] for u in client.list_users(InstanceId=instance)["UserSummaryList"]]
    assert "by hand" in queues
    assert users == ["by.hand"]
    assert down["agents"]["remove"] == 2


def test_down_keeps_the_number_and_its_instance_and_down_all_leaves_nothing(small: Any) -> None:
    endpoint = small("sandbox", "start", "--json").json["endpoint"]
    client = connect(endpoint)
    up = small("up", "--json").result
    instance = up["outputs"]["instance"]["id"]

    kept = small("down", "--json").result

    assert kept["changes"]["same"] == 2
    assert kept["changes"]["delete"] == up["changes"]["create"] - 2
    assert kept["agents"]["remove"] == 2
    assert kept["outputs"]["phone_numbers"] == up["outputs"]["phone_numbers"]
    assert kept["outputs"]["queues"] == {}
    assert client.list_users(InstanceId=instance)["UserSummaryList"] == []
    status = small("status", "--json").json
    assert (status["instance"]["id"], status["queues"], status["drift"]) == (instance, {}, [])

    again = small("up", "--json").result
    assert again["changes"]["create"] == kept["changes"]["delete"]
    assert again["outputs"]["phone_numbers"] == up["outputs"]["phone_numbers"]

    gone = small("down", "--all", "--json").result
    assert gone["changes"] == {**dict.fromkeys(up["changes"], 0), "delete": up["changes"]["create"]}
    assert client.list_instances()["InstanceSummaryList"] == []
    assert client.list_phone_numbers_v2()["ListPhoneNumbersSummaryList"] == []
    assert small("status", "--json").json["instance"] is None

    last = small("down", "--all", "--json").result
    assert last["changes"] == dict.fromkeys(up["changes"], 0)


def test_down_on_a_folder_that_never_stood_has_nothing_to_do(small: Any) -> None:
    assert small("down", "--json").result["changes"]["delete"] == 0
    assert not (small.folder / ".ccdeploy").exists()


def test_a_change_by_hand_is_drift_and_the_next_up_says_so(small: Any, fits: Fits) -> None:
    endpoint = small("sandbox", "start", "--json").json["endpoint"]
    client = connect(endpoint)
    outputs = small("up", "--json").result["outputs"]
    instance, queue = outputs["instance"]["id"], outputs["queues"]["front"]["id"]
    client.update_queue_name(InstanceId=instance, QueueId=queue, Description="changed by hand")

    status = small("status", "--json").json

    fits("status", status)
    (drift,) = status["drift"]
    assert (drift["kind"], drift["name"], drift["field"]) == ("changed", "front", "description")
    assert drift["have"] == "changed by hand"
    assert "changed by hand" in small("status").out


@pytest.mark.parametrize("after", [1.2, 2.2])
def test_an_up_that_was_killed_is_finished_by_running_it_again(small: Any, after: float) -> None:
    small("sandbox", "start")
    running = small.begin("up")
    time.sleep(after)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)

    finished = small("up", "--json").result

    assert "error" not in finished
    creates = [operation for operation in small.mutations() if operation.startswith("Create")]
    status = small("status", "--json").json
    assert status["agents"] == {"total": 2}
    assert status["drift"] == []
    assert status["last_run"]["outcome"] == "done"
    assert creates.count("CreateInstance") == 1
    assert creates.count("CreateUser") == 2
    assert creates.count("CreateQueue") == 1
    assert small("up", "--json").result["changes"]["create"] == 0


def test_ctrl_c_stops_cleanly_with_130_and_the_next_up_goes_on(small: Any) -> None:
    small("sandbox", "start", "--latency", "60ms")
    running = small.begin("up", "--json")
    assert running.stdout is not None
    for line in running.stdout:
        if '"status": "done"' in line:
            break
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)

    assert running.returncode == 130, err
    assert '"code": "interrupted"' in out.splitlines()[-1]
    told = small("status").out
    assert "interrupted\n           Run it again: it goes on where it stopped." in told
    finished = small("up", "--json").result
    assert "error" not in finished
    assert small("up", "--json").result["changes"]["create"] == 0


def test_an_up_that_could_not_do_all_ends_with_3_says_why_and_is_finished_by_the_next(small: Any, fits: Fits) -> None:
    plan = small.folder.parent / "faults.json"
    fault = {"operation": "CreateQueue", "kind": "refuse", "nth": [1], "error": "InvalidParameterException"}
    plan.write_text(json.dumps([fault]))
    small("sandbox", "start", "--faults", str(plan))

    failed = small("up", "--json", code=3)
    fits("events", failed.result)
    assert failed.result["error"]["code"] == "unfinished"
    assert "front" in failed.result["error"]["message"]
    assert [item["name"] for item in failed.result["failures"]] == ["front"]
    assert failed.result["agents"]["create"] == 0
    assert small("status", "--json").json["last_run"]["outcome"] == "unfinished"

    finished = small("up", "--json").result
    assert finished["agents"]["create"] == 2
    assert finished["changes"]["create"] > 0
    assert small("status", "--json").json["drift"] == []


def test_a_second_operator_is_told_who_works_and_gets_4(small: Any) -> None:
    small("sandbox", "start", "--latency", "80ms")
    running = small.begin("up", "--json")
    assert running.stdout is not None
    for line in running.stdout:
        if '"event": "stage"' in line:
            break
    try:
        refused = small("up", code=4)
        assert f"process {running.pid}" in refused.err
    finally:
        running.communicate(timeout=120)
    assert running.returncode == 0


def test_a_reader_that_goes_away_does_not_stop_the_run(small: Any) -> None:
    words = " ".join(small.arguments("up", "--json"))
    done = subprocess.run(
        ["bash", "-c", f"{words} | head -1; exit ${{PIPESTATUS[0]}}"],
        cwd=small.folder,
        capture_output=True,
        text=True,
        env=small.environ,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert small("up", "--json").result["changes"]["create"] == 0


@pytest.mark.long
def test_an_end_in_a_pipe_is_plain_text_of_eighty_columns_and_ends_with_the_numbers(small: Any) -> None:
    ran = small("up")

    assert "\x1b" not in ran.out + ran.err
    assert all(len(line) <= 80 for line in (ran.out + ran.err).splitlines())
    lines = ran.out.splitlines()
    assert lines[0].startswith("Resources: ")
    assert lines[1] == "People:    2 created"
    assert "AWS would need about" in lines[2]
    assert lines[3] == "Sign in:   https://small-line.my.connect.aws"
    assert lines[-1].startswith("Number:    +33")
    for words in (["status"], ["preview"], ["flow", "list"], ["down"]):
        shown = small(*words)
        assert all(len(line) <= 80 for line in (shown.out + shown.err).splitlines()), shown.out


def test_no_color_is_obeyed_on_a_terminal(small: Any) -> None:
    def on_a_terminal(**environ: str) -> str:
        leader, follower = os.openpty()
        done = subprocess.Popen(
            small.arguments("nonsense"),
            cwd=small.folder,
            stdout=follower,
            stderr=follower,
            env={**small.environ, **environ},
        )
        os.close(follower)
        done.wait(timeout=60)
        text = os.read(leader, 65536).decode()
        os.close(leader)
        return text

    assert "\x1b[1;31merror:" in on_a_terminal(TERM="xterm")
    assert "\x1b" not in on_a_terminal(TERM="xterm", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(TERM="dumb")


@pytest.mark.long
def test_a_stack_that_is_not_where_it_was_is_refused_in_words(small: Any) -> None:
    small("up", "-q")
    center = small.folder / "center.yaml"
    text = center.read_text()
    assert "region: eu-central-1" in text
    center.write_text(text.replace("eu-central-1", "eu-west-2"))
    for command in ("preview", "up"):
        assert "region: eu-central-1 back" in small(command, code=1).err
    center.write_text(text)

    shutil.rmtree(small.folder / ".ccdeploy" / "sandbox")
    for command in ("preview", "up"):
        assert "ccdeploy down --all" in small(command, code=1).err
    small("down", "--all")
    assert small("up", "--json").result["agents"]["create"] == 2


def test_what_waits_for_the_people_is_made_in_the_same_up_and_counted_as_the_preview_says(rich: Any) -> None:
    plan = rich("preview", "--json").json
    first = rich("up", "--json").result
    assert first["changes"] == plan["changes"]
    assert {name: first["agents"][name] for name in plan["agents"]} == plan["agents"]

    second = rich("up", "--json").result
    assert second["changes"] == {**dict.fromkeys(first["changes"], 0), "same": first["changes"]["create"]}


def test_a_dropped_profile_goes_once_its_people_have_moved(rich: Any) -> None:
    rich("up", "-q")
    center = rich.folder / "center.yaml"
    center.write_text(center.read_text().replace("  helper: {queues: [information]}\n", ""))
    (roster,) = (rich.folder / "rosters").iterdir()
    roster.write_text(roster.read_text().replace("Stone,helper,,", "Stone,nurse,fr,"))

    waiting = rich("up", "--no-rosters", "--json").result
    assert waiting["changes"]["delete"] == 0
    assert "routing profile helper" in waiting["skipped"][0]

    plan = rich("preview", "--json").json
    assert plan["changes"]["delete"] == 1
    done = rich("up", "--json").result
    assert done["changes"] == plan["changes"]
    assert (done["agents"]["update"], done["agents"]["same"]) == (1, 2)
    assert "helper" not in done["outputs"]["routing_profiles"]


@pytest.mark.long
def test_what_the_rosters_leave_to_a_later_day_is_told_before_and_after(small: Any) -> None:
    small("up", "-q")
    rosters = small.folder / "rosters"
    head, first, *_ = (rosters / "helpers.csv").read_text().splitlines()
    (rosters / "others.csv").write_text(
        "\n".join(
            [f"{head},starts_on", f"{first},", "eve.dunn,eve@example.org,Eve,Dunn,helper,helper-rights,2027-01-04"]
        )
    )
    center = small.folder / "center.yaml"
    center.write_text(center.read_text().replace("rosters/helpers.csv", "rosters/others.csv"))

    for command in ("preview", "up"):
        told = small(command, "--today", "2026-11-22").err
        assert "1 person of rosters/helpers.csv, which is no longer among the rosters, stays as before" in told
        assert "1 person starts on 2027-01-04: run again then" in told

    planned = small("roster", "plan", "--json", "--today", "2026-11-22").json
    assert "1 person starts on 2027-01-04: run again then" in planned["notes"]
    (rosters / "others.csv").write_text((rosters / "others.csv").read_text().replace("starts_on", "starts_on,lunch"))
    for command in ("plan", "apply"):
        told = small("roster", command, "--today", "2026-11-22").err
        assert "rosters/others.csv: not read: lunch" in told
        assert "1 person starts on 2027-01-04: run again then" in told


def test_a_full_disk_behind_the_output_does_not_stop_the_run(small: Any) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("w") as nowhere:
        ran = subprocess.run(
            [sys.executable, "-m", "ccdeploy.cli", "up", "--json", str(small.folder)],
            stdout=nowhere,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert "Traceback" not in ran.stderr
    assert "standard output cannot be written" in ran.stderr
    assert ran.returncode == 0
    assert small("up", "--json").result["changes"]["create"] == 0


@pytest.mark.parametrize("change", [("type: did", 'type: did, prefix: "+331"'), ("small-line", "other-line")])
def test_what_a_protected_thing_forbids_is_refused_before_anything_is_changed(
    small: Any, change: tuple[str, str]
) -> None:
    center = small.folder / "center.yaml"
    center.write_text(center.read_text().replace("{country: FR,", "{country: FR, type: did, keep: true,"))
    small("up", "--no-rosters")
    done = len(small.mutations())

    center.write_text(center.read_text().replace(*change).replace("front: {", "front: {description: New, "))
    refused = small("up", "--no-rosters", code=1)
    word = "keep: false" if "prefix" in change[1] else "protect: no"
    assert "it is protected" in refused.err
    assert f"`{word}`" in refused.err
    assert f"`{word}`" in small("preview", "--no-rosters", code=1).err
    assert len(small.mutations()) == done
