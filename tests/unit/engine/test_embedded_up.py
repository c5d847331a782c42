"""Up on the embedded engine, with Pulumi's own SDK in process."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from ccdeploy.stacks.provider.base import InitFailed, ProviderError


def actions(result: Any) -> dict[str, str]:
    return {step.name: step.action for step in result.steps}


def test_a_preview_knows_what_it_cannot_know_and_writes_nothing(deploy: Any, thing: Any) -> None:
    def program() -> None:
        hours = thing("hours")
        thing("queue", needs=[hours.arn])
        pulumi.export("hours", hours.id)

    result = deploy.engine().preview(program)
    assert actions(result) == {"hours": "create", "queue": "create"}
    assert result.outputs == {"hours": None}
    assert deploy.world.calls == []
    assert deploy.store.names() == []


def test_up_creates_what_is_needed_first_and_a_second_up_does_nothing(deploy: Any, thing: Any) -> None:
    def program() -> None:
        hours = thing("hours", name="day")
        thing("queue", needs=[hours.arn], size=3)
        pulumi.export("hours", hours.id)

    first = deploy.engine().up(program)
    assert actions(first) == {"hours": "create", "queue": "create"}
    assert first.outputs == {"hours": "id-1"}
    assert deploy.world.calls == ["create hours", "create queue"]
    before = deploy.files()
    second = deploy.engine().up(program)
    assert actions(second) == {"hours": "same", "queue": "same"}
    assert second.mutations == 0
    assert deploy.files() == before
    assert deploy.world.calls == ["create hours", "create queue"]
    assert deploy.engine().outputs() == {"hours": "id-1"}


def test_an_update_says_what_differs_and_reaches_the_world(deploy: Any, thing: Any) -> None:
    deploy.engine().up(lambda: thing("queue", size=3, needs=["b", "a"]))
    again = deploy.engine().preview(lambda: thing("queue", size=3, needs=["a", "b"]))
    assert actions(again) == {"queue": "same"}, "a set has no order"
    planned = deploy.engine().preview(lambda: thing("queue", size=4, tags={"a": "b"}))
    assert planned.steps[0].why == ("size: 3 -> 4", "needs: ['b', 'a'] -> none", "tags: none -> {a: 'b'}")
    done = deploy.engine().up(lambda: thing("queue", size=4, tags={"a": "b"}))
    assert done.steps == planned.steps
    assert next(iter(deploy.world.objects.values()))["size"] == 4
    assert done.mutations == 1


def test_a_replacement_is_created_before_the_old_one_is_deleted(deploy: Any, thing: Any) -> None:
    def program(color: str) -> Any:
        def run() -> None:
            paint = thing("paint", color=color)
            thing("wall", needs=[paint.arn])

        return run

    deploy.engine().up(program("red"))
    result = deploy.engine().up(program("blue"))
    assert actions(result) == {"paint": "replace", "wall": "update"}
    assert result.changes.delete == 0, "a replacement counts once"
    assert deploy.world.calls[2:] == ["create paint", "update wall", "delete paint"]
    assert "replaced because color cannot change in place" in result.steps[0].why
    assert {value.get("color") for value in deploy.world.objects.values()} == {"blue", None}


def test_a_failed_deletion_before_a_replacement_is_told_and_leaves_the_rest_alone(deploy: Any, thing: Any) -> None:
    def program(color: str) -> Any:
        def run() -> None:
            root = thing("root", name="root", color=color)
            child = thing("child", kind="Child", owner=root.arn)
            thing("friend", needs=[child.arn])
            thing("stranger")

        return run

    deploy.engine().up(program("red"))
    planned = deploy.engine().preview(program("blue"))
    assert actions(planned) == {"root": "replace", "child": "replace", "friend": "update", "stranger": "same"}
    done = deploy.engine().up(program("blue"))
    assert [(failure.name, failure.code) for failure in done.failures] == [("root", "ResourceInUseException")]
    assert deploy.world.named()["root"]["color"] == "red"
    assert actions(deploy.engine().up(program("red"))) == dict.fromkeys(("root", "child", "friend", "stranger"), "same")


def test_dependents_fall_deepest_first_and_are_made_again(deploy: Any, thing: Any) -> None:
    def program(color: str) -> Any:
        def run() -> None:
            root = thing("root", name="root", color=color)
            child = thing("child", kind="Child", owner=root.arn)
            thing("grandchild", kind="Child", owner=child.arn)

        return run

    deploy.engine().up(program("red"))
    done = deploy.engine().up(program("blue"))
    assert actions(done) == {"root": "replace", "child": "replace", "grandchild": "replace"}
    assert deploy.world.calls[3:] == [
        "delete grandchild",
        "delete child",
        "delete root",
        "create root",
        "create child",
        "create grandchild",
    ]
    assert done.failures == ()
    assert deploy.engine().up(program("blue")).mutations == 0


def test_what_the_program_drops_is_deleted_last_and_in_reverse_order(deploy: Any, thing: Any) -> None:
    def both() -> None:
        first = thing("first")
        thing("second", needs=[first.arn])

    deploy.engine().up(both)
    planned = deploy.engine().preview(lambda: thing("third"))
    result = deploy.engine().up(lambda: thing("third"))
    assert planned.steps == result.steps
    assert deploy.world.calls[2:] == ["create third", "delete second", "delete first"]


def test_a_failure_stops_only_what_needs_it_and_the_next_run_finishes(deploy: Any, thing: Any) -> None:
    deploy.engine().up(lambda: thing("old"))

    def program() -> None:
        bad = thing("bad")
        needy = thing("needy", needs=[bad.arn])
        thing("far", needs=[needy.arn])
        thing("patient", pulumi.ResourceOptions(depends_on=[bad]))
        thing("free")

    deploy.world.fail["create bad"] = ProviderError("quota", code="LimitExceededException", hint="ask for more")
    events: list[tuple[str, str, str]] = []
    result = deploy.engine().up(program, lambda event: events.append((event.status, event.step.name, event.message)))
    assert actions(result) == {"free": "create"}
    assert [(f.name, f.code, f.message, f.hint) for f in result.failures] == [
        ("bad", "LimitExceededException", "quota", "ask for more")
    ]
    assert ("failed", "bad", "quota") in events
    assert ("failed", "needy", "waits for bad") in events
    assert ("failed", "patient", "waits for bad") in events
    assert ("failed", "far", "waits for bad") in events, "the failure itself is named, not the chain"
    assert "delete old" not in deploy.world.calls, "nothing is deleted after a failure"
    deploy.world.fail.clear()
    again = deploy.engine().up(program)
    assert actions(again) == {
        **dict.fromkeys(("bad", "needy", "far", "patient"), "create"),
        "free": "same",
        "old": "delete",
    }


def test_a_half_made_resource_is_kept_and_finished_by_the_next_run(deploy: Any, thing: Any) -> None:
    deploy.world.fail["create queue"] = InitFailed("", {}, ["the quick connects were not linked"])
    first = deploy.engine().up(lambda: thing("queue", size=1))
    assert first.failures[0].message == "the quick connects were not linked"
    assert [r.get("initErrors") for r in deploy.engine().export()["deployment"]["resources"]][-1] == [
        "the quick connects were not linked"
    ]
    deploy.world.fail.clear()
    second = deploy.engine().up(lambda: thing("queue", size=1))
    assert actions(second) == {"queue": "update"}
    assert second.steps[0].why == ("unfinished: the quick connects were not linked",)
    assert len(deploy.world.objects) == 1
    assert deploy.engine().up(lambda: thing("queue", size=1)).mutations == 0


def test_a_protected_resource_is_neither_replaced_nor_deleted(deploy: Any, thing: Any) -> None:
    def program(color: str, protect: bool = True) -> Any:
        return lambda: thing("line", pulumi.ResourceOptions(protect=protect), color=color)

    deploy.engine().up(program("red"))
    for other in (program("blue"), lambda: None):
        result = deploy.engine().up(other)
        assert [failure.code for failure in result.failures] == ["protected"]
        assert result.mutations == 0
        assert deploy.engine().preview(other).failures[0].code == "protected"
    assert actions(deploy.engine().up(program("red", protect=False))) == {"line": "same"}
    assert actions(deploy.engine().up(program("blue"))) == {"line": "replace"}


def test_what_is_retained_is_forgotten_and_not_deleted(deploy: Any, thing: Any) -> None:
    deploy.engine().up(lambda: thing("data", pulumi.ResourceOptions(retain_on_delete=True)))
    result = deploy.engine().up(lambda: None)
    assert actions(result) == {"data": "delete"}
    assert result.mutations == 0
    assert len(deploy.world.objects) == 1
    assert not any(r["type"].startswith("mem:") for r in deploy.engine().export()["deployment"]["resources"])


def test_an_ignored_input_keeps_what_it_was_first_made_with(deploy: Any, thing: Any) -> None:
    def program(content: str) -> Any:
        return lambda: thing("flow", pulumi.ResourceOptions(ignore_changes=["content"]), content=content, size=1)

    deploy.engine().up(program("placeholder"))
    assert deploy.engine().up(program("other")).mutations == 0
    ((made, value),) = deploy.world.objects.items()
    value["content"] = "set by somebody else"
    (deploy.folder / "world.json").write_text(json.dumps({made: value}))
    assert deploy.engine().refresh(write=False) == ()
    deploy.engine().refresh(write=True)
    assert deploy.engine().up(program("placeholder")).mutations == 0


def test_replace_on_changes_makes_an_update_a_replacement(deploy: Any, thing: Any) -> None:
    def program(size: int) -> Any:
        return lambda: thing("queue", pulumi.ResourceOptions(replace_on_changes=["size"]), size=size)

    deploy.engine().up(program(1))
    assert actions(deploy.engine().preview(program(2))) == {"queue": "replace"}


def test_a_renamed_resource_stays_the_same_one(deploy: Any, thing: Any) -> None:
    def before() -> None:
        old = thing("old", name="shown")
        thing("user", needs=[old.arn])

    deploy.engine().up(before)

    def after() -> None:
        new = thing("new", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")]), name="shown")
        thing("user", needs=[new.arn])

    planned = deploy.engine().preview(after)
    result = deploy.engine().up(after)
    assert planned.steps == result.steps
    assert actions(result) == {"new": "same", "user": "same"}
    assert result.mutations == 0
    assert result.steps[0].why == ("renamed from old",)
    assert deploy.engine().up(after).mutations == 0
    names = [r["urn"].rpartition("::")[2] for r in deploy.engine().export()["deployment"]["resources"]]
    assert "old" not in names


def test_a_delete_before_replace_option_outranks_the_provider(deploy: Any, thing: Any) -> None:
    def program(color: str) -> Any:
        return lambda: thing("queue", pulumi.ResourceOptions(delete_before_replace=True), color=color)

    deploy.engine().up(program("red"))
    deploy.engine().up(program("blue"))
    assert deploy.world.calls == ["create queue", "delete queue", "create queue"]


def test_what_was_read_is_never_counted_changed_or_deleted(deploy: Any, thing: Any) -> None:
    deploy.world.change("by hand", lambda objects: str(objects.update({"x-1": {"name": "theirs", "size": 7}})))

    def program() -> None:
        theirs = thing("theirs", pulumi.ResourceOptions(id="x-1"), size=None)
        thing("ours", needs=[theirs.arn])
        pulumi.export("size", theirs.size)

    result = deploy.engine().up(program)
    assert actions(result) == {"ours": "create"}
    assert result.outputs == {"size": 7}
    before = deploy.files()
    assert deploy.engine().up(program).mutations == 0
    assert deploy.files() == before
    deploy.engine().up(lambda: None)
    deploy.engine().destroy()
    assert deploy.world.objects == {"x-1": {"name": "theirs", "size": 7}}


def test_a_create_that_was_plainly_refused_changed_nothing(deploy: Any, thing: Any) -> None:
    deploy.world.fail["create bad"] = ProviderError("quota", code="LimitExceededException")

    refused = deploy.engine().up(lambda: thing("bad"))

    assert (refused.failures[0].code, refused.mutations) == ("LimitExceededException", 0)


def test_a_create_whose_answer_is_unknown_may_have_changed_something(deploy: Any, thing: Any) -> None:
    deploy.world.fail["create bad"] = ProviderError("no answer")

    unknown = deploy.engine().up(lambda: thing("bad"))

    assert unknown.mutations == 1


def test_reading_what_does_not_exist_is_a_failure(deploy: Any, thing: Any) -> None:
    result = deploy.engine().up(lambda: thing("theirs", pulumi.ResourceOptions(id="x-2")))
    assert [(f.name, f.code) for f in result.failures] == [("theirs", "not-found")]


def test_functions_answer_and_a_refused_one_ends_the_program_with_a_failure(deploy: Any, thing: Any) -> None:
    def program() -> None:
        answer = pulumi.runtime.invoke("mem:index:double", {"number": 21})
        pulumi.export("answer", answer.value["double"])

    assert deploy.engine().up(program).outputs == {"answer": 42}

    def refused() -> None:
        thing("made")
        pulumi.runtime.invoke("mem:index:refuse", {})

    result = deploy.engine().up(refused)
    assert [(f.type, f.name, f.code, f.hint) for f in result.failures] == [
        ("function", "mem:index:refuse", "AccessDeniedException", "ask for it")
    ]


def test_every_mistake_in_the_inputs_is_told_and_nothing_is_called(deploy: Any, thing: Any) -> None:
    result = deploy.engine().preview(lambda: thing("queue", size="many", collor="red"))
    assert result.failures[0].code == "invalid-inputs"
    assert "did you mean color?" in result.failures[0].message
    assert "size must be an integer" in result.failures[0].message


def test_a_name_registered_twice_is_a_failure(deploy: Any, thing: Any) -> None:
    def program() -> None:
        thing("queue")
        thing("queue")

    result = deploy.engine().up(program)
    assert [failure.code for failure in result.failures] == ["duplicate"]


def test_options_that_this_engine_lacks_are_refused_by_name(deploy: Any, thing: Any) -> None:
    result = deploy.engine().up(lambda: thing("queue", pulumi.ResourceOptions(import_="id-1")))
    assert "import_" in result.failures[0].message
    assert result.mutations == 0
    provider = deploy.engine().up(lambda: pulumi.ProviderResource("mem", "mine", {}))
    assert "explicit providers" in provider.failures[0].message
    archive = deploy.engine().up(lambda: thing("queue", content=pulumi.FileArchive("x.zip")))
    assert "archives are not supported" in archive.failures[0].message


def test_a_package_without_a_provider_is_named(deploy: Any) -> None:
    result = deploy.engine().up(lambda: pulumi.CustomResource("gcp:index:Thing", "x", {}))
    assert "no provider for package 'gcp'" in result.failures[0].message


def test_components_hold_their_children_and_their_outputs(deploy: Any, thing: Any) -> None:
    def program() -> None:
        house = pulumi.ComponentResource("mem:index:House", "house")
        thing("room", pulumi.ResourceOptions(parent=house))
        house.register_outputs({"rooms": 1})

    result = deploy.engine().up(program)
    assert actions(result) == {"house": "create", "room": "create"}
    resources = {r["urn"].rpartition("::")[2]: r for r in deploy.engine().export()["deployment"]["resources"]}
    assert resources["house"]["outputs"] == {"rooms": 1}
    assert "mem:index:House$mem:index:Thing::room" in resources["room"]["urn"]
    before = deploy.files()
    deploy.engine().up(program)
    assert deploy.files() == before


def test_a_bug_in_the_program_is_raised_once_the_state_is_safe(deploy: Any, thing: Any) -> None:
    def program() -> None:
        thing("made")
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        deploy.engine().up(program)
    assert deploy.world.calls == ["create made"]
    assert actions(deploy.engine().up(lambda: thing("made"))) == {"made": "same"}


def test_a_stop_lets_calls_in_flight_finish_and_starts_no_other(deploy: Any, thing: Any) -> None:
    def program() -> None:
        last = None
        for number in range(4):
            last = thing(f"n{number}", needs=[last.arn] if last is not None else [])

    engine = deploy.engine()
    deploy.world.before = lambda call: engine.cancel() if call == "create n1" else None
    events: list[str] = []
    result = engine.up(program, lambda event: events.append(event.status))
    assert result.interrupted
    assert "failed" not in events
    assert deploy.world.calls == ["create n0", "create n1"]
    assert actions(result) == {"n0": "create", "n1": "create"}
    assert actions(deploy.engine().up(program)) == {"n0": "same", "n1": "same", "n2": "create", "n3": "create"}


def test_at_most_parallel_calls_run_at_once(deploy: Any, thing: Any) -> None:
    import threading
    import time

    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def before(_call: str) -> None:
        with lock:
            running.append(1)
            most.append(len(running))
        time.sleep(0.02)
        with lock:
            running.pop()

    deploy.world.before = before

    def program() -> None:
        for number in range(9):
            thing(f"n{number}")

    deploy.engine(parallel=3).up(program)
    assert max(most) == 3


def test_the_provider_gets_its_packages_config_once(deploy: Any, thing: Any) -> None:
    deploy.engine().up(lambda: (thing("a"), thing("b")))
    assert deploy.provider.configured == [{"region": "eu-central-1"}]
