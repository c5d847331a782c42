"""Calls: how many a second on the example, how the time grows with the steps, and how long the proofs take."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path

from ccdeploy.flows.centre import compile_center
from ccdeploy.flows.document import read_document
from ccdeploy.flows.simulator.place import place
from ccdeploy.flows.simulator.safety import check
from ccdeploy.flows.simulator.script import Script
from ccdeploy.flows.simulator.scripts import read_scripts
from ccdeploy.flows.simulator.suggest import suggest
from ccdeploy.flows.simulator.world import World, of_center, of_document
from ccdeploy.specs.load import load
from ccdeploy.specs.problems import Problems

EXAMPLE = Path(__file__).parent.parent / "examples" / "hospital-follow-up"
TODAY = dt.date(2026, 11, 22)


def long_flow(steps: int) -> World:
    """A flow that says something `steps` times and hangs up."""
    actions: list[dict[str, object]] = [
        {
            "Identifier": f"s{n}",
            "Type": "MessageParticipant",
            "Parameters": {"Text": "Hello."},
            "Transitions": {"NextAction": f"s{n + 1}"},
        }
        for n in range(steps)
    ]
    actions.append({"Identifier": f"s{steps}", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}})
    text = json.dumps({"Version": "2019-10-30", "StartAction": "s0", "Actions": actions})
    document = read_document(text, "long.json", Problems())
    assert document is not None
    return of_document(document, "long")


def spent(world: World, calls: int) -> float:
    """CPU seconds a call."""
    begun = time.process_time()
    for _ in range(calls):
        place(world, Script(to="main"), today=TODAY)
    return (time.process_time() - begun) / calls


def main() -> None:
    """Calls a second, growth with ten times the steps, the proof of safety, suggestions."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    center = load(EXAMPLE, today=TODAY).center
    assert center is not None
    world = of_center(center, compile_center(center))
    scripts = read_scripts(EXAMPLE, center, world, Problems())
    begun = time.process_time()
    for _ in range(rounds):
        for script in scripts:
            place(world, script, today=TODAY)
    rate = rounds * len(scripts) / (time.process_time() - begun)
    print(f"calls of the example: {rate:.0f} a CPU second ({len(scripts)} scripts, {rounds} rounds)")
    short, long = min(spent(long_flow(20), 50) for _ in range(3)), min(spent(long_flow(200), 20) for _ in range(3))
    shown = f"20 steps {short * 1e3:.2f} ms, 200 steps {long * 1e3:.2f} ms"
    print(f"ten times the steps: {long / short:.1f} x the time ({shown})")
    begun = time.process_time()
    result = check(world, TODAY, 600)
    print(f"proof of safety: {time.process_time() - begun:.2f} CPU s, {result.states} states, proven {result.proven}")
    begun = time.process_time()
    found = suggest(world, [], TODAY)
    print(f"scripts for every branch from nothing: {len(found.scripts)} in {time.process_time() - begun:.2f} CPU s")


if __name__ == "__main__":
    main()
