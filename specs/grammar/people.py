"""Keys about people: security profiles, hierarchy, statuses, rosters, staffing."""

from __future__ import annotations

from typing import Any

from .. import nodes, permissions
from ..problems import Where
from ..suggest import did_you_mean
from . import words
from .common import agent_defaults, entry
from .shapes import (
    BadWord,
    Either,
    Field,
    Json,
    ListOf,
    MapOf,
    Raw,
    Reading,
    Record,
    Shape,
    Short,
    Values,
    Word,
    wrong_type,
)

SECURITY_NAME = r"[ a-zA-Z0-9_@-]+"


def _permission(word: str, _: Reading) -> str:
    if word not in permissions.known():
        hint = did_you_mean(word, permissions.known()) or "the names are those of the service's API"
        raise BadWord(f'unknown permission "{word}"', hint, "unknown-permission")
    return word


PERMISSIONS = ListOf(Word("a permission", {"type": "string"}, _permission), single=True, most=500)

SECURITY_PROFILE = Record(
    {
        **entry(127, SECURITY_NAME, "letters without accents, digits, blank, _ @ -", "Volunteer"),
        "base": Field(
            "What it starts from.", "agent", words.choice("agent", "supervisor", "duty", "none"), default="none"
        ),
        "permissions": Field("Permissions beside those of the base.", ["OutboundCallAccess"], PERMISSIONS),
        "without": Field("Permissions of the base that it must not have.", ["TransferDestinations.View"], PERMISSIONS),
        "scope": Field(
            "hierarchy = its holders see the people of their own hierarchy group and below, not everybody.",
            "all",
            words.choice("all", "hierarchy"),
            default="all",
        ),
    }
)

HIERARCHY = Record(
    {
        "levels": Field(
            "Names of the levels from the top.",
            ["Region", "Site", "Team"],
            ListOf(words.text(1, 50), least=1, most=5),
            required=True,
        ),
        "groups": Field(
            "Groups within groups, by title.",
            {"Paris": {"Hotel-Dieu": ["team-a", "team-b"]}},
            Raw({"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "string"}}]}),
        ),
    }
)

STATUS = Record(
    {
        "title": Field("What agents see.", "Break", words.text(1, 127), required=True),
        "description": Field("What it is for.", "A short pause", words.text(1, 250)),
        "tags": Field("Tags of this status alone.", {"paid": "yes"}, entry()["tags"].shape),
        "was": Field("The title it had before.", "Pause", words.text(1, 127)),
        "order": Field("Its place in the agents' list.", 3, words.integer(1, 50)),
        "enabled": Field("Agents may choose it.", True, words.BOOLEAN, default=True),
    }
)


def load_keys() -> dict[str, Field]:
    """What one load to staff for holds."""
    return {
        "calls_per_hour": Field("Calls offered in the busiest hour.", 180, words.NUMBER, required=True),
        "handle_time": Field("Talk and notes of one call.", "6m", words.duration(1, 86400), required=True),
        "answer": Field(
            "The promise to callers.",
            {"within": "20s", "share": "80%"},
            Record(
                {
                    "within": Field("Answered within this time.", "20s", words.duration(1, 7200), required=True),
                    "share": Field("This share of callers.", "80%", words.SHARE, required=True),
                }
            ),
            required=True,
        ),
    }


class StaffingShape(Shape):
    """One load for the whole centre, or one for each queue; read as a map, the centre's under ""."""

    whole = Record(load_keys())
    each = MapOf(Record(load_keys()), words.reference("queues", "queue"))

    def schema(self) -> Json:
        return {"anyOf": [self.whole.schema(), self.each.schema()]}

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> Any:
        if not isinstance(node, nodes.Mapping):
            return wrong_type("a map", node, reading)
        if not set(node.entries) & set(self.whole.fields):
            return self.each.read(node, owner, reading)
        values = Values(owner)
        values[""] = self.whole.read(node, owner, reading)
        return values


CONFIRM = Record(
    {
        "share": Field("This share of a roster's people.", "10%", words.SHARE, default="10%"),
        "people": Field("This many people.", 20, words.integer(1, 100_000), default=20),
    }
)

PEOPLE_KEYS = {
    "security_profiles": Field(
        "What people may do.",
        {"volunteer": {"base": "agent", "permissions": ["OutboundCallAccess"]}},
        MapOf(SECURITY_PROFILE, words.key()),
    ),
    "hierarchy": Field("Levels and groups for reports.", {"levels": ["Site"], "groups": {"Paris": None}}, HIERARCHY),
    "agent_statuses": Field(
        "What agents may set themselves to beside Available and Offline.",
        ["Break", {"title": "Training", "order": 3}],
        ListOf(Either("a title or a map", scalar=Short("title", words.text(1, 127)), mapping=STATUS)),
    ),
    "rosters": Field("Files with one row a person.", ["rosters/nurses.csv"], ListOf(words.text(1, 500), single=True)),
    "agents": Field(
        "Defaults for everyone in a roster.",
        {"after_contact_work": "60s"},
        Record(
            {
                **agent_defaults(),
                "remove_after": Field("When a suspended person is deleted.", "30d", words.DAYS, default="30d"),
                "confirm_above": Field(
                    "More suspensions than these (whichever comes first) must be allowed by a flag.",
                    {"share": "10%", "people": 20},
                    CONFIRM,
                ),
            }
        ),
    ),
    "staffing": Field(
        "The load to staff for: of the whole centre, or by queue.",
        {"calls_per_hour": 180, "handle_time": "6m", "answer": {"within": "20s", "share": "80%"}},
        StaffingShape(),
    ),
}
