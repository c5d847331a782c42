"""A plan says why in the words of the folder: keys where engines know ids, sentences where they know documents."""

from __future__ import annotations

import shutil
from pathlib import Path

from ccdeploy.deploy import actions
from ccdeploy.deploy.settings import Settings

DESIGN = Path(__file__).parents[1] / "centres" / "design"


def test_a_moved_queue_and_a_new_sentence_are_told_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "design"
    shutil.copytree(DESIGN, folder)
    settings = Settings()
    actions.up(settings, actions.read(settings, folder, "up"), lambda _event: None, rosters=False, allow_suspend=None)
    file, flow = folder / "center.yaml", folder / "flows" / "welcome.yaml"
    moved = file.read_text(encoding="utf-8").replace("information: {hours: day}", "information: {hours: always}")
    file.write_text(moved, encoding="utf-8")
    flow.write_text(flow.read_text(encoding="utf-8").replace("Nos horaires", "Nos heures"), encoding="utf-8")
    found = actions.read(settings, folder, "preview")
    plan = actions.preview(settings, found, rosters=False, allow_suspend=None)
    why = {step.name: step.why for step in plan.steps if step.action == "update"}
    assert why["information"] == ("hoursOfOperationId: 'day' -> 'always'",)
    assert [reason.split(":")[0] for reason in why["welcome"]] == ['step "closed-message" reworded']
