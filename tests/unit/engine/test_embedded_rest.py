"""Destroy, refresh and the words of a plan."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from ccdeploy.specs.errors import CloudError
from ccdeploy.stacks.engine.embedded.order import closure, dependents, sorted_resources
from ccdeploy.stacks.engine.embedded.registration import Refusal, duration, reset_ignored
from ccdeploy.stacks.engine.embedded.state import Resource
from ccdeploy.stacks.engine.embedded.words import differences
from ccdeploy.stacks.provider.base import ProviderError
from ccdeploy.stacks.provider.values import UNKNOWN, Asset, Secret


def line(thing: Any) -> Any:
    def run() -> None:
        instance = thing("instance", pulumi.ResourceOptions(protect=True))
        flow = thing("flow", needs=[instance.arn])
        thing("number", needs=[flow.arn])
        thing("queue", needs=[instance.arn], tags={"ccdeploy:stack": "line.dev"})

    return run


def names(deploy: Any) -> list[str]:
    resources = deploy.engine().export()["deployment"]["resources"]
    return [r["urn"].rpartition("::")[2] for r in resources if r["type"].startswith("mem:")]


def test_a_destroy_keeps_what_is_named_or_protected_and_what_that_needs(deploy: Any, thing: Any) -> None:
    deploy.engine().up(line(thing))
    result = deploy.engine().destroy(keep=lambda _type, name: name == "number")
    assert [(step.action, step.name, step.why) for step in result.steps] == [
        ("delete", "queue", ()),
        ("same", "instance", ("protected",)),
        ("same", "flow", ("needed by what is kept",)),
        ("same", "number", ("kept",)),
    ]
    assert names(deploy) == ["instance", "flow", "number"]
    assert deploy.engine().destroy(keep=lambda _type, name: name == "number").mutations == 0


def test_a_destroy_without_keep_leaves_nothing(deploy: Any, thing: Any) -> None:
    deploy.engine().up(line(thing))
    result = deploy.engine().destroy()
    assert result.changes.delete == 4
    assert deploy.world.objects == {}
    assert deploy.engine().export()["deployment"]["resources"] == []
    assert deploy.engine().outputs() == {}
    again = deploy.engine().destroy()
    assert (again.steps, again.mutations) == ((), 0)


def test_a_failed_deletion_keeps_what_it_needs_and_the_rest_goes(deploy: Any, thing: Any) -> None:
    deploy.engine().up(line(thing))
    deploy.world.fail["delete number"] = ProviderError("busy", code="ResourceInUseException")
    result = deploy.engine().destroy()
    assert [failure.name for failure in result.failures] == ["number"]
    assert {step.name for step in result.steps} == {"queue"}
    assert names(deploy) == ["instance", "flow", "number"]
    deploy.world.fail.clear()
    assert deploy.engine().destroy().failures == ()
    assert deploy.world.objects == {}


def test_drift_names_field_want_and_have_and_is_empty_right_after_up(deploy: Any, thing: Any) -> None:
    deploy.engine().up(line(thing))
    before = deploy.files()
    assert deploy.engine().refresh(write=False) == ()
    objects = deploy.world.objects
    by_name = {value["name"].rpartition("-")[0]: key for key, value in objects.items()}
    objects[by_name["flow"]]["size"] = 9
    objects[by_name["queue"]]["tags"] = {"other": "x"}
    del objects[by_name["number"]]
    (deploy.folder / "world.json").write_text(json.dumps(objects))
    found = {drift.name: drift for drift in deploy.engine().refresh(write=False)}
    assert set(found) == {"flow", "number", "queue"}
    flow, number, queue = found["flow"], found["number"], found["queue"]
    assert (flow.kind, flow.field, flow.want, flow.have) == ("changed", "size", None, 9)
    assert (number.kind, number.field, number.id) == ("missing", "", by_name["number"])
    assert (queue.kind, queue.field) == ("untagged", "tags")
    assert (queue.want, queue.have) == ({"ccdeploy:stack": "line.dev"}, {"other": "x"})
    assert deploy.files() == before, "looking writes nothing"
    deploy.engine().refresh(write=True)
    assert deploy.engine().refresh(write=False) == ()
    result = deploy.engine().up(line(thing))
    assert {step.name: step.action for step in result.steps} == {
        "instance": "same",
        "flow": "update",
        "number": "create",
        "queue": "update",
    }
    assert deploy.world.objects[by_name["queue"]]["tags"] == {"ccdeploy:stack": "line.dev"}


def test_what_cannot_be_read_is_an_error_that_names_it(deploy: Any, thing: Any) -> None:
    deploy.engine().up(lambda: thing("queue"))

    def read(_request: Any) -> Any:
        raise ProviderError("expired", code="ExpiredTokenException")

    deploy.provider.read = read
    with pytest.raises(CloudError, match="queue cannot be read: expired"):
        deploy.engine().refresh(write=False)


def test_reasons_are_short_and_never_tell_a_secret() -> None:
    olds = {"a": "x", "content": "old", "s": Secret("p"), "o": {"b": 1, "c": 2}, "f": Asset("aabbccddee"), "l": [1, 2]}
    news = {"a": UNKNOWN, "content": "new", "s": "q", "o": {"b": 1, "c": 3}, "f": Asset("0011223344"), "l": [2, 3]}
    assert differences(olds, news, [*olds, "new"], ["new"]) == (
        "a: 'x' -> (known after the run)",
        "content: changed",
        "s: [secret] -> [secret]",
        "o.c: 2 -> 3",
        "f: a file (aabbccdd) -> a file (00112233)",
        "l: -1, +3",
        "new: changed",
    )
    assert differences({"a": "x" * 100}, {"a": True}, ["a"])[0].endswith("… -> true")
    assert differences({"content": "{}"}, {"content": UNKNOWN}, ["content"]) == ("content: known after the run",)


def test_ignored_paths_keep_their_old_value() -> None:
    olds = {"a": 1, "b": {"c": 1, "d": 1}, "e": [{"f": 1}, {"f": 1}]}
    news = {"a": 2, "b": {"c": 2, "d": 2}, "e": [{"f": 2}, {"f": 2}, {"f": 2}], "g": 2}
    assert reset_ignored(news, olds, ("a", "b.c", "e[1].f", "g")) == {
        "a": 1,
        "b": {"c": 1, "d": 2},
        "e": [{"f": 2}, {"f": 1}, {"f": 2}],
    }
    assert reset_ignored(news, olds, ("*",)) == olds


def test_timeouts_are_read_as_go_writes_them() -> None:
    assert [duration(text) for text in ("", "90s", "1h30m", "500ms", "1.5m")] == [0, 90, 5400, 0.5, 90]
    with pytest.raises(Refusal, match="5 minutes"):
        duration("5 minutes")


def resource(name: str, *needs: str, delete: bool = False) -> Resource:
    return Resource(
        urn=f"urn:pulumi:s::p::t:i:T::{name}",
        type="t:i:T",
        custom=True,
        id=f"{name}-{delete}",
        delete=delete,
        dependencies=tuple(f"urn:pulumi:s::p::t:i:T::{need}" for need in needs),
    )


def test_each_resource_stands_after_what_it_needs_even_where_a_crash_left_a_cycle() -> None:
    table = [resource("c", "b"), resource("a"), resource("b", "a", "lost"), resource("b", "c", delete=True)]
    assert [(r.name, r.delete) for r in sorted_resources(table)] == [
        ("a", False),
        ("b", False),
        ("c", False),
        ("b", True),
    ]
    cycle = [resource("x", "y"), resource("y", "x")]
    assert {r.name for r in sorted_resources(cycle)} == {"x", "y"}
    assert [r.name for r in dependents(table, [table[1].urn])] == ["b", "c"]
    assert {urn.rpartition("::")[2] for urn in closure(table, [table[0].urn])} == {"a", "b", "c", "lost"}


def test_a_function_is_not_asked_about_what_nobody_knows_yet(deploy: Any) -> None:
    from ccdeploy.stacks.engine.embedded.calls import Calls
    from ccdeploy.stacks.engine.embedded.monitor import Monitor
    from ccdeploy.stacks.engine.embedded.record import Record
    from ccdeploy.stacks.engine.embedded.state import State
    from ccdeploy.stacks.provider.wire import from_struct, to_struct
    from pulumi.runtime.proto import resource_pb2

    calls = Calls({"mem": deploy.provider}, {}, 1)
    steps: Any = None  # not needed for functions
    monitor = Monitor(steps, calls, Record(lambda _event: None), State(), preview=True)

    def ask(number: Any) -> Any:
        args = to_struct({"number": number})
        return monitor.Invoke(resource_pb2.ResourceInvokeRequest(tok="mem:index:double", args=args))

    assert ask(UNKNOWN).unknown
    assert from_struct(getattr(ask(4), "return")) == {"double": 8}
