"""Flows that name everything a flow can name are deployed and stand in the emulator as they were compiled."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.check import check_flows
from ccdeploy.sandbox import control
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.sandbox.server import Options, serve
from ccdeploy.specs.load import load
from ccdeploy.specs.problems import Problems
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.cloud.store import FileStore
from ccdeploy.stacks.engine.embedded.engine import EmbeddedEngine
from ccdeploy.stacks.extras.provider import CcdeployProvider
from ccdeploy.stacks.program import program

CENTRE = Path(__file__).parents[2] / "centres" / "verbs"


def test_flows_with_every_kind_of_reference_are_accepted_and_published(tmp_path: Path) -> None:
    folder = tmp_path / "verbs"
    shutil.copytree(CENTRE, folder)
    loaded = load(folder, today=dt.date(2026, 11, 22))
    center = loaded.center
    assert center is not None
    problems = Problems()
    check_flows(center, problems)
    assert [str(p) for p in loaded.problems.listed() + problems.listed() if p.severity == "error"] == []
    flows = compile_center(center)
    kinds = {ref.kind for flow in flows.flows.values() for ref in flow.refs}
    assert kinds == {"queue", "flow", "module", "hours", "prompt", "lambda", "phone_number"}
    with serve(tmp_path / "sandbox", Options()) as running:
        control.declare(running.endpoint, center.lambdas.values())
        cloud = Cloud("eu-central-1", endpoint_url=running.endpoint)
        engine = EmbeddedEngine(
            project="ccdeploy",
            stack="every.dev",
            providers={"aws": AwsProvider(running.endpoint, "eu-central-1"), "ccdeploy": CcdeployProvider(cloud)},
            store=FileStore(tmp_path / "store"),
            config={"aws:region": "eu-central-1"},
        )
        done = engine.up(program(center, flows=flows))
        assert done.failures == ()
        (instance,) = cloud.pages("connect", "list_instances", "InstanceSummaryList")
        live = {
            name: cloud.call(
                "connect",
                "describe_contact_flow",
                InstanceId=instance["Id"],
                ContactFlowId=done.outputs["flows"][name]["id"],
            )["ContactFlow"]
            for name, flow in flows.flows.items()
            if flow.type != "MODULE"
        }
    for name, found in live.items():
        assert found["Type"] == flows.flows[name].type
        assert "{{" not in found["Content"]
        wanted = json.loads(flows.flows[name].template)["Actions"]
        stands = json.loads(found["Content"])["Actions"]
        assert [a["Identifier"] for a in stands] == [a["Identifier"] for a in wanted]
