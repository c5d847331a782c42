"""Every mistake in a flow is told at its place, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.flows.alone import Alone
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.specs.problems import Problem

WELCOME = """
flow: welcome
type: inbound
steps:
  hello: {say: {fr: "En cas d'urgence, appelez le 112.", en: "In an emergency, call 112."}}
  bye: {hang_up: true}
"""


def flow(steps: str, flow_type: str = "inbound", more: str = "") -> str:
    lines = "\n".join(f"  {line.strip()}" for line in steps.strip().splitlines())
    return f"flow: test\ntype: {flow_type}\n{more}steps:\n{lines}\n"


@pytest.mark.parametrize(
    ("steps", "line", "code", "message"),
    [
        ("a: {shout: Hello}", 4, "unknown-verb", 'unknown verb "shout" in step "a"'),
        ("a: {queue: x, full: a, skills: {b: c}}", 4, "wrong-type", "a list of steps is expected after `skills:`"),
        ("a: {routing: {skills: [{need: {b: c}}]}, then: a}", 4, "wrong-type", "`b` needs a value and a level"),
        (
            "a: {routing: {age: 5}, then: a, failed: a}",
            4,
            "bad-step",
            'step "a": `failed` does nothing here: this cannot fail',
        ),
        (
            "a: {analyze: {fax: {}}, then: a}",
            4,
            "wrong-type",
            "one of voice, chat and screen is expected after `analyze:`",
        ),
        ("a: {wait: 5s, events: {Bell: a}, then: a}", 4, "unknown-value", 'step "a": there is no event "Bell"'),
        (
            "a: {say: Hello, then: a, next_action: a}",
            4,
            "unknown-key",
            "`next_action` is for imported flows: the service never takes it",
        ),
        ("a: {then: a}", 4, "no-verb", 'step "a" has no verb'),
        ("a: {say: Hello, hang_up: true}", 4, "two-verbs", 'step "a" has two verbs, say and hang_up'),
        ("a: {hang_up: true, timeout: 5s}", 4, "unknown-key", '`hang_up` has no option "timeout"'),
        ("a: Hello", 4, "wrong-type", 'step "a" is a map with one verb'),
        ("A b: {hang_up: true}", 4, "bad-name", '"A b" cannot name a step'),
        ("a: {say: Hello, then: bey}\nbye: {hang_up: true}", 4, "unknown-step", 'there is no step "bey"'),
        (
            "a: {say: Hello}",
            4,
            "falls-off",
            'after the last step "a" the flow ends without saying what becomes of the call',
        ),
        ("a: {hang_up: true}\nb: {hang_up: true}", 5, "unreachable", 'no step leads to "b"'),
        ("a: {hang_up: true, then: a}", 4, "unreachable", "nothing comes after `hang_up`: `then` is never taken"),
        ("a: {menu: Press 1, otherwise: a}", 4, "missing-key", 'step "a": `menu` needs `choices`'),
        ("a: {menu: Press 1, choices: {12: a}, otherwise: a}", 4, "wrong-type", '"12" is not a key of the telephone'),
        (
            "a: {menu: Press 1, choices: {1: a}, otherwise: a, timeout: soon}",
            4,
            "wrong-type",
            '"soon" is not a duration',
        ),
        (
            "a: {menu: Press 1, choices: {1: a}, otherwise: a, timeout: 10m}",
            4,
            "out-of-range",
            "`timeout` is from 1s to 3m",
        ),
        (
            "a: {menu: Press 1, choices: {1: a}, otherwise: a, attempts: 0}",
            4,
            "out-of-range",
            "`attempts` is from 1 to 10",
        ),
        (
            "a: {menu: Press 1, choices: {1: a}, otherwise: a, attempts: two}",
            4,
            "wrong-type",
            '`attempts` is a whole number, not "two"',
        ),
        ("a: {hang_up: no}", 4, "wrong-type", "`hang_up` takes only true"),
        ("a: {say: ''}\nb: {hang_up: true}", 4, "empty-text", "the text is empty"),
        ("a: {when: reason, is: {x: a}, otherwise: a}", 4, "wrong-type", '"reason" is not a reference'),
        ("a: {split: {70: a, 40: a}, otherwise: a}", 4, "wrong-type", "the shares sum to 110, more than 100"),
        ("a: {hooks: {wating: b}, then: b}\nb: {hang_up: true}", 4, "unknown-key", 'unknown moment "wating"'),
        ("a: {record: everybody}\nb: {hang_up: true}", 4, "unknown-value", 'unknown `record` "everybody"'),
        ("a: {end: true}", 4, "wrong-flow-type", "`end` cannot stand in a flow of type inbound"),
        ("a: {hang_up: true, failed: a}", 4, "unknown-key", "`hang_up` cannot fail"),
        ("a: {say: Hello, allow: {H99: why}}\nb: {hang_up: true}", 4, "unknown-value", 'there is no rule "H99"'),
        (
            "a: {say: 'Hello {{queue:x}}'}\nb: {hang_up: true}",
            4,
            "bad-text",
            'step "a": two opening braces are kept for references',
        ),
        (
            "a: {action: PlayPrompt, parameters: {Text: x}}\nb: {hang_up: true}",
            4,
            "flow-language",
            'step "a": PlayPrompt Invalid Action type. Type: PlayPrompt. Did you mean MessageParticipant?',
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(
    steps: str, line: int, code: str, message: str, alone: Callable[[str], Alone]
) -> None:
    found = alone(flow(steps)).problems.listed()
    assert (line, code, message) in [(p.where.line, p.code, p.message) for p in found], [str(p) for p in found]


@pytest.mark.parametrize(
    ("steps", "flow_type", "message"),
    [
        ("a: {repeat: [Hello], every: 30s}", "customer_queue", 'step "a": an interrupt needs somewhere to go'),
        ("a: {repeat: [Hello], each: b}\nb: {say: B, then: a}", "customer_queue", 'step "a": `each` needs `every`'),
        (
            "a: {repeat: [Hello], every: 30s, each: b}\nb: {hang_up: true}",
            "customer_queue",
            'step "a": step "b" does not lead back here',
        ),
        (
            "a: {repeat: [Hello], every: 30s, up_to: 60s, then: a}",
            "agent_hold",
            'step "a": a hold flow cannot be interrupted',
        ),
        (
            "a: {repeat: [Hello], every: 60s, up_to: 30s, then: a}",
            "customer_queue",
            'step "a": `every` is longer than `up_to`',
        ),
        ("a: {voice: Amy, then: a}", "customer_hold", 'the hold flow "test" repeats nothing'),
        ("a: {queue: x, full: a}", "customer_queue", 'step "a": a caller can only be moved after a repeat step'),
        (
            "a: {queue: x, full: a, priority: 1}",
            "queue_transfer",
            'step "a": a flow of type queue_transfer cannot set a priority',
        ),
        (
            "a: {agent: chosen, full: a}",
            "inbound",
            'step "a": `chosen` is for flows of type agent_transfer, a user name for all others',
        ),
        ("a: {check_queue: x, then: a}", "inbound", 'step "a": oldest_over or waiting_over is needed'),
        ("a: {routing: {age: 5, priority: 1}, then: a}", "inbound", 'step "a": either priority or age, not both'),
        ("a: {language: 'Press 1', then: a}", "inbound", 'step "a": a question needs choices'),
    ],
)
def test_what_a_verb_asks_for_beyond_its_form_is_told(
    steps: str, flow_type: str, message: str, alone: Callable[[str], Alone]
) -> None:
    found = alone(flow(steps, flow_type)).problems.listed()
    assert message in [p.message for p in found], [str(p) for p in found]


def test_all_mistakes_come_at_once_with_the_nearest_names(alone: Callable[[str], Alone]) -> None:
    done = alone(flow("a: {sya: Hello}\nb: {say: Hi, emergancy: yes}\nc: {say: Hi, then: byee}\nbye: {hang_up: true}"))
    assert [(p.where.line, p.hint) for p in done.problems.listed() if p.hint.startswith("did")] == [
        (4, 'did you mean "say"?'),
        (5, 'did you mean "emergency"?'),
        (6, 'did you mean "bye"?'),
    ]
    assert done.compiled is None


@pytest.mark.parametrize(
    ("step", "message", "hint"),
    [
        ("{queue: triag, full: bye}", 'unknown queue "triag"', 'did you mean "triage"?'),
        ("{check_hours: dya, closed: bye}", 'unknown hours of operation "dya"', 'did you mean "day"?'),
        ("{transfer: desc, then: bye}", 'unknown external number "desc"', 'did you mean "desk"?'),
        ("{transfer: '15', then: bye}", '"15" is a short or emergency number: Connect cannot dial it', ""),
        ("{lambda: lookup}", 'unknown Lambda function "lookup"', ""),
        ("{flow: welcom}", 'unknown flow "welcom"', 'did you mean "welcome"?'),
        ("{module: test}", 'unknown module "test"', ""),
        ("{flow: test}", 'flow "test" goes on in itself', ""),
        ("{callback: triage, caller_id: mian}", 'unknown phone number "mian"', 'did you mean "main"?'),
        (
            "{hooks: {waiting: welcome}}",
            'flow "welcome" is of type inbound; here one of type customer_queue is needed',
            "",
        ),
        ("{say: {fr: Bonjour}}", 'step "a" says nothing in en', "add en: to the text"),
        ("{say: {fr: Bonjour, en: Hello, de: Hallo}}", 'unknown language "de"', ""),
        ("{notice: recording}", 'step "a": nothing is recorded, so there is nothing to announce', ""),
    ],
)
def test_references_to_the_centre_are_checked(
    step: str, message: str, hint: str, center: Callable[..., tuple[Center, list[Problem]]]
) -> None:
    ends = "" if "full" in step or "flow" in step.partition(":")[0] else "\nbye: {hang_up: true}"
    ends = ends or ("\nbye: {hang_up: true}" if "bye" in step else "")
    _, problems = center(WELCOME, flow(f"a: {step}{ends}"))
    found = [p for p in problems if p.message == message]
    assert found, [str(p) for p in problems]
    assert hint in found[0].hint
    assert found[0].where.file == "flows/flow-1.yaml"


def test_only_declared_attributes_may_be_set(
    center: Callable[..., tuple[Center, list[Problem]]], basic_center: str
) -> None:
    text = basic_center + "attributes: {reason: {values: [urgent, other]}}\n"
    steps = "a: {set: {reason: urgnt}}\nb: {set: {resaon: other}}\nbye: {hang_up: true}"
    _, problems = center(WELCOME, flow(steps), text=text)
    assert [(p.message, p.hint) for p in problems if p.where.file.endswith("1.yaml")] == [
        ('attribute "reason" takes no value "urgnt"', 'did you mean "urgent"?'),
        ('unknown attribute "resaon"', 'did you mean "reason"?'),
    ]


def test_two_flows_may_not_show_the_same_title(center: Callable[..., tuple[Center, list[Problem]]]) -> None:
    again = flow("bye: {hang_up: true}", more="title: welcome\n")
    _, problems = center(WELCOME, again)
    assert 'flows "welcome" and "test" have the same title "welcome"' in [p.message for p in problems]


def test_a_flow_that_needs_more_than_250_actions_is_refused(alone: Callable[[str], Alone]) -> None:
    steps = "\n".join(f"s{n}: {{say: Hello}}" for n in range(249)) + "\nbye: {hang_up: true}"
    done = alone(flow(steps))
    assert [p.code for p in done.problems.listed()] == ["too-many-actions"]
    fewer = "\n".join(f"s{n}: {{say: Hello}}" for n in range(210)) + "\nbye: {hang_up: true}"
    assert [(p.code, p.severity) for p in alone(flow(fewer)).problems.listed()] == [("many-actions", "warning")]


@pytest.mark.parametrize("text", ["", "[]", "flow: a", "flow: a\ntype: inbound\nsteps: []", "flow: a\nsteps: {a: {}}"])
def test_a_file_that_is_no_flow_ends_in_a_problem(text: str, alone: Callable[[str], Alone]) -> None:
    done = alone(text)
    assert done.problems.errors
    assert done.compiled is None


def test_a_broken_step_does_not_make_others_seem_unreachable(alone: Callable[[str], Alone]) -> None:
    steps = "a: {mneu: Press 1, choices: {1: b}}\nn: {say: Hi, then: c}\nb: {hang_up: true}\nc: {hangup: true}"
    assert [p.code for p in alone(flow(steps)).problems.listed()] == ["unknown-verb", "unknown-verb"]


def test_a_title_of_a_flow_that_connect_makes_itself_is_refused(
    center: Callable[..., tuple[Center, list[Problem]]],
) -> None:
    _, problems = center(WELCOME, flow("bye: {hang_up: true}", more="title: Default Outbound\n"))
    assert 'a new instance already has a flow "Default Outbound"' in [p.message for p in problems]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("queue: triage, full: bye, skills: [{need: {produkt: fibre >= 3}}]", 'unknown skill "produkt"'),
        (
            "queue: triage, full: bye, skills: [{need: {product: fiber >= 3}}]",
            'the skill "product" has no value "fiber"',
        ),
        ("routing: {skills: [{need: {language: de >= 1}}]}", 'the skill "language" has no value "de"'),
        ("ask: fac, otherwise: bye", 'unknown bot "fac"'),
    ],
)
def test_skills_and_bots_are_those_of_the_centre(
    center: Callable[..., tuple[Center, list[Problem]]], basic_center: str, step: str, message: str
) -> None:
    bot = "arn:aws:lex:eu-central-1:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST"
    text = f"{basic_center}\nskills: {{product: [fibre, tv]}}\nbots: {{faq: {bot}}}\n"
    _, problems = center(WELCOME, flow(f"who: {{{step}}}\nbye: {{hang_up: true}}"), text=text)
    assert [p.where.line for p in problems if message in p.message] == [4], [str(p) for p in problems]


@pytest.mark.parametrize(
    ("steps", "flow_type", "key"),
    [
        ("a: {digits: Number, phone: FR, max: 5}\nb: {hang_up: true}", "inbound", "max"),
        ("a: {agent: chosen, full: b}\nb: {hang_up: true}", "agent_transfer", "full"),
        ("a: {transfer: desk, no_answer: b}\nb: {hang_up: true}", "agent_transfer", "no_answer"),
        ("a: {check_hours: day, open: b, then: b, closed: b}\nb: {hang_up: true}", "inbound", "then"),
        ("a: {language: fr, otherwise: en}\nb: {hang_up: true}", "inbound", "otherwise"),
        ("a: {action: Loop, transitions: {NextAction: b}, failed: b}\nb: {hang_up: true}", "inbound", "failed"),
    ],
)
def test_a_key_that_would_do_nothing_is_refused(
    steps: str, flow_type: str, key: str, alone: Callable[[str], Alone]
) -> None:
    found = [p.message for p in alone(flow(steps, flow_type)).problems.listed()]
    assert any(message.startswith(f'step "a": `{key}` does nothing here') for message in found), found


@pytest.mark.parametrize(
    ("was", "message"),
    [
        ("other", '"was: other" names a flow that still stands here'),
        ("[a]", "`was` is the name that the flow had before"),
        ("Old Name", "`was` is the name that the flow had before"),
    ],
)
def test_a_rename_that_cannot_be_is_told(tmp_path: Path, basic_center: str, was: str, message: str) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "center.yaml").write_text(basic_center, encoding="utf-8")
    for name, more in (("welcome", f"was: {was}\n"), ("other", "")):
        text = f"flow: {name}\n{more}type: inbound\nsteps: {{bye: {{hang_up: true}}}}\n"
        (tmp_path / "flows" / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = [(p.where.line, p.code) for p in load(tmp_path).problems.listed() if p.message == message]
    assert found == [(2, "bad-rename")]
