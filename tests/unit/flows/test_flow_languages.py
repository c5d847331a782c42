"""Flows in several languages: what is not translated, which keys are announced, how many actions it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.check import check_flows
from ccdeploy.specs.load import load
from ccdeploy.specs.problems import Problem, Problems

WELCOME = """
flow: welcome
type: inbound
steps:
  hello: {say: {text: hello}}
  again: {say: {text: hello}}
  menu:
    menu: {text: menu}
    choices: {1: bye, 2: hello}
    otherwise: hello
  bye: {hang_up: true}
"""


@pytest.fixture
def checked(tmp_path: Path, basic_center: str) -> Callable[..., list[Problem]]:
    """`checked(texts, welcome)` checks a centre with this flow and texts/line.csv."""

    def check(texts: str, welcome: str = WELCOME) -> list[Problem]:
        for name, content in (
            ("center.yaml", basic_center),
            ("flows/welcome.yaml", welcome),
            ("texts/line.csv", texts),
        ):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        loaded = load(tmp_path)
        assert loaded.center is not None, [str(problem) for problem in loaded.problems.listed()]
        problems = Problems()
        check_flows(loaded.center, problems)
        return problems.listed()

    return check


def test_a_missing_translation_is_told_once_at_its_key_however_often_it_is_used(
    checked: Callable[..., list[Problem]],
) -> None:
    found = checked('key;fr;en\nhello;Bonjour. Urgence : 15.;\nmenu;"Tapez 1 ou 2.";"Press 1 or 2."\n')
    missing = [problem for problem in found if problem.code == "missing-text"]
    assert [(p.where.file, p.where.line, p.message) for p in missing] == [
        ("texts/line.csv", 2, 'the text "hello" is missing in en')
    ]


def test_keys_that_one_language_does_not_announce_are_told_with_the_language(
    checked: Callable[..., list[Problem]],
) -> None:
    found = checked('key;fr;en\nhello;Urgence : 15.;Call 15.\nmenu;"Tapez 1 ou 2.";"Press 1 or 3."\n')
    told = [problem.message for problem in found if problem.code == "H10"]
    assert any("in en" in message and "3" in message for message in told), told
    assert not any("in fr" in message for message in told), told


@pytest.mark.parametrize(("steps", "code"), [(95, None), (105, "many-actions"), (130, "too-many-actions")])
def test_the_budget_of_actions_is_warned_about_at_200_and_refused_at_250(
    steps: int, code: str | None, alone: Callable[..., object]
) -> None:
    """Each `digits` step becomes two actions."""
    many = "".join(f'  s{n}: {{digits: "Number {n}?", failed: bye}}\n' for n in range(steps))
    done = alone(f"flow: long\ntype: inbound\nsteps:\n{many}  bye: {{hang_up: true}}\n")
    found = {problem.code: problem.severity for problem in done.problems.listed()}  # type: ignore[attr-defined]
    wanted = {"many-actions": "warning", "too-many-actions": "error"}
    assert found == ({code: wanted[code]} if code else {})


def test_where_prompts_are_recorded_the_built_in_flows_speak_the_language_s_own_voice(
    tmp_path: Path, basic_center: str
) -> None:
    center = basic_center.replace("engine: neural", "").replace("voice: Lea", "voice: none")
    assert "voice: none" in center
    (tmp_path / "center.yaml").write_text(center)
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "welcome.yaml").write_text(
        "flow: welcome\ntype: inbound\nsteps:\n  on: {queue: triage, full: bye}\n  bye: {hang_up: true}\n"
    )
    loaded = load(tmp_path)
    assert loaded.center is not None, [str(problem) for problem in loaded.problems.listed()]
    assert loaded.center.languages["fr"].voice is None

    compiled = compile_center(loaded.center).flows["built-in-outbound"]
    voices = [
        action["Parameters"]["TextToSpeechVoice"]
        for action in json.loads(compiled.template)["Actions"]
        if action["Type"] == "UpdateContactTextToSpeechVoice"
    ]
    assert "Lea" in voices
