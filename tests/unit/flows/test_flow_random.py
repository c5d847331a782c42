"""Random flows: what passes the checks is Flow language, and nothing ends in a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.flows.alone import compile_file
from ccdeploy.flows.fictional import bind
from ccdeploy.flows.language import doubts, validate
from ccdeploy.flows.verbs import verbs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = [f"s{n}" for n in range(6)]
targets = st.sampled_from(NAMES)
texts = st.one_of(
    st.sampled_from(["Hello.", "Appuyez sur 1 & 2 <ici>", 'Say "hi"', "$.Queue.Name", "مرحبا"]),
    st.just({"prompt": "music"}),
    st.just({"ssml": "<speak>Hi</speak>"}),
)
STEPS: dict[str, st.SearchStrategy[dict[str, object]]] = {
    "say": st.fixed_dictionaries({"say": texts}),
    "menu": st.fixed_dictionaries(
        {
            "menu": texts,
            "choices": st.dictionaries(st.sampled_from(list("0123456789*#")), targets, min_size=1, max_size=4),
            "otherwise": targets,
            "attempts": st.integers(1, 4),
        },
        optional={"silence": targets, "invalid": targets, "failed": targets},
    ),
    "digits": st.fixed_dictionaries(
        {"digits": texts, "private": st.booleans()},
        optional={"into": st.just("number"), "phone": st.sampled_from(["FR", "e164"]), "silence": targets},
    ),
    "queue": st.fixed_dictionaries(
        {"queue": st.sampled_from(["triage", "current"]), "full": targets}, optional={"waiting": st.just("music")}
    ),
    "callback": st.fixed_dictionaries(
        {"callback": st.sampled_from(["triage", "current"])}, optional={"ask_number": texts, "no_number": targets}
    ),
    "transfer": st.fixed_dictionaries({"transfer": st.just("desk")}, optional={"then": targets, "no_answer": targets}),
    "check_hours": st.fixed_dictionaries(
        {"check_hours": st.just("day"), "closed": targets}, optional={"open": targets}
    ),
    "check_staff": st.fixed_dictionaries({"check_staff": st.just("triage"), "nobody": targets}),
    "when": st.fixed_dictionaries(
        {
            "when": st.just("$.Attributes.x"),
            "is": st.dictionaries(st.sampled_from(["a", "> 5", "contains b", "<= 2"]), targets, min_size=1),
            "otherwise": targets,
        }
    ),
    "loop": st.fixed_dictionaries({"loop": st.integers(0, 9), "each": targets}),
    "set": st.fixed_dictionaries({"set": st.just({"a": "b"})}, optional={"failed": targets}),
    "lambda": st.fixed_dictionaries({"lambda": st.just("lookup")}, optional={"failed": targets}),
    "module": st.fixed_dictionaries({"module": st.just("identify")}, optional={"results": st.just({"ok": "s0"})}),
    "flow": st.fixed_dictionaries({"flow": st.just("night")}),
    "hang_up": st.just({"hang_up": True}),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flows") / "flow.yaml"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(*STEPS.values()), min_size=5, max_size=5),
    st.sampled_from(["inbound", "queue_transfer", "agent_transfer", "module"]),
    st.sampled_from([None, "s5"]),
)
def test_a_flow_without_mistakes_is_flow_language(
    place: Path, steps: list[dict[str, object]], flow_type: str, on_error: str | None
) -> None:
    written = dict(zip(NAMES, [*steps, {"hang_up": True}], strict=True))
    document = {"flow": "random", "type": flow_type, "steps": written} | ({"on_error": on_error} if on_error else {})
    place.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    done = compile_file(place, "random.yaml")
    told = {problem.code for problem in done.problems.listed()}
    assert told <= {"unreachable", "wrong-flow-type", "bad-step"}, [str(p) for p in done.problems.listed()]
    if done.compiled is None:
        return
    content = bind(done.compiled)
    assert validate(content, done.compiled.type, lambda kind, name: True) == []
    assert doubts(content, done.compiled.type) == []
    assert set(done.compiled.origins) == {action["Identifier"] for action in json.loads(content)["Actions"]}


words = st.sampled_from(
    [*verbs(), "then", "failed", "choices", "otherwise", "on_error", "s0", "x", "1", "5s", "", "~", "#"]
)
junk = st.recursive(
    st.one_of(words, st.integers(), st.booleans(), st.none(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk, junk, st.dictionaries(words, junk, max_size=3))
def test_nonsense_ends_in_problems_and_never_in_a_traceback(
    place: Path, first: object, second: object, more: dict[str, object]
) -> None:
    document = {"flow": "junk", "type": "inbound", "steps": {"s0": first, "s1": second}} | more
    place.write_text(json.dumps(document), encoding="utf-8")
    done = compile_file(place, "junk.yaml")
    assert done.compiled is None or not done.problems.errors


actions = st.fixed_dictionaries(
    {},
    optional={
        "Identifier": st.one_of(st.sampled_from(["a", "b", ""]), st.integers()),
        "Type": st.sampled_from(
            ["MessageParticipant", "Compare", "Loop", "GetParticipantInput", "Wait", "x", "UpdateContactEventHooks"]
        ),
        "Parameters": junk,
        "Transitions": st.one_of(
            junk,
            st.fixed_dictionaries(
                {},
                optional={
                    "NextAction": words,
                    "Conditions": st.lists(junk, max_size=2),
                    "Errors": st.lists(junk, max_size=2),
                },
            ),
        ),
    },
)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.lists(actions, max_size=4), junk), junk, st.sampled_from(["CONTACT_FLOW", "MODULE", "AGENT_HOLD"]))
def test_the_validator_never_fails_on_nonsense(acts: object, start: object, flow_type: str) -> None:
    content = json.dumps({"Version": "2019-10-30", "StartAction": start, "Actions": acts})
    for problem in validate(content, flow_type, lambda kind, name: False):
        assert 0 < len(problem.message) <= 256


def test_hostile_files_end_in_a_problem(alone: Callable[[str], object], place: Path) -> None:
    nested = "flow: a\ntype: inbound\nsteps: {s: " + "{a: " * 3000 + "b" + "}" * 3000 + "}\n"
    place.write_text(nested, encoding="utf-8")
    assert compile_file(place, "deep.yaml").problems.errors
    place.write_bytes(b"\x00\xff\xfe" * 50)
    assert compile_file(place, "binary.yaml").problems.errors
    assert compile_file(place.parent, "folder").problems.errors
    assert compile_file(place.parent / "gone.yaml", "gone.yaml").problems.errors
