"""Small folders and files for the flows' tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from ccdeploy.flows.alone import Alone, compile_file
from ccdeploy.flows.check import check_flows
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.specs.problems import Problem, Problems

CENTER = """
center: line
region: eu-central-1
time_zone: Europe/Paris
languages:
  fr: {code: fr-FR, voice: Lea}
  en: {code: en-GB, voice: Amy, engine: neural}
instance: {alias: line-of-tests}
hours_of_operation:
  day: {mon-fri: 08:00-20:00}
  always: 24x7
queues:
  triage: {hours: always, title: Nurses}
  information: {hours: day}
routing_profiles:
  nurse: {queues: [triage, information]}
security_profiles:
  volunteer: {base: agent}
external_numbers: {desk: "+33199001500"}
phone_numbers: {main: {country: FR, flow: welcome}}
"""

WELCOME = """
flow: welcome
type: inbound
steps:
  hello: {say: {fr: "En cas d'urgence, appelez le 112.", en: "In an emergency, call 112."}}
  bye: {hang_up: true}
"""

Checked = tuple[Center, list[Problem]]


@pytest.fixture
def basic_center() -> str:
    """The text of a centre in two languages."""
    return CENTER


@pytest.fixture
def alone(tmp_path: Path) -> Callable[[str], Alone]:
    """`alone(text)` compiles one flow file without a centre."""

    def compile_text(text: str) -> Alone:
        path = tmp_path / "flow.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return compile_file(path, "flow.yaml")

    return compile_text


@pytest.fixture
def center(tmp_path: Path) -> Callable[..., Checked]:
    """`center(flow, flow, …, text=…)` loads a centre with these flows and checks them."""

    def read(*flows: str, text: str = CENTER) -> Checked:
        (tmp_path / "flows").mkdir(exist_ok=True)
        (tmp_path / "center.yaml").write_text(dedent(text), encoding="utf-8")
        for number, flow in enumerate(flows or (WELCOME,)):
            (tmp_path / "flows" / f"flow-{number}.yaml").write_text(dedent(flow), encoding="utf-8")
        loaded = load(tmp_path)
        assert loaded.center is not None, [str(p) for p in loaded.problems.listed()]
        assert not loaded.problems.errors, [str(p) for p in loaded.problems.listed()]
        problems = Problems()
        check_flows(loaded.center, problems)
        return loaded.center, problems.listed()

    return read
