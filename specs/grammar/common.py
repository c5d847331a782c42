"""Keys that many tables share: what every named thing carries, TEXT, the six flows of a call."""

from __future__ import annotations

from typing import Any

from .. import nodes
from ..model import FlowType
from ..problems import Where
from ..texts import read_text
from . import words
from .shapes import MISSING, Field, Json, MapOf, Reading, Shape

TAG_KEY = words.text(1, 128, r"(?!aws:|ccdeploy:).*", "anything that does not begin with aws: or ccdeploy:")
TAGS = MapOf(words.text(0, 256), TAG_KEY, most=40)  # 50 in all (Connect facts 3.0), some of them ours

# The built-in flows by the name under which a file may name them, and the type that a flow in their place must have.
BUILT_IN_FLOWS: dict[str, FlowType] = {
    "waiting": "customer_queue",
    "agent-whisper": "agent_whisper",
    "customer-whisper": "customer_whisper",
    "customer-hold": "customer_hold",
    "agent-hold": "agent_hold",
    "after-call": "inbound",
    "outbound": "outbound_whisper",
    "transfer-to-queue": "queue_transfer",
    "transfer-to-agent": "agent_transfer",
}


class TextShape(Shape):
    """TEXT."""

    def schema(self) -> Json:
        leaf: Json = {"type": "string", "minLength": 1, "maxLength": 6000}
        return {"anyOf": [leaf, {"type": "object", "minProperties": 1}]}

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:  # noqa: ARG002 - as all shapes
        text = read_text(node, reading.texts, reading.problems)
        return MISSING if text is None else text


TEXT = TextShape()


def entry(
    title_most: int = 127, title_pattern: str = "", title_allowed: str = "", example: str = "Triage"
) -> dict[str, Field]:
    """What every named thing may carry: title, description, tags, was."""
    return {
        "title": Field(
            "What people see in Connect; the key where absent.",
            example,
            words.text(1, title_most, title_pattern, title_allowed),
        ),
        "description": Field("A sentence for whoever looks at it in the console.", "First contact", words.text(1, 250)),
        "tags": Field("Tags of this thing alone.", {"cost-centre": "4711"}, TAGS),
        "was": Field("The key it had before: it is renamed in place, not deleted and remade.", "old-name", words.key()),
    }


def flow(name: str, doc: str, none: bool = False) -> Field:
    """A key that names the flow for one moment of a call."""
    built_in = name.replace("_", "-")
    also: dict[str, object] = {built_in: True, **({"none": True} if none else {})}
    example = "none" if none else f"my-{built_in}"
    return Field(doc, example, words.reference("flows", "flow", also))


def moment_flows() -> dict[str, Field]:
    """The flows of a call's moments, which a queue may name for itself."""
    return {
        "waiting": flow("waiting", "What a caller hears in the queue (type customer_queue)."),
        "agent_whisper": flow("agent_whisper", "What the agent hears before the call (type agent_whisper)."),
        "customer_whisper": flow("customer_whisper", "What the caller hears before the agent (type customer_whisper)."),
        "customer_hold": flow("customer_hold", "What the caller hears on hold (type customer_hold)."),
        "agent_hold": flow("agent_hold", "What the agent hears on hold (type agent_hold)."),
        "after_call": flow("after_call", "What runs when the agent has gone (type inbound), or none.", none=True),
        "outbound": flow("outbound", "What a called person hears first (type outbound_whisper)."),
    }


def agent_defaults() -> dict[str, Field]:
    """Roster defaults that a routing profile and the centre may set."""
    return {
        "security_profiles": Field(
            "Security profiles of a person whose row names none.",
            ["volunteer"],
            _profiles(),
        ),
        "phone_type": Field("soft = in the browser, desk = a telephone.", "soft", words.choice("soft", "desk")),
        "auto_accept": Field("Calls are accepted without a click (soft phones only).", False, words.BOOLEAN),
        "after_contact_work": Field(
            "Time for notes after a call; 0s = no limit.", "60s", words.duration(0, 2_000_000), default="60s"
        ),
        "hierarchy_group": Field("Path of a group, or a leaf that is unique.", "Paris/Hotel-Dieu", words.text(1, 500)),
    }


def _profiles() -> Shape:
    from .shapes import ListOf

    return ListOf(words.reference("security_profiles", "security profile"), single=True, least=1, most=10)
