"""A folder becomes a centre: defaults, variants, overlays, references, and the example of the design."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.specs.load import Loaded, load
from ccdeploy.specs.model import Center, Period, QueueChoice, QueueVariant

CENTRES = Path(__file__).parents[2] / "centres"
DAY = dt.date(2026, 11, 22)
QUEUE = "hours_of_operation: {day: {mon-fri: 08:00-20:00}}\nqueues: {front: {hours: day}}\n"
FLOW = "flow: welcome\ntype: inbound\nsteps: {bye: {hang_up: true}}\n"
Make = Callable[..., Loaded]


def told(loaded: Loaded) -> list[tuple[str, int]]:
    return [(p.code, p.where.line) for p in loaded.problems.listed()]


def good(loaded: Loaded) -> Center:
    assert [str(p) for p in loaded.problems.listed()] == []
    assert loaded.center is not None
    return loaded.center


@pytest.mark.parametrize("name", ["design", "small"])
def test_the_sample_centres_are_without_problems(name: str) -> None:
    good(load(CENTRES / name, today=DAY, every=True))


def test_the_example_of_the_design_is_read_in_full() -> None:
    center = good(load(CENTRES / "design", today=DAY))
    assert center.stack_name == "covidom.dev"
    assert center.languages["fr"].voice == "Lea"
    assert center.recording.calls == ("agent", "customer")
    assert center.recording.retention_days == 90
    assert center.hours["always"].always
    day = center.hours["day"]
    assert Period("sat", 540, 780) in day.periods
    assert any(o.name == "Christmas Eve" and o.windows == ((480, 720),) for o in day.overrides)
    assert any(o.holiday and o.first == dt.date(2026, 12, 25) and not o.windows for o in day.overrides)
    triage = center.queues["triage"]
    assert triage.variants == (QueueVariant("triage", "triage", None, "triage-callbacks", "triage-callbacks"),)
    assert triage.quick_connects == ("samu", "to-triage")
    nurse = center.routing_profiles["nurse"].variants[0]
    assert nurse.queues == (
        QueueChoice("triage"),
        QueueChoice("triage-callbacks"),
        QueueChoice("information", 2, 30),
    )
    assert nurse.default_outbound == "triage"
    assert center.quick_connects["to-triage"].flow is None
    assert "OutboundCallAccess" in center.security_profiles["volunteer"].permissions
    assert [g.path for g in center.hierarchy.groups][-1] == "Paris/Hotel-Dieu/team-b"
    assert list(center.agent_statuses) == ["Break", "Training"]
    assert center.phone_numbers["main"].keep
    assert center.quotas == {"concurrent_calls": 120, "users": 600}
    assert center.staffing[0].share == pytest.approx(0.8)
    assert set(center.flows) == {"welcome", "wait-music"}


def test_an_overlay_changes_what_it_says_and_nothing_else() -> None:
    dev = good(load(CENTRES / "design", today=DAY))
    rehearsal = good(load(CENTRES / "design", today=DAY, stack="rehearsal"))
    assert (dev.instance.alias, rehearsal.instance.alias) == ("covidom-suivi", "covidom-test")
    assert rehearsal.stack_name == "covidom.rehearsal"
    assert rehearsal.queues == dev.queues


def test_a_stack_that_no_environment_names_is_refused_with_the_nearest() -> None:
    loaded = load(CENTRES / "design", today=DAY, stack="rehersal")
    assert [(p.code, p.hint) for p in loaded.problems.listed()] == [("unknown-stack", 'did you mean "rehearsal"?')]


def test_without_environments_any_stack_goes(make: Make) -> None:
    assert good(make(stack="anything")).stack == "anything"
    assert told(make(stack="Not A Stack")) == [("unknown-stack", 1)]


def test_a_problem_of_an_overlay_stands_at_the_overlay(make: Make) -> None:
    text = QUEUE + "environments:\n  night:\n    instance: {alias: other}\n    queues: {front: {hours: nights}}\n"
    assert told(make(text)) == []
    assert told(make(text, stack="night")) == [("unknown-reference", 11)]
    assert told(make(text, every=True)) == [("unknown-reference", 11)]


def test_null_in_an_overlay_removes(make: Make) -> None:
    text = QUEUE + "tags: {owner: me}\nenvironments:\n  night:\n    instance: {alias: other}\n    tags: null\n"
    assert good(make(text)).tags == {"owner": "me"}
    assert good(make(text, stack="night")).tags == {}


def test_two_stacks_with_one_alias_are_pointed_out(make: Make) -> None:
    loaded = make(QUEUE + "environments:\n  night: {title: Night}\n")
    assert [(p.code, p.severity, p.where.line) for p in loaded.problems.listed()] == [("same-alias", "warning", 9)]


def test_a_queue_with_languages_becomes_one_queue_a_language(make: Make) -> None:
    base = """center: small
region: eu-central-1
time_zone: Europe/Paris
languages: {fr: {code: fr-FR}, en: {code: en-GB}}
instance: {alias: small-line}
hours_of_operation: {day: 24x7}
queues:
  triage: {hours: day, languages: [fr, en], max_contacts: 4, title: Nurses}
  info: {hours: day}
routing_profiles:
  nurse: {queues: [triage, info], languages: [[fr], [fr, en]]}
quick_connects: {to-triage: {queue: triage}}
"""
    center = good(make(base=base))
    assert center.main_language == "fr"
    assert [v.title for v in center.queues["triage"].variants] == ["Nurses (fr)", "Nurses (en)"]
    assert list(center.real_queues) == [
        "triage-fr",
        "triage-en",
        "triage-fr-callbacks",
        "triage-en-callbacks",
        "info",
    ]
    variants = center.routing_profiles["nurse"].variants
    assert [v.key for v in variants] == ["nurse-fr", "nurse-fr-en"]
    assert [c.queue for c in variants[0].queues] == ["triage-fr", "triage-fr-callbacks", "info"]
    assert [c.queue for c in variants[1].queues][2] == "triage-en"
    assert list(center.quick_connects) == ["to-triage-fr", "to-triage-en"]
    assert center.queues["info"].quick_connects == ("to-triage-fr", "to-triage-en")


def test_a_capped_queue_gets_a_queue_for_callbacks_unless_it_says_same(make: Make) -> None:
    text = """hours_of_operation: {day: 24x7}
queues:
  capped: {hours: day, max_contacts: 4}
  shared: {hours: day, max_contacts: 4, callbacks: same}
  own: {hours: day, callbacks: own}
"""
    center = good(make(text))
    assert {key: q.own_callbacks for key, q in center.queues.items()} == {"capped": True, "shared": False, "own": True}


def test_caps_must_stay_below_the_quota_each_and_in_sum(make: Make) -> None:
    hours = "hours_of_operation: {day: 24x7}\n"
    one = make(hours + "queues:\n  a: {hours: day, max_contacts: 10}\n")
    assert told(one) == [("over-quota", 8)]
    both = "queues:\n  a: {hours: day, max_contacts: 6}\n  b: {hours: day, max_contacts: 6}\n"
    loaded = make(hours + both)
    assert [(p.code, p.severity) for p in loaded.problems.listed()] == [("H07", "warning")]
    both += "routing_profiles: {all: {queues: [a, b]}}\n"
    strict = make(hours + both + "safety: {emergency_numbers: [112]}\n")
    assert [(p.code, p.severity) for p in strict.problems.listed()] == [("H07", "error")]
    waived = make(hours + both + "safety: {waive: {H07: never both full}}\n")
    assert told(waived) == []
    assert told(make(hours + both + "quotas: {concurrent_calls: 13}\n")) == []


def test_an_unreadable_flow_silences_unknown_flows_only(make: Make) -> None:
    number = QUEUE + "phone_numbers: {main: {country: FR, flow: lost}}\n"
    assert told(make(number, files={"flows/a.yaml": FLOW})) == [("unknown-reference", 8)]
    broken = make(number, files={"flows/b.yaml": "flow: [\n"})
    assert [p.code for p in broken.problems.listed()] == ["syntax"]


def test_flows_must_have_the_type_of_their_moment(make: Make) -> None:
    text = QUEUE + "phone_numbers: {main: {country: FR, flow: welcome}}\ndefaults: {waiting: welcome}\n"
    assert told(make(text, files={"flows/a.yaml": FLOW})) == [("wrong-flow-type", 9)]


def test_texts_come_from_csv_and_yaml_and_know_their_languages(make: Make) -> None:
    files = {
        "texts/a.csv": 'key;fr\nhello;Bonjour\nlong;"une ligne,\npuis une autre"\nlast;Fin\n',
        "texts/b.yaml": "bye: {fr: Au revoir}\nall: Salut\n",
    }
    center = good(make(QUEUE + "texts: {inline: Oui}\n", files=files))
    assert set(center.texts) == {"hello", "long", "last", "bye", "all", "inline"}
    assert center.texts["last"].where.line == 5
    speech = center.texts["hello"].speech("fr")
    assert speech is not None
    assert speech.value == "Bonjour"


def test_texts_in_windows_1252_are_read(make: Make, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.csv").write_bytes("key;fr\nclosed;Fermé l'été\n".encode("cp1252"))
    speech = good(make(QUEUE)).texts["closed"].speech("fr")
    assert speech is not None
    assert speech.value == "Fermé l'été"


@pytest.mark.parametrize("region", ["eu-west-3", "sa-east-1", "ap-south-1"])
def test_a_region_without_connect_names_the_nearest(make: Make, region: str) -> None:
    base = f"center: x\nregion: {region}\ntime_zone: UTC\ninstance: {{alias: xx}}\n"
    problem = make(base=base).problems.listed()[0]
    assert (problem.code, problem.where.line) == ("bad-region", 2)
    assert "the nearest ones are" in problem.hint


def test_paris_is_nearest_to_london(make: Make) -> None:
    base = "center: x\nregion: eu-west-3\ntime_zone: UTC\ninstance: {alias: xx}\n"
    hint = make(base=base).problems.listed()[0].hint
    assert hint == "the nearest ones are eu-west-2 (London) or eu-central-1 (Frankfurt)"


@pytest.mark.parametrize(
    ("number", "fine"),
    [
        ("+33199001234", True),
        ("+14155550100", True),
        ("+441632960001", True),
        ("15", False),
        ("112", False),
        ("+3315", False),
        ("+33 1 99 00 12 34", False),
        ("0033199001234", False),
        ("+999123", False),
    ],
)
def test_numbers_must_be_dialable(make: Make, number: str, fine: bool) -> None:
    loaded = make(QUEUE + f'external_numbers: {{desk: "{number}"}}\n')
    assert ("bad-phone" in [p.code for p in loaded.problems.listed()]) is not fine


def test_a_number_abroad_is_a_warning_until_a_quota_case_is_granted(make: Make) -> None:
    loaded = make(QUEUE + 'external_numbers: {desk: "+34912345678"}\n')
    assert [(p.code, p.severity) for p in loaded.problems.listed()] == [("H08", "warning")]


def test_a_number_of_our_own_is_not_called(make: Make) -> None:
    text = (
        QUEUE
        + 'phone_numbers: {main: {country: FR, flow: welcome, published_as: "+33199000200"}}\n'
        + 'external_numbers: {desk: "+33199000200"}\n'
    )
    assert told(make(text, files={"flows/a.yaml": FLOW})) == [("H08", 9)]


def test_bases_and_permissions_make_the_final_list(make: Make) -> None:
    profile = "{base: agent, permissions: [OutboundCallAccess], without: [TransferDestinations.View]}"
    text = f"security_profiles:\n  a: {profile}\n"
    assert good(make(text)).security_profiles["a"].permissions == ("BasicAgentAccess", "OutboundCallAccess")


def test_no_center_only_when_the_file_holds_no_map(make: Make) -> None:
    assert make(base="- a\n").center is None
    assert make(base="center: [\n").center is None
    assert make(base="nonsense: 1\n").center is not None


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path / "nowhere")
    assert loaded.center is None
    assert [p.code for p in loaded.problems.listed()] == ["missing-file"]


def test_renames_are_recorded_and_impossible_ones_refused(make: Make) -> None:
    hours = "hours_of_operation: {day: 24x7}\n"
    assert good(make(hours + "queues: {b: {hours: day, was: a}}\n")).queues["b"].was == "a"
    assert told(make(hours + "queues:\n  a: {hours: day}\n  b: {hours: day, was: a}\n")) == [("bad-rename", 9)]


def test_a_queue_that_no_profile_serves_breaks_rule_h11(make: Make) -> None:
    text = """hours_of_operation: {day: 24x7}
queues: {a: {hours: day}, b: {hours: day}, c: {hours: day}}
routing_profiles: {some: {queues: [a, {queue: c, delay: 20m}]}}
"""
    found = make(text).problems.listed()
    assert [(p.code, p.severity, p.message.split(":")[0]) for p in found] == [
        ("H11", "warning", "no routing profile serves b"),
        ("H11", "warning", "callers in c are offered to nobody before 900 s"),
    ]


def test_a_load_above_the_quotas_is_told(make: Make) -> None:
    load_of = "staffing: {calls_per_hour: %s, handle_time: 6m, answer: {within: 20s, share: 80%%}}\n"
    assert told(make(load_of % 60)) == []
    assert told(make(load_of % 180)) == [("over-quota", 6)]
    assert told(make("quotas: {concurrent_calls: 2000}\n" + load_of % 6000)) == [("over-quota", 7)]
