"""Which remembered values can still matter at an action: live variables, so that calls that go on alike are one state.

A value is live where some way on reads it before it is set anew. Reading is any mention of its `$.` path in the
parameters of an action.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ..document import Action, Document

# A root of `$.` paths and the actions that set it anew.
SETS: Mapping[str, str] = {
    "GetParticipantInput": "StoredCustomerInput",
    "GetMetricData": "Metrics",
    "InvokeLambdaFunction": "External",
    "ConnectParticipantWithLexBot": "Lex",
    "InvokeFlowModule": "Modules",
    "UpdateContactTextToSpeechVoice": "voice",
    "UpdateContactData": "LanguageCode",
    "UpdateContactRoutingCriteria": "criteria",
}
_ROOT = re.compile(r"\$\.([A-Za-z]+)|\$\['([A-Za-z]+)'\]")
_CARRYING = frozenset(("TransferToFlow", "InvokeFlowModule", "EndFlowModuleExecution"))


def reads(action: Action) -> frozenset[str]:
    """The roots that an action reads."""
    text = json.dumps(action.parameters, ensure_ascii=False)
    return frozenset(a or b for a, b in _ROOT.findall(text)) if "$" in text else frozenset()


def live_values(flows: Mapping[str, Document]) -> dict[tuple[str, str], frozenset[str]]:
    """For each (flow, action) the roots whose value can still be read from there on.

    Where another flow follows, everything that any flow reads is taken as live.
    """
    used = {
        (name, action.identifier): reads(action) for name, flow in flows.items() for action in flow.actions.values()
    }
    everything = frozenset().union(*used.values()) if used else frozenset()
    at_start = everything if any(a.type in _CARRYING for f in flows.values() for a in f.actions.values()) else None
    live: dict[tuple[str, str], frozenset[str]] = {}
    for name, flow in flows.items():
        live.update(_of_flow(name, flow, used, at_start or frozenset()))
    return live


def _of_flow(
    name: str, flow: Document, used: Mapping[tuple[str, str], frozenset[str]], after: frozenset[str]
) -> dict[tuple[str, str], frozenset[str]]:
    live = dict.fromkeys(((name, identifier) for identifier in flow.actions), frozenset[str]())
    changed = True
    while changed:
        changed = False
        for identifier, action in reversed(list(flow.actions.items())):
            here = (name, identifier)
            following = [live[name, to] for _, to in action.edges() if (name, to) in live]
            out = frozenset().union(*following, after if action.type in _CARRYING else frozenset())
            made = SETS.get(action.type)
            new = used[here] | (out - {made} if made else out)
            if new != live[here]:
                live[here] = new
                changed = True
    return live
