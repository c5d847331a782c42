"""Keys about opening hours, queues, routing profiles and quick connects."""

from __future__ import annotations

from . import words
from .common import BUILT_IN_FLOWS, TEXT, agent_defaults, entry, moment_flows
from .instance import TIME_ZONE
from .shapes import Either, Field, ListOf, MapOf, Raw, Record, Shape, Short

WINDOW = words.pattern(
    "opening hours", r".*", "write 08:00-20:00", "bad-time"
)  # read closely by building.hours, which knows the day
WINDOWS: Shape = Raw(
    {
        "anyOf": [
            {"type": "string", "examples": ["08:00-20:00", "closed"]},
            {"type": "array", "items": {"type": "string"}},
        ]
    }
)

OVERRIDE = Record(
    {
        "name": Field("What the console shows.", "Christmas Eve", words.text(1, 127), required=True),
        "date": Field("The day.", "2026-12-24", words.DATE),
        "from": Field("The first day.", "2026-12-24", words.DATE),
        "to": Field("The last day.", "2026-12-31", words.DATE),
        "hours": Field("Opening hours on that day, a list of them, closed or open.", "08:00-12:00", WINDOWS),
        "closed": Field("Closed all day.", True, words.BOOLEAN),
        "open": Field("Open all day.", True, words.BOOLEAN),
        "yearly": Field("The same day each year.", True, words.BOOLEAN, default=False),
    }
)

HOLIDAYS = Record(
    {
        "country": Field("ISO country code.", "FR", words.text(2, 3), required=True),
        "region": Field("A part of the country with holidays of its own.", "57", words.text(1, 40)),
        "closed": Field("Closed on these days.", True, words.BOOLEAN),
        "hours": Field("Opening hours on these days.", "10:00-12:00", WINDOWS),
        "except": Field(
            "Holidays that are normal days: dates or names.", ["2026-05-01"], ListOf(words.text(1, 127), single=True)
        ),
        "years": Field("How many years ahead.", 2, words.integer(1, 5), default=2),
    }
)

HOURS_KEYS = {
    **entry(example="Day hours"),
    "time_zone": Field("Its own time zone; the centre's where absent.", "Europe/Paris", TIME_ZONE),
    "holidays": Field(
        "open = holidays are normal days; else the public holidays of a country.",
        {"country": "FR", "closed": True},
        Either("open or a map", scalar=words.choice("open"), mapping=HOLIDAYS),
    ),
    "overrides": Field(
        "Other hours on certain days; at most 50, past ones are left out.",
        [{"date": "2026-12-24", "hours": "08:00-12:00", "name": "Christmas Eve"}],
        ListOf(OVERRIDE),
    ),
}

QUEUE = Record(
    {
        **entry(),
        "hours": Field(
            "Its hours of operation.", "day", words.reference("hours_of_operation", "hours of operation"), required=True
        ),
        "max_contacts": Field(
            "No more callers than these; below the concurrent-call quota.", 40, words.integer(1, 100_000)
        ),
        "status": Field(
            "closed = no new callers, those waiting are served.", "open", words.choice("open", "closed"), default="open"
        ),
        "caller_id": Field(
            "The number shown when agents call out.", "main", words.reference("phone_numbers", "phone number")
        ),
        "caller_name": Field("The name shown when agents call out.", "Follow-up line", words.text(1, 255)),
        "spoken": Field("How the agent's whisper names the queue.", "Nurses", TEXT),
        "quick_connects": Field(
            "Which quick connects agents see; all where absent.",
            ["emergency-desk"],
            ListOf(words.reference("quick_connects", "quick connect")),
        ),
        **moment_flows(),
        "languages": Field(
            "One real queue for each of these languages.",
            ["fr", "en"],
            ListOf(words.reference("languages", "language"), least=1),
        ),
        "callbacks": Field(
            "own = callbacks wait in a queue of their own, so that a full queue loses none.",
            "own",
            words.choice("own", "same"),
        ),
    }
)

CHOICE = Record(
    {
        "queue": Field("A queue.", "triage", words.reference("any_queue", "queue"), required=True),
        "priority": Field("1 is served first.", 2, words.integer(1, 99), default=1),
        "delay": Field("Callers must have waited this long.", "30s", words.duration(0, 9999), default="0s"),
    }
)

PROFILE = Record(
    {
        **entry(example="Nurse"),
        "queues": Field(
            "The queues it serves, with priority and delay where they differ.",
            ["triage", {"queue": "information", "priority": 2, "delay": "30s"}],
            ListOf(
                Either(
                    "a queue's key or a map",
                    scalar=Short("queue", words.reference("any_queue", "queue")),
                    mapping=CHOICE,
                ),
                least=1,
            ),
            required=True,
        ),
        "default_outbound": Field(
            "The queue for calls out; the first one where absent.", "triage", words.reference("any_queue", "queue")
        ),
        "channels": Field(
            "How many contacts at once on each channel.",
            {"voice": 1},
            Record({"voice": Field("Calls at once: only 1 exists.", 1, words.integer(1, 1), default=1)}),
        ),
        "agents": Field("Roster defaults of its people.", {"phone_type": "soft"}, Record(agent_defaults())),
        "languages": Field(
            "One real profile for each combination of languages.",
            [["fr"], ["fr", "en"]],
            ListOf(ListOf(words.reference("languages", "language"), single=True, least=1), least=1),
        ),
    }
)

QUICK_CONNECT = Record(
    {
        **entry(example="Emergency desk"),
        "phone": Field("A telephone number or the key of an external number.", "+33199000110", words.DIALLED),
        "queue": Field("A queue.", "triage", words.reference("any_queue", "queue")),
        "agent": Field("A person's username.", "dana.meyer", words.text(1, 100)),
        "flow": Field(
            "The transfer flow; alone, the flow itself is the destination.",
            "transfer-to-queue",
            words.reference("flows", "flow", BUILT_IN_FLOWS),
        ),
    }
)

HOURS: Shape = Raw(
    {
        "anyOf": [
            {"const": "24x7"},
            {
                "type": "object",
                "properties": {name: part.schema() for name, part in HOURS_KEYS.items()},
                "patternProperties": {
                    "^(daily|(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)$": {
                        "description": "Opening hours of a day, of a range of days or of every day.",
                        "examples": ["08:00-20:00", ["09:00-13:00", "14:00-18:00"], "closed"],
                        **WINDOWS.schema(),
                    }
                },
                "additionalProperties": False,
            },
        ]
    }
)

ROUTING_KEYS = {
    "hours_of_operation": Field(
        "When the line is open. A whole day is 00:00-00:00, or 24x7 for all of them.",
        {"day": {"mon-fri": "08:00-20:00", "sat": "closed"}, "always": "24x7"},
        MapOf(HOURS, words.key()),
    ),
    "queues": Field("Where callers wait.", {"triage": {"hours": "day"}}, MapOf(QUEUE, words.key())),
    "routing_profiles": Field(
        "Which queues a person serves.", {"nurse": {"queues": ["triage"]}}, MapOf(PROFILE, words.key())
    ),
    "quick_connects": Field(
        "Destinations on the agent's panel.", {"desk": {"phone": "+33199000110"}}, MapOf(QUICK_CONNECT, words.key())
    ),
}
