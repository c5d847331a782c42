"""An export with ids and YAML with names: the same up to names, unless two names are mixed up."""

from __future__ import annotations

from ccdeploy.flows.alone import compile_text
from ccdeploy.flows.bindings import bind_known
from ccdeploy.flows.compiled import CompiledFlow, Ref
from ccdeploy.flows.difference import differences
from ccdeploy.flows.document import Document, read_document
from ccdeploy.flows.fictional import arn, bind
from ccdeploy.flows.renaming import renamed
from ccdeploy.specs.problems import Problems

FLOW = """
flow: welcome
type: inbound
steps:
  open: {check_hours: day, closed: bye}
  menu: {menu: "Press 1 or 2.", choices: {1: nurse, 2: info}, otherwise: info}
  nurse: {queue: triage, full: bye, waiting: music}
  info: {queue: information, full: bye, waiting: music}
  bye: {hang_up: true}
"""
INSTANCE = "arn:aws:connect:eu-west-2:210987654321:instance/1"


def compiled(text: str = FLOW) -> CompiledFlow:
    found = compile_text(text, "a.yaml").compiled
    assert found is not None
    return found


def document(text: str) -> Document:
    found = read_document(text, "a.json", Problems())
    assert found is not None
    return found


def real(flow: CompiledFlow) -> Document:
    """The same flow with the ids of another instance."""
    return document(bind_known(flow, {ref: f"{INSTANCE}/{ref.kind}/{n}" for n, ref in enumerate(flow.refs)}))


def names(flow: CompiledFlow) -> dict[str, str]:
    return {arn(ref): f"{ref.kind} {ref.name}" for ref in flow.refs}


def test_ids_are_matched_with_names_by_what_they_are_used_for() -> None:
    flow = compiled()
    ours = document(bind(flow))
    assert differences(real(flow), ours)
    same, told = renamed(real(flow), ours, names(flow))
    assert differences(same, ours) == []
    assert sorted(told.values()) == ["flow music", "hours day", "queue information", "queue triage"]
    assert told[f"{INSTANCE}/queue/{list(flow.refs).index(Ref('queue', 'triage'))}"] == "queue triage"


def test_another_text_is_still_a_difference_and_the_only_one() -> None:
    flow, other = compiled(), compiled(FLOW.replace("Press 1 or 2.", "Press 2 or 1."))
    same, _ = renamed(real(flow), document(bind(other)), names(other))
    assert [change.kind for change in differences(same, document(bind(other)))] == ["reworded"]


def test_one_id_where_the_yaml_has_two_names_is_a_difference() -> None:
    flow = compiled()
    one = document(bind_known(flow, {ref: f"{INSTANCE}/{ref.kind}/1" for ref in flow.refs}))
    same, told = renamed(one, document(bind(flow)), names(flow))
    assert len({name for name in told.values() if name.startswith("queue")}) == 1
    assert differences(same, document(bind(flow)))


def test_paths_of_a_run_are_never_names() -> None:
    dynamic = compiled(FLOW.replace("queue: triage", "queue: $.Attributes.queue"))
    same, told = renamed(real(dynamic), document(bind(compiled())), names(compiled()))
    assert "$.Attributes.queue" not in told
    assert differences(same, document(bind(compiled())))
