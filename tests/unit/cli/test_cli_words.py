"""Words, plans, tables and problems as a person reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ccdeploy.cli.render.plan import plan_text
from ccdeploy.cli.render.problems import problems_text, sarif_json, summary
from ccdeploy.cli.render.table import table
from ccdeploy.cli.render.words import counts, duration, folded, kind
from ccdeploy.specs.problems import Problem, Where
from ccdeploy.stacks.engine.plan import Action, Step

NOBODY = {"create": 0, "update": 0, "suspend": 0, "remove": 0, "same": 0, "failed": 0}


def step(action: Action, token: str, name: str, *why: str) -> Step:
    return Step(action, token, name, f"urn:pulumi:s::p::{token}::{name}", why)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (3.21, "3.2 s"),
        (12.4, "12 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3000, "50 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_duration_reads_as_one_would_say_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_type_token_reads_as_words() -> None:
    assert kind("aws:connect/hoursOfOperation:HoursOfOperation") == "hours of operation"
    assert kind("ccdeploy:index:QueueQuickConnects") == "queue quick connects"


def test_folded_words_stand_under_the_first_one_and_within_the_width() -> None:
    text = folded("queue: ", [f"queue-number-{n}" for n in range(12)], 40)

    lines = text.split("\n")
    assert all(len(line) <= 40 for line in lines)
    assert all(line.startswith("       queue-number") for line in lines[1:])
    assert text.replace("\n", "").replace(" ", "") == "queue:" + ",".join(f"queue-number-{n}" for n in range(12))


def test_a_word_longer_than_the_width_gets_a_line_of_its_own() -> None:
    assert folded("q: ", ["a", "b" * 50], 20) == "q: a,\n   " + "b" * 50


def test_counts_leave_zeros_out_and_say_nothing_when_all_are() -> None:
    assert counts({"create": 2, "same": 0}, {"create": "created", "same": "unchanged"}) == "2 created"
    assert counts({"create": 0}, {"create": "created"}) == "nothing"


def test_a_plan_groups_what_is_created_and_gives_reasons_for_what_changes() -> None:
    steps = [
        step("create", "aws:connect/queue:Queue", "triage"),
        step("create", "aws:connect/queue:Queue", "duty"),
        step("update", "ccdeploy:index:FlowContent", "welcome", "content: step greeting is worded anew"),
        step("delete", "aws:connect/queue:Queue", "old"),
        step("same", "aws:connect/instance:Instance", "instance"),
    ]

    text = plan_text(steps, {**NOBODY, "create": 3})

    assert "  +  queue: triage, duty" in text
    assert "  ~  flow content: welcome\n       content: step greeting is worded anew" in text
    assert "  -  queue: old" in text
    assert "Resources: 2 to create, 1 to update, 1 to delete, 1 unchanged" in text
    assert "People:    3 to create" in text
    assert "instance: instance" not in text


def test_a_plan_without_changes_says_that_there_is_nothing_to_do() -> None:
    text = plan_text([step("same", "aws:connect/queue:Queue", "triage")], {**NOBODY, "same": 4})
    assert text == "Nothing to do: everything stands as the folder says."


def test_a_long_cell_is_folded_and_never_cut() -> None:
    text = table(["name", "what"], [["a" * 70, "b" * 60], ["x", "[red]y[/red]"]])

    assert all(len(line) <= 100 for line in text.split("\n"))
    assert text.count("a") >= 70
    assert "[red]y[/red]" in text


PROBLEMS = (
    Problem(Where("center.yaml", 3, 9), "bad-region", "eu-west-3 has no Amazon Connect", "use eu-central-1"),
    Problem(Where("flows/welcome.yaml"), "empty-file", "the file is empty", severity="warning"),
)


def test_a_problem_is_a_line_with_its_place_and_the_hint_below() -> None:
    assert problems_text(PROBLEMS, colour=False).split("\n") == [
        "center.yaml:3:9: error[bad-region]: eu-west-3 has no Amazon Connect",
        "    hint: use eu-central-1",
        "flows/welcome.yaml: warning[empty-file]: the file is empty",
    ]


def test_colour_adds_nothing_but_colour() -> None:
    import re

    coloured = problems_text(PROBLEMS, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[\d+(;\d+)?m", "", coloured) == problems_text(PROBLEMS, colour=False)


def test_the_summary_counts_in_the_singular_too() -> None:
    assert summary(1, 2) == "1 error, 2 warnings"
    assert summary(0, 0) == "no problems"


def test_sarif_names_rule_file_and_line_of_each_problem() -> None:
    log = json.loads(json.dumps(sarif_json(PROBLEMS)))

    (run,) = log["runs"]
    first, second = run["results"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["bad-region", "empty-file"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "center.yaml"},
        "region": {"startLine": 3, "startColumn": 9},
    }
    assert second["level"] == "warning"
    assert "region" not in second["locations"][0]["physicalLocation"]


def test_a_starter_folder_is_never_written_over(tmp_path: Path) -> None:
    from ccdeploy.cli import starter
    from ccdeploy.specs.errors import Refused

    (tmp_path / "b.txt").write_text("mine")
    with pytest.raises(Refused, match=r"b\.txt"):
        starter.write_new(tmp_path, {"a.txt": "new", "b.txt": "new"})

    assert (tmp_path / "b.txt").read_text() == "mine"
    assert not (tmp_path / "a.txt").exists()


@pytest.mark.parametrize(
    ("name", "key"),
    [("Ligne d'écoute", "ligne-d-ecoute"), ("x" * 40, "x" * 24), ("Crisis  Line 7", "crisis-line-7")],
)
def test_a_folder_name_becomes_a_key(name: str, key: str) -> None:
    from ccdeploy.cli.starter import key_of

    assert key_of(name) == key


def test_a_name_without_a_letter_is_refused_with_the_option_that_helps() -> None:
    from ccdeploy.cli.starter import key_of
    from ccdeploy.specs.errors import Refused

    with pytest.raises(Refused) as refused:
        key_of("!!!")
    assert "--name" in refused.value.hint


def test_a_file_cannot_drive_the_terminal_through_its_problems() -> None:
    where = Where("evil\x1b]0;x\x07.yaml", 1, 1)
    problem = Problem(where, "unknown-key", 'unknown key "\x1b[31mred\u202e"', hint="did you mean \x9b2J?")
    text = problems_text([problem], colour=False)
    assert all(line.isprintable() for line in text.splitlines())
    assert r"\x1b[31mred\u202e" in text


@pytest.mark.parametrize(
    ("name", "alias"), [("covidom", "covidom-line"), ("my-line", "my-line"), ("hotline", "hotline-line")]
)
def test_a_starter_s_alias_says_line_once(tmp_path: Path, name: str, alias: str) -> None:
    from ccdeploy.cli.commands.init import _blanks

    assert _blanks(tmp_path / name, "en-GB", {"name": None, "region": "eu-west-2"})["alias"] == alias
