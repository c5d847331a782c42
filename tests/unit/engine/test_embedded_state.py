"""The state on the disk: sealed, signed, in Pulumi's own format, and refused when it cannot be trusted."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pulumi
import pytest
from ccdeploy.specs.errors import StateError
from ccdeploy.stacks.durable.files import CRASH


def program(thing: Any) -> Any:
    def run() -> None:
        hours = thing("hours", size=2.0)
        user = thing("user", password=pulumi.Output.secret("hunter2-in-clear"), needs=[hours.arn])
        thing("copy", content=user.password)
        thing("token", pulumi.ResourceOptions(additional_secret_outputs=["arn"]))
        pulumi.export("password", user.password)
        pulumi.export("hours", {"id": hours.id})

    return run


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_secret_is_on_the_disk_in_an_export_or_in_a_result(deploy: Any, thing: Any) -> None:
    result = deploy.engine().up(program(thing))
    assert result.outputs["password"] == "[secret]"
    assert deploy.engine().outputs()["password"] == "[secret]"
    assert b"hunter2" not in everything(deploy.folder / ".ccdeploy")
    assert "hunter2" not in json.dumps(deploy.engine().export())
    assert b"hunter2" in (deploy.folder / "world.json").read_bytes(), "the service did get it"
    by_name = {r["urn"].rpartition("::")[2]: r for r in deploy.engine().export()["deployment"]["resources"]}
    assert "ciphertext" in by_name["user"]["inputs"]["password"]
    assert "ciphertext" in by_name["user"]["outputs"]["password"]
    assert "ciphertext" in by_name["copy"]["outputs"]["content"]
    assert "ciphertext" in by_name["token"]["outputs"]["arn"]


def test_a_changed_secret_is_an_update_that_does_not_tell_it(deploy: Any, thing: Any) -> None:
    def run(word: str) -> Any:
        return lambda: thing("user", password=pulumi.Output.secret(word))

    deploy.engine().up(run("first-word"))
    assert deploy.engine().up(run("first-word")).mutations == 0
    result = deploy.engine().up(run("second-word"))
    assert result.steps[0].why == ("password: [secret] -> [secret]",)
    assert next(iter(deploy.world.objects.values()))["password"] == "second-word"


def test_the_files_are_the_owners_alone(deploy: Any, thing: Any) -> None:
    deploy.engine().up(program(thing))
    folder = Path(deploy.store.where)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert (deploy.folder / ".ccdeploy" / ".gitignore").read_text() == "*\n"


def test_an_export_has_the_shape_that_pulumi_imports(deploy: Any, thing: Any) -> None:
    deploy.engine().up(program(thing))
    export = deploy.engine().export()
    assert export["version"] == 3
    deployment = export["deployment"]
    assert set(deployment) == {"manifest", "secrets_providers", "resources", "pending_operations", "metadata"}
    resources = deployment["resources"]
    assert resources[0]["type"] == "pulumi:pulumi:Stack"
    assert resources[0]["urn"] == "urn:pulumi:line.dev::ccdeploy::pulumi:pulumi:Stack::ccdeploy-line.dev"
    assert resources[1]["type"] == "pulumi:providers:mem"
    assert resources[1]["inputs"] == {"region": "eu-central-1"}
    known: set[str] = set()
    providers = {f"{r['urn']}::{r['id']}" for r in resources if r["type"].startswith("pulumi:providers:")}
    for resource in resources:
        for urn in [*resource.get("dependencies", []), *([resource["parent"]] if "parent" in resource else [])]:
            assert urn in known, "each after what it needs"
        if resource["type"].startswith("mem:"):
            assert resource["provider"] in providers
            assert resource["custom"] is True
            assert resource["created"].endswith("Z")
        known.add(resource["urn"])
    user = next(r for r in resources if r["urn"].endswith("::user"))
    hours = next(r for r in resources if r["urn"].endswith("::hours"))
    assert user["propertyDependencies"]["needs"] == [hours["urn"]]
    assert hours["inputs"]["size"] == 2
    assert hours["inputs"]["__defaults"] == ["name"]


def test_a_flipped_or_foreign_state_is_refused_with_what_to_do(deploy: Any, thing: Any) -> None:
    deploy.engine().up(program(thing))
    folder = Path(deploy.store.where)
    good = (folder / "state.json").read_bytes()
    sealed = json.loads(good)["sealed"]
    flipped = good.replace(sealed.encode(), (sealed[:50] + ("B" if sealed[50] == "A" else "A") + sealed[51:]).encode())
    for bad in (flipped, good.replace(b'"generation": 1', b'"generation": 2'), good[:-40], b"", b"[]"):
        (folder / "state.json").write_bytes(bad)
        with pytest.raises(StateError) as caught:
            deploy.engine().preview(program(thing))
        assert "backup" in caught.value.hint
    (folder / "state.json").write_bytes(good)
    assert deploy.engine().up(program(thing)).mutations == 0


def test_without_its_key_or_with_another_one_a_state_is_refused(deploy: Any, thing: Any) -> None:
    deploy.engine().up(program(thing))
    key = Path(deploy.store.where) / "state.key"
    for bad in (b"x" * 32, b"short", None):
        if bad is None:
            key.unlink()
        else:
            key.write_bytes(bad)
        with pytest.raises(StateError):
            deploy.engine().outputs()


def test_an_older_state_put_back_is_refused(deploy: Any, thing: Any) -> None:
    deploy.engine().up(lambda: thing("a"))
    state = Path(deploy.store.where) / "state.json"
    old = state.read_bytes()
    deploy.engine().up(lambda: (thing("a"), thing("b")))
    state.write_bytes(old)
    with pytest.raises(StateError, match="number 2"):
        deploy.engine().up(lambda: thing("a"))


def test_older_files_put_back_together_are_refused_by_what_the_lease_remembers(deploy: Any, thing: Any) -> None:
    def up(*names: str) -> Any:
        with deploy.store.lease("up") as held:
            return deploy.engine(least=held.generation, mark=held.note, fence=held.fence).up(
                lambda: [thing(name) for name in names]
            )

    up("a")
    folder = Path(deploy.store.where)
    older = {name: (folder / name).read_bytes() for name in ("state.json", "operations.journal")}
    lease = (folder / "lease.json").read_bytes()
    up("a", "b")
    for name, data in older.items():
        (folder / name).write_bytes(data)
    with pytest.raises(StateError, match="had reached number 2") as caught:
        up("a", "b")
    assert "lease.json" in caught.value.hint
    (folder / "state.json").unlink()
    with pytest.raises(StateError, match="is not there"):
        up("a", "b")
    (folder / "state.json").write_bytes(older["state.json"])
    (folder / "lease.json").write_bytes(lease)
    assert up("a").mutations == 0, "meant: the lease of the same backup is back too"


def test_nothing_of_a_state_or_its_journal_can_be_read_without_the_key(deploy: Any, thing: Any) -> None:
    def crash() -> None:
        CRASH.point = lambda name: os._exit(1) if name == "write:before:state.json" else None
        deploy.engine().up(lambda: thing("canary-name", content="canary text"))

    pid = os.fork()
    if not pid:
        crash()
    os.waitpid(pid, 0)
    folder = Path(deploy.store.where)
    for _ in range(2):
        assert not any(b"canary" in path.read_bytes() for path in folder.iterdir())
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
        deploy.engine().up(lambda: thing("canary-name", content="canary text"))


def test_a_state_of_one_stack_is_refused_by_another(deploy: Any, thing: Any) -> None:
    from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine

    deploy.engine().up(program(thing))
    other = EmbeddedEngine(
        project="ccdeploy", stack="other.dev", providers={"mem": deploy.provider}, store=deploy.store, config={}
    )
    with pytest.raises(StateError):
        other.outputs()


def test_assets_are_compared_by_what_they_hold(deploy: Any, thing: Any, tmp_path: Path) -> None:
    from ccdeploy.stacks.provider import schema
    from ccdeploy.stacks.provider.schema import Prop, ResourceSpec

    specs = deploy.provider.check.__globals__["SPECS"]
    specs["mem:index:File"] = ResourceSpec("mem:index:File", {"name": Prop(), "source": Prop("asset")}, ("arn",))
    deploy.provider.create = lambda request: _made(deploy, request)
    file = tmp_path / "hold.wav"
    file.write_bytes(b"music")

    def run() -> None:
        thing("music", kind="File", name="music", source=pulumi.FileAsset(str(file)))

    deploy.engine().up(run)
    assert deploy.engine().up(run).mutations == 0
    file.write_bytes(b"other music")
    result = deploy.engine().preview(run)
    assert result.changes.update == 1
    assert result.steps[0].why[0].startswith("source: a file (")
    file.unlink()
    assert deploy.engine().preview(run).failures[0].code == "asset"
    assert schema.DEFAULTS == "__defaults"
    del specs["mem:index:File"]


def _made(deploy: Any, request: Any) -> Any:
    from ccdeploy.stacks.provider.base import CreateResult

    source = request.inputs["source"]
    assert source.read() == b"music"
    deploy.world.change("create music", lambda objects: str(objects.update({"f": {"name": "music"}})))
    return CreateResult("f", {"name": "music", "source": source, "arn": "arn:f"})


def test_a_refresh_and_a_recovery_keep_secrets_secret(deploy: Any, thing: Any) -> None:
    run = program(thing)
    deploy.engine().up(run)
    (drifted,) = [key for key, value in deploy.world.objects.items() if "password" in value]
    objects = deploy.world.objects
    objects[drifted]["password"] = "changed-in-clear"
    (deploy.folder / "world.json").write_text(json.dumps(objects))
    (drift,) = deploy.engine().refresh(write=False)
    assert (drift.field, drift.want, drift.have) == ("password", "[secret]", "[secret]")
    deploy.engine().refresh(write=True)
    assert b"in-clear" not in everything(deploy.folder / ".ccdeploy")
    assert deploy.engine().up(run).changes.update == 1
    assert deploy.world.objects[drifted]["password"] == "hunter2-in-clear"
