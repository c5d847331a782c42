"""P8: load, check and compile a centre of 1,000 queues against pretty-printing what comes out. P8s: 4,000 queues."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from ccdeploy.flows.centre import compile_center
from ccdeploy.specs.load import load
from ratio import compare, finish

HEAD = """center: many
region: eu-central-1
time_zone: Europe/Paris
language: fr-FR
voice: Lea
instance: {alias: many-line}
quotas: {queues: 9000, flows: 9000, concurrent_calls: 9000}
hours_of_operation: {day: 24x7}
security_profiles: {people: {base: agent}}
routing_profiles:
  all: {queues: [queue-0], agents: {security_profiles: [people]}}
queues:
"""


def folder(queues: int) -> Path:
    """A centre with `queues` queues, of which one flow in ten offers a choice."""
    path = Path(tempfile.mkdtemp(prefix="ccdeploy-bench-"))
    lines = [f"  queue-{n}: {{hours: day, max_contacts: 5, description: Queue number {n}}}\n" for n in range(queues)]
    (path / "center.yaml").write_text(HEAD + "".join(lines))
    (path / "flows").mkdir()
    for n in range(queues // 10):
        (path / "flows" / f"menu-{n}.yaml").write_text(
            f"flow: menu-{n}\ntype: inbound\nsteps:\n"
            "  menu: {menu: 'Tapez 1 ou 2.', choices: {1: one, 2: two}, otherwise: one}\n"
            f"  one: {{queue: queue-{n}, full: bye}}\n"
            f"  two: {{queue: queue-{n + 1}, full: bye}}\n"
            "  bye: {say: 'Au revoir.'}\n"
            "  end: {hang_up: true}\n"
        )
    return path


def build(path: Path) -> list[object]:
    """Load and compile; the documents."""
    loaded = load(path)
    assert loaded.center is not None, loaded.problems.listed()[:3]
    assert not loaded.problems.errors, loaded.problems.listed()[:3]
    return [json.loads(flow.template) for flow in compile_center(loaded.center).flows.values()]


if __name__ == "__main__":
    small, large = folder(1000), folder(4000)
    output = [build(small), json.loads(json.dumps({f"queue-{n}": {"hours": "day"} for n in range(1000)}))]
    finish(
        [
            compare(
                "P8", "load + compile 1,000 queues / pretty JSON", lambda: build(small),
                lambda: json.dumps(output, indent=2), target=6, pairs=5,
            ),
            compare(
                "P8s", "4,000 queues / 1,000 queues", lambda: build(large), lambda: build(small), target=4.4, pairs=5
            ),
        ]
    )  # fmt: skip
