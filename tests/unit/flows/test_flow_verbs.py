"""The verb table: one truth for parser, compiler, schema and docs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.flows.alone import Alone
from ccdeploy.flows.catalogue import API_TYPES, catalogue
from ccdeploy.flows.compiler import COMPILERS
from ccdeploy.flows.fictional import bind
from ccdeploy.flows.language import validate
from ccdeploy.flows.reference import flow_reference
from ccdeploy.flows.schema import flow_schema
from ccdeploy.flows.verbs import COMMON, verbs

STEPS = (
    "nurse", "busy", "bye", "offer", "greet", "night", "menu", "new-menu", "ask-again", "leave-message", "callback",
)  # fmt: skip
# Where a module cannot do it, a flow type that can; the end that suits it.
LONG = "a-step-with-the-longest-name-x"  # 30 characters: what it becomes must fit 50
ENDS = {
    "inbound": "hang_up: true",
    "customer_queue": "hang_up: true",
    "outbound_whisper": "end: true",
    "agent_transfer": "hang_up: true",
    "module": "return: true",
}


def flow_around(example: str, flow_type: str) -> str:
    """A flow whose first step is the example, with an end for every step that it names."""
    own_value = re.match(r"\{\w+: [^{,]*,?", example)  # a flow or queue of the same name is no step
    assert own_value
    named = re.findall(r": ([a-z][a-z-]+)(?=[,}])", example[own_value.end() :])
    verb = re.match(r"\{(\w+):", example)
    assert verb
    falls = [] if verbs()[verb[1]].ends or "then:" in example or verb[1] == "transfer" else ["the-end"]
    ends = "\n".join(
        f"  {step}: {{{ENDS[flow_type]}}}" for step in dict.fromkeys([*falls, *named]) if step in (*STEPS, *falls)
    )
    return f"flow: example\ntype: {flow_type}\nsteps:\n  {LONG}: {example}\n{ends}\n"


def test_no_option_bears_a_verbs_name() -> None:
    options = {option for verb in verbs().values() for option in verb.options} | set(COMMON)
    assert not options & set(verbs())


def test_every_verb_has_a_compiler_and_every_compiler_a_verb() -> None:
    assert set(COMPILERS) == set(verbs())


def test_every_verb_may_stand_somewhere_and_names_real_actions() -> None:
    for verb in verbs().values():
        assert verb.flow_types, verb.name
        assert set(verb.actions) <= set(catalogue().actions), verb.name
        assert verb.failure in {"soft", "hard", "none"}, verb.name


@pytest.mark.parametrize("name", verbs())
def test_the_example_of_every_verb_compiles(name: str, alone: Callable[[str], Alone]) -> None:
    verb = verbs()[name]
    flow_type = next(t for t in ("inbound", "customer_queue", "outbound_whisper", "module") if t in verb.flow_types)
    done = alone(flow_around(verb.example, flow_type))
    assert [str(p) for p in done.problems.listed()] == []
    assert done.compiled is not None
    assert validate(bind(done.compiled), done.compiled.type, lambda kind, value: True) == []


@pytest.mark.parametrize("flow_type", API_TYPES)
def test_every_flow_type_has_verbs_that_the_service_takes_there(flow_type: str) -> None:
    assert any(flow_type in verb.flow_types for verb in verbs().values())


def test_the_schema_describes_every_verb_and_option() -> None:
    schema = flow_schema()
    for name, verb in verbs().items():
        described = schema["$defs"][name]
        assert described["examples"] == [verb.example]
        for key in (name, *verb.options):
            assert described["properties"][key].get("description"), f"{name}.{key}"


def test_the_reference_page_is_what_the_table_says(golden: Callable[[Path, str], None]) -> None:
    page = flow_reference()
    golden(Path(__file__).parents[3] / "docs" / "flow-verbs.md", page)
    assert all(f"\n## {name}\n" in page for name in verbs())
