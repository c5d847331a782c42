"""Each hotline rule on three lines that keep it and three that break it, written for nothing but this."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ccdeploy.specs.model import Center
from ccdeploy.specs.problems import Problem

Read = Callable[..., tuple[Center, list[Problem]]]
CENTER = """
center: judge
region: eu-west-2
time_zone: Europe/London
languages: {en: {code: en-GB, voice: Amy}, cy: {code: cy-GB, voice: Gwyneth}}
instance: {alias: judge-of-tests}
RECORDING
hours_of_operation:
  shop: {mon-fri: 09:00-17:00}
  early: {mon-fri: 09:00-12:00}
  always: 24x7
queues:
  help: {hours: always}
  shop: {hours: shop}
  small: {hours: always, max_contacts: 3}
routing_profiles: {all: {queues: [help, shop, small]}}
security_profiles: {one: {base: agent}}
external_numbers: {desk: "+33199001500"}
phone_numbers: {main: {country: GB, flow: line}}
attributes: {case-number: {personal: true}, topic: {}}
safety: {emergency_numbers: ["999"], longest_wait: 10m, fallback: {queue: help}}
"""
SOS = '  sos: {say: {en: "In an emergency dial 999.", cy: "Mewn argyfwng ffoniwch 999."}}\n'
ENDS = {
    "helper": "{queue: help, full: bye, failed: second}",
    "second": "{callback: help, then: bye, failed: bye}",
    "bye": '{say: {en: "Dial 999 in an emergency.", cy: "Ffoniwch 999."}}',
    "out": "{hang_up: true}",
}
RECORDED = 'recording: {calls: [agent], retention: 30d, notice: {en: "Recorded.", cy: "Recordiwyd."}}'
T = '{en: "Press 1.", cy: "Pwyswch 1."}'

# rule, the steps before the common ends, whether it is kept
LINES: list[tuple[str, str, bool]] = [
    ("H01", SOS + "  go: {queue: help, full: bye, failed: second}", True),
    (
        "H01",
        '  a: {say: {en: "Nine. In danger call 9 9 9!", cy: "٩٩٩"}}\n  go: {queue: help, full: bye, failed: second}',
        True,
    ),
    (
        "H01",
        '  a: {say: {en: "Danger? The blue light number.", cy: "Golau glas."}, emergency: yes}\n  go: {flow: line2}',
        True,
    ),
    ("H01", "  go: {queue: help, full: bye, failed: second}", False),
    (
        "H01",
        '  a: {say: {en: "Call 1999 or 99.", cy: "Ffoniwch 999."}}\n  go: {queue: help, full: bye, failed: second}',
        False,
    ),
    (
        "H01",
        f"  a: {{check_hours: shop, closed: helper}}\n{SOS}  go: {{queue: help, full: bye, failed: second}}",
        False,
    ),
    ("H02", SOS + f"  m: {{menu: {T}, choices: {{1: helper}}, otherwise: helper}}", True),
    (
        "H02",
        SOS + f"  m: {{menu: {T}, choices: {{1: bye}}, otherwise: round}}\n  round: {{loop: 2, each: m, then: helper}}",
        True,
    ),
    (
        "H02",
        SOS
        + '  d: {digits: {en: "Case?", cy: "Achos?"}, into: case-number, silence: again}\n'
        + "  done: {say: {en: Thanks., cy: Diolch.}, then: bye}\n  again: {loop: 2, each: d, then: helper}",
        True,
    ),
    ("H02", SOS + f"  m: {{menu: {T}, choices: {{1: helper}}, otherwise: bye}}", False),
    ("H02", SOS + f"  m: {{menu: {T}, choices: {{1: bye}}, otherwise: m}}", False),
    (
        "H02",
        SOS + '  d: {digits: {en: "Case?", cy: "Achos?"}, into: case-number, silence: bye}\n  go: {flow: line2}',
        False,
    ),
    ("H03", SOS + "  go: {queue: help, full: bye, failed: second}", True),
    ("H03", SOS + "  go: {transfer: desk, failed: helper, no_answer: helper}", True),
    ("H03", SOS + "  go: {callback: help, then: bye, failed: helper}", True),
    ("H03", SOS + "  go: {queue: help, full: second, failed: bye}", False),
    ("H03", SOS + "  go: {transfer: desk, failed: out, no_answer: helper}", False),
    ("H03", SOS + "  go: {queue: help, full: bye, failed: go}", False),
    ("H04", SOS + "  a: {check_hours: shop, closed: bye}\n  go: {queue: shop, full: second, failed: second}", True),
    ("H04", SOS + "  go: {queue: small, full: helper, failed: helper}", True),
    ("H04", SOS + "  a: {check_staff: help, nobody: second}\n  go: {queue: help, full: bye, failed: second}", True),
    ("H04", SOS + "  a: {check_hours: shop, closed: out}\n  go: {queue: shop, full: second, failed: second}", False),
    (
        "H04",
        SOS + "  a: {check_hours: shop, closed: c}\n  go: {queue: shop, full: second, failed: second}\n"
        "  c: {say: {en: Closed., cy: Ar gau.}, then: out}",
        False,
    ),
    ("H04", SOS + "  go: {transfer: desk, no_answer: out, failed: helper}", False),
    ("H05", SOS + "  a: {check_hours: shop, closed: bye}\n  go: {queue: shop, full: second, failed: second}", True),
    ("H05", SOS + "  a: {check_hours: early, closed: bye}\n  go: {queue: shop, full: second, failed: second}", True),
    ("H05", SOS + "  go: {queue: help, full: second, failed: second}", True),
    ("H05", SOS + "  go: {queue: shop, full: second, failed: second}", False),
    ("H05", SOS + "  a: {check_hours: always, closed: bye}\n  go: {queue: shop, full: second, failed: second}", False),
    (
        "H05",
        SOS + f"  m: {{menu: {T}, choices: {{1: go}}, otherwise: a}}\n  a: {{check_hours: shop, closed: bye}}\n"
        "  go: {queue: shop, full: second, failed: second}",
        False,
    ),
    ("H07", SOS + "  go: {queue: small, full: helper, failed: helper}", True),
    (
        "H07",
        SOS + "  go: {queue: small, full: b, failed: helper}\n  b: {callback: small, then: bye, failed: helper}",
        True,
    ),
    ("H07", SOS + "  go: {queue: small, full: bye, failed: helper}", True),
    ("H07", SOS + "  go: {queue: small, full: go, failed: helper}", False),
    ("H07", SOS + "  go: {queue: small, full: w, failed: helper}\n  w: {wait: 20s, then: go}", False),
    (
        "H07",
        SOS
        + f"  go: {{queue: small, full: m, failed: helper}}\n  m: {{menu: {T}, choices: {{1: go}}, otherwise: helper}}",
        False,
    ),
    ("H09", SOS + "  n: {notice: recording}\n  go: {queue: help, full: bye, failed: second}", True),
    ("H09", SOS + "  n: {notice: recording}\n  a: {check_hours: shop, closed: helper}\n  go: {flow: line2}", True),
    ("H09", SOS + "  go: {callback: help, then: bye}", True),
    ("H09", SOS + "  go: {queue: help, full: bye, failed: second}", False),
    (
        "H09",
        SOS + "  a: {check_hours: shop, closed: helper}\n  n: {notice: recording}\n"
        "  go: {queue: help, full: bye, failed: second}",
        False,
    ),
    (
        "H09",
        SOS + f"  m: {{menu: {T}, choices: {{1: n}}, otherwise: helper}}\n  n: {{notice: recording}}\n"
        "  go: {queue: help, full: bye, failed: second}",
        False,
    ),
    ("H10", SOS + f"  m: {{menu: {T}, choices: {{1: helper}}, otherwise: helper}}", True),
    (
        "H10",
        SOS + '  a: {say: {en: "Place $.Attributes.topic.", cy: "Lle $.Attributes.topic."}}\n  go: {flow: line2}',
        True,
    ),
    ("H10", SOS + "  m: {menu: {en: Say yes., cy: Dwedwch.}, choices: {1: helper}, otherwise: helper}", True),
    (
        "H10",
        SOS + '  m: {menu: {en: "Press 1.", cy: "Pwyswch 1 neu 2."}, choices: {1: helper}, otherwise: helper}',
        False,
    ),
    ("H10", SOS + '  a: {say: {en: "Place $.Attributes.topic.", cy: "Lle."}}\n  go: {flow: line2}', False),
    ("H10", SOS + f"  m: {{menu: {T}, choices: {{1: helper, 3: second}}, otherwise: helper}}", False),
    (
        "H12",
        SOS + '  d: {digits: {en: "Case?", cy: "Achos?"}, into: case-number, silence: helper}\n  go: {flow: line2}',
        True,
    ),
    ("H12", SOS + "  s: {set: {topic: bills}}\n  go: {flow: line2}", True),
    ("H12", SOS + "  s: {local: {who: $.CustomerEndpoint.Address}}\n  go: {flow: line2}", True),
    (
        "H12",
        SOS + '  d: {digits: {en: "Case?", cy: "Achos?"}, into: topic, silence: helper}\n  go: {flow: line2}',
        False,
    ),
    ("H12", SOS + "  s: {tag: {who: $.Attributes.case-number}}\n  go: {flow: line2}", False),
    (
        "H12",
        SOS + "  s: {local: {who: $.CustomerEndpoint.Address}}\n  t: {set: {topic: $.FlowAttributes.who}}\n"
        "  go: {flow: line2}",
        False,
    ),
]
OTHER = """
flow: line2
type: inbound
on_error: second
steps:
  n: NOTICE
  go: {queue: help, full: second, failed: second}
  second: {callback: help, then: out, failed: out}
  out: {say: {en: "Dial 999.", cy: "Ffoniwch 999."}}
  end: {hang_up: true}
"""


def ends(steps: str) -> str:
    """The common ends, from the first that is needed on."""
    first = next(place for place, key in enumerate([*ENDS, "line2"]) if key in steps)
    return "".join(f"  {key}: {step}\n" for key, step in list(ENDS.items())[first:])


@pytest.mark.parametrize(("rule", "steps", "kept"), LINES, ids=[f"{r}-{n}-{k}" for n, (r, _, k) in enumerate(LINES)])
def test_a_line_keeps_or_breaks_a_rule(center: Read, rule: str, steps: str, kept: bool) -> None:
    recorded = rule == "H09"
    second = "on_error: second\n" if "second" in ends(steps) else ""
    line = f"flow: line\ntype: inbound\n{second}steps:\n{steps}\n{ends(steps)}"
    other = OTHER.replace("NOTICE", "{notice: recording}" if recorded else "{say: {en: Hello., cy: Helo.}}")
    _, problems = center(line, other, text=CENTER.replace("RECORDING", RECORDED if recorded else ""))
    found = [str(p) for p in problems if p.code == rule]
    assert bool(found) is not kept, [str(p) for p in problems]


WAITING: list[tuple[str, bool]] = [
    (
        "m: {repeat: [Wait.], every: 30s, up_to: 9m, then: o}\n  o: {menu: Press 1., choices: {1: b}, otherwise: m}",
        True,
    ),
    (
        "m: {repeat: [Wait.], every: 30s, up_to: 5m, then: o}\n  o: {menu: Press 1., choices: {1: q}, otherwise: m}\n"
        "  q: {queue: shop, full: m}",
        True,
    ),
    ("s: {say: Hello.}\n  m: {repeat: [Wait.], every: 60s, up_to: 8m, then: b}", True),
    ("m: {repeat: [Wait.]}", False),
    (
        "m: {repeat: [Wait.], every: 30s, up_to: 11m, then: o}\n  o: {menu: Press 1., choices: {1: b}, otherwise: m}",
        False,
    ),
    (
        "m: {repeat: [Wait.], every: 30s, up_to: 6m, then: n}\n  n: {repeat: [More.], every: 30s, up_to: 6m, then: b}",
        False,
    ),
]


@pytest.mark.parametrize(("steps", "kept"), WAITING, ids=[str(n) for n in range(len(WAITING))])
def test_a_waiting_flow_offers_a_way_out_in_time_or_not(center: Read, steps: str, kept: bool) -> None:
    ends = "  b: {callback: current, failed: m}\n  e: {hang_up: true}\n" if "b}" in steps else ""
    wait = f"flow: wait\ntype: customer_queue\nsteps:\n  {steps}\n{ends}"
    line = f"flow: line\ntype: inbound\nsteps:\n{SOS}  go: {{queue: help, full: go2}}\n"
    line += "  go2: {callback: help, then: x}\n  x: {hang_up: true}\n"
    text = CENTER.replace("RECORDING", "").replace("help: {hours: always}", "help: {hours: always, waiting: wait}")
    text = text.replace(", cy: {code: cy-GB, voice: Gwyneth}", "")
    line = line.replace(', cy: "Mewn argyfwng ffoniwch 999."', "")
    _, problems = center(line, wait, text=text)
    assert bool([p for p in problems if p.code == "H06"]) is not kept, [str(p) for p in problems]
