"""The very same program on the real Pulumi CLI, both providers attached over gRPC, the emulator behind them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.flows.centre import compile_center
from ccdeploy.sandbox.provider.provider import AwsProvider
from ccdeploy.sandbox.server import Options, serve
from ccdeploy.specs.load import load
from ccdeploy.stacks.cloud.client import Cloud
from ccdeploy.stacks.extras.provider import CcdeployProvider
from ccdeploy.stacks.program import program
from ccdeploy.stacks.provider.serve import start

ROOT = Path(__file__).parent.parent.parent
BUILT = ROOT / ".tools" / "bin" / "pulumi"
pytestmark = pytest.mark.skipif(
    not BUILT.exists() and shutil.which("pulumi") is None,
    reason="no pulumi on PATH and none in .tools/bin: run `make pulumi` where Go is",
)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Any]:
    from pulumi import automation

    center = load(ROOT / "tests" / "centres" / "small", today=dt.date(2026, 11, 22)).center
    assert center is not None
    (tmp_path / "backend").mkdir()
    with serve(tmp_path / "sandbox", Options(quotas=False)) as running:
        aws = start(AwsProvider(running.endpoint, center.region))
        own = start(CcdeployProvider(Cloud(center.region, endpoint_url=running.endpoint)))
        environment = {
            "PULUMI_BACKEND_URL": f"file://{tmp_path}/backend",
            "PULUMI_CONFIG_PASSPHRASE": "not a secret",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_PROVIDERS": f"aws:{aws.port},ccdeploy:{own.port}",
        }
        options = automation.LocalWorkspaceOptions(
            work_dir=str(tmp_path),
            env_vars=environment,
            project_settings=automation.ProjectSettings(name="ccdeploy", runtime="python"),
            pulumi_command=automation.PulumiCommand(root=str(BUILT.parent.parent)) if BUILT.exists() else None,
        )
        made = automation.create_or_select_stack(
            stack_name=center.stack_name,
            project_name="ccdeploy",
            program=program(center, flows=compile_center(center)),
            opts=options,
        )
        made.set_config("aws:region", automation.ConfigValue(center.region))
        yield made
        aws.stop()
        own.stop()


def test_up_twice_then_down(stack: Any) -> None:
    planned = stack.preview().change_summary
    first = stack.up(parallel=16).summary.resource_changes
    assert planned["create"] == first["create"] > 30
    assert set(stack.up(parallel=16).summary.resource_changes) == {"same"}
    stack._run_pulumi_cmd_sync(["state", "unprotect", "--all", "--yes"])
    assert stack.destroy().summary.resource_changes["delete"] == first["create"]
