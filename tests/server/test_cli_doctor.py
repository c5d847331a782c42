"""What a run needs: checked by `doctor`, and as a policy that is proven by running under it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.deploy.operations import operations
from ccdeploy.deploy.policy import MANAGED, PLUGIN, Place, policy_of
from ccdeploy.sandbox.iam.actions import actions_of
from ccdeploy.sandbox.provider.catalogue import table
from ccdeploy.specs.load import load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/hospital-follow-up"
TORTURE = bool(os.environ.get("CCDEPLOY_TORTURE"))
# Used, and not missed when it goes: each with what is done without it.
UNMISSED: dict[str, str] = {}
ON_AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
NOBODY = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_CONFIG_FILE": "none"}
# Needed, and not met in the story below: each with the moment at which it is.
LATER = {
    "connect:ListInstances": "doctor, and a create of an instance whose answer was lost",
    "connect:UpdatePhoneNumber": "a number moves to another instance",
    "connect:UntagResource": "a tag is dropped",
    "kms:UntagResource": "a tag is dropped",
    "logs:UntagResource": "a tag is dropped",
}


def test_the_example_lives_its_life_under_exactly_the_policy_that_doctor_prints(inside: Any, fits: Any) -> None:
    """Up, a change, the rosters, status, down; then each action that was used is missed by somebody when it goes."""
    folder = inside.folder / "example"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".ccdeploy"))
    printed = inside("doctor", "example", "--policy", "--json").json
    fits("policy", printed)
    failed, records = lived(inside, folder, printed["policy"])
    assert failed is None, failed.err
    assert [record for record in records if record["error"].startswith("AccessDenied")] == []

    used = actions_in(records)
    granted = {action for row in printed["policy"]["Statement"] for action in row["Action"]}
    assert used <= granted
    assert len(used) > 100
    assert not [action for action in granted if "*" in action], "so each, taken out, is missed by who used it"
    assert unexplained(granted - used, printed["reasons"]) == set()


def test_a_missing_permission_is_named_with_the_way_to_the_whole_policy_and_the_next_run_finishes(inside: Any) -> None:
    whole = inside("doctor", "--policy").json
    less = json.loads(json.dumps(whole).replace('"connect:CreateHoursOfOperation", ', "", 1))
    assert less != whole
    (inside.folder / "less.json").write_text(json.dumps(less))
    inside("sandbox", "start", "--policy", "less.json", "-q")
    said = inside("up", code=3).err
    assert "not authorized to perform: connect:CreateHoursOfOperation" in said
    assert "ccdeploy doctor --policy" in said
    inside("sandbox", "stop")
    inside("up", "-q")
    bad = inside("sandbox", "start", "--policy", "center.yaml", code=1).err
    assert "is not JSON" in bad


@pytest.fixture(scope="module")
def used() -> dict[str, set[str]]:
    """What the life of each centre uses, found once."""
    return {}


def of_example() -> list[str]:
    """Every action of the example's policy."""
    center = load(EXAMPLE, stack="dev").center if TORTURE else None
    return list(policy_of(center, Place("123456789012")).reasons) if center else ["each"]


@pytest.mark.skipif(not TORTURE, reason="a life for each action takes half an hour: make torture")
@pytest.mark.parametrize("action", of_example())
def test_each_action_that_a_life_uses_is_missed_by_name_when_it_is_taken_out(
    inside: Any, action: str, used: dict[str, set[str]]
) -> None:
    folder = inside.folder / "example"
    for source in (ROOT / "tests/centres/small", EXAMPLE):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".ccdeploy"))
        policy = inside("doctor", "example", "--policy", "--json").json["policy"]
        if source.name not in used:
            failed, records = lived(inside, folder, policy)
            assert failed is None
            used[source.name] = actions_in(records)
            shutil.rmtree(folder)
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".ccdeploy"))
        if action in used[source.name]:
            break
    else:
        pytest.skip("no life uses it: why it is granted is tested beside")
    for row in policy["Statement"]:
        row["Action"] = [one for one in row["Action"] if one != action]
    policy["Statement"] = [row for row in policy["Statement"] if row["Action"]]
    failed, _ = lived(inside, folder, policy)
    if action in UNMISSED:
        assert failed is None, "then it is missed, and no exception"
        return
    assert failed is not None, f"nobody misses {action}"
    told = failed.out + failed.err
    assert f"not authorized to perform: {action}" in " ".join(told.split())
    assert "ccdeploy doctor" in told
    assert "--policy" in told


def test_a_policy_that_is_too_long_is_written_as_managed_ones_that_fit_and_together_say_the_same(
    inside: Any, tmp_path: Path
) -> None:
    text = (inside.folder / "center.yaml").read_text()
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:what-a-caller-asks-for"
    functions = "".join(f"  look-{n}: {arn}-{n:03}\n" for n in range(150))
    (inside.folder / "center.yaml").write_text(f"{text}\nlambdas:\n{functions}")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "ccdeploy-small-dev-9.json").write_text("{}")  # of an earlier, longer policy
    said = inside("doctor", "--policy", "--into", str(tmp_path / "policies"))
    written = [json.loads(path.read_text()) for path in sorted((tmp_path / "policies").iterdir())]
    lines = [shlex.split(line) for line in said.out.splitlines()]
    assert len(lines) == 2 * len(written)
    assert all(Path(line[-1].removeprefix("file://")).exists() for line in lines[::2])
    assert all(line[-1].startswith("arn:aws:iam::123456789012:policy/ccdeploy-small-dev-") for line in lines[1::2])
    told = inside("doctor", "--policy", "--json").json
    assert told["size"] > 10_240
    assert "too many" in inside("doctor", "--policy").err
    assert told["parts"] == written
    assert all(len("".join(json.dumps(part).split())) <= MANAGED for part in written)
    assert granted(written) == granted([told["policy"]])
    assert "goes with --policy" in inside("doctor", "--into", "x", code=2).err


def granted(documents: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Each action with each resource and its condition."""
    rows = [row for document in documents for row in document["Statement"]]
    return {(a, r, json.dumps(row.get("Condition"))) for row in rows for a in row["Action"] for r in row["Resource"]}


def lived(inside: Any, folder: Path, policy: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """Up, a change, up, status, down of the folder `example` under a policy: what failed first, and the requests."""
    (inside.folder / "policy.json").write_text(json.dumps(policy))
    inside("sandbox", "start", "example", "--policy", "policy.json", "-q")
    failed = None
    try:
        for words in (("up",), (), ("up",), ("status",), ("down", "--all")):
            if not words:
                change(folder)
                continue
            ran = inside(words[0], "example", *words[1:], *(() if words == ("status",) else ("-q",)), code=None)
            if ran.code:
                failed = ran
                break
            assert words != ("status",) or "drift" not in ran.out
        records = inside("sandbox", "history", "example").lines
    finally:
        inside("sandbox", "stop", "example")
    return failed, records


def actions_in(records: list[dict[str, Any]]) -> set[str]:
    """Every action that requests asked for."""
    return {action for record in records for action, _ in map(tuple, record.get("asks", ()))}


def change(folder: Path) -> None:
    """A night's worth of changes to the example, or to the small centre."""
    path = folder / "center.yaml"
    text = path.read_text(encoding="utf-8")
    ours = (("mon-fri: 08:00-20:00", "mon-fri: 07:00-21:00"), ("max_contacts: 4", "max_contacts: 3"))
    for old, new in ours if "max_contacts" in text else ours[:1]:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    for roster in (folder / "rosters").iterdir():
        roster.write_bytes(roster.read_bytes().replace(b"@example.org", b"@mail.example.org", 3))


def unexplained(unused: set[str], reasons: dict[str, list[str]]) -> set[str]:
    """Actions that the story did not need and that nothing explains.

    They are needed when a resource changes in place, when an interrupted run asks what became of a create, when people
    change, or by Pulumi's own plugin; the code that does each says so.
    """
    explained = set(LATER)
    for one in operations():
        row = table().get(one.source, {})
        changing = {name for listed in row.get("calls", {}).get("update", {}).values() for name in listed}
        modules = "contactFlowModule" in one.source  # the example has none
        beside = one.source.startswith(("aws:kms", "aws:s3", "aws:cloudwatch"))
        if one.name in changing or modules or beside or not one.source.startswith("aws:"):
            explained |= set(actions_of(one.service.replace("-", ""), one.name))
    explained |= {action for action, why in reasons.items() if PLUGIN in why}
    return unused - explained


def test_doctor_names_what_is_wrong_and_the_command_that_mends_it(inside: Any, fits: Any) -> None:
    inside("up", "-q")
    told = inside("doctor", "--json").json
    fits("doctor", told)
    assert told["failed"] == 0
    endpoint = inside("sandbox", "start", "--json").json["endpoint"]
    on_aws = {**ON_AWS, "AWS_ENDPOINT_URL": endpoint}
    found = {
        check["name"]: check
        for check in inside("doctor", "--target", "aws", "--json", code=None, **on_aws).json["checks"]
    }
    for name in ("clock", "account", "region", "quotas"):
        assert found[name]["status"] == "ok", found[name]

    nobody = inside("doctor", "--target", "aws", "--json", code=1, **NOBODY, AWS_ENDPOINT_URL=endpoint).json
    fits("doctor", nobody)
    found = {check["name"]: check for check in nobody["checks"]}
    assert (found["account"]["status"], found["region"]["status"]) == ("failed", "skipped")
    assert "aws sso login" in found["account"]["fix"]

    stack = inside.folder / ".ccdeploy" / "stacks" / "small.dev"
    (stack / "state.json").chmod(0o644)
    log = stack / "audit.log"
    log.write_bytes(log.read_bytes().replace(b"create", b"delete", 1))
    said = inside("doctor", code=1).out
    assert f"fix: chmod -R go-rwx {stack}" in said
    assert "fix: ccdeploy audit verify" in said
    assert "2 to mend before a run." in said
