"""Keys about the instance, what is recorded and kept, and the line's safety promises."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .. import regions
from ..suggest import did_you_mean
from . import words
from .common import TEXT
from .shapes import BadWord, Field, ListOf, MapOf, Reading, Record, Word

CALL_PARTIES = ListOf(words.choice("agent", "customer"), single=True, most=2)
RULES = [f"H{number:02d}" for number in range(1, 13)]


def _region(word: str, _: Reading) -> str:
    known = regions.all_regions()
    found = known.get(word)
    if found is None:
        hint = did_you_mean(word, regions.with_connect(), limit=10)
        raise BadWord(f'there is no Region "{word}"', hint, "bad-region")
    if not found.connect:
        near = " or ".join(f"{r.name} ({r.city})" for r in regions.nearest_with_connect(word))
        raise BadWord(f"Amazon Connect is not in {word} ({found.city})", f"the nearest ones are {near}", "bad-region")
    return word


@cache
def time_zones() -> frozenset[str]:
    """Every IANA time zone that this machine (or the tzdata package) knows."""
    import zoneinfo

    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})


@cache
def _packed_zones() -> frozenset[str]:
    """The names in the tzdata package's own list: one small file, where asking the machine opens six hundred."""
    from importlib.util import find_spec

    found = find_spec("tzdata")
    if found is None or found.origin is None:
        return frozenset()
    return frozenset(Path(found.origin).with_name("zones").read_text("utf-8").split()) - {"Factory"}


def _zone(word: str, _: Reading) -> str:
    if word not in _packed_zones() and word not in time_zones():
        hint = did_you_mean(word, time_zones()) or "for example Europe/Paris"
        raise BadWord(f'there is no time zone "{word}"', hint, "bad-time-zone")
    return word


def _alias(word: str, _: Reading) -> str:
    import re

    if not 2 <= len(word) <= 45:
        raise BadWord(f"an alias has 2 to 45 characters, this one {len(word)}", code="too-long")
    if not re.fullmatch(r"(?!d-)[\da-zA-Z]+(-*[\da-zA-Z])*", word):
        hint = "letters, digits and hyphens inside; it must not begin with d-"
        raise BadWord(f'"{word}" is no instance alias', hint, "bad-name")
    return word


def arn(service: str, rest: str, what: str, example: str) -> Word:
    """An ARN of one service."""
    return words.pattern(what, rf"arn:aws:{service}:[a-z0-9-]+:\d{{12}}:{rest}", f"for example {example}", "bad-arn")


REGION = Word("a Region", {"type": "string", "enum": list(regions.with_connect())}, _region)
TIME_ZONE = Word("an IANA time zone", {"type": "string"}, _zone)
KINESIS = "arn:aws:kinesis:eu-central-1:123456789012:stream/records"

FEATURES = Record(
    {
        "flow_logs": Field("Flows write to CloudWatch.", True, words.BOOLEAN, default=True),
        "early_media": Field("Agents hear the line before it is answered.", True, words.BOOLEAN, default=True),
        "three_way": Field("Conferences of up to six.", True, words.BOOLEAN, default=True),
        "barge": Field("Supervisors may join a call.", True, words.BOOLEAN, default=True),
        "contact_lens": Field("Contact Lens analytics.", False, words.BOOLEAN, default=False),
    }
)

INSTANCE = Record(
    {
        "alias": Field(
            "The name in the sign-in address, unique in all of AWS.",
            "covidom-suivi",
            Word("an alias", {"type": "string", "minLength": 2, "maxLength": 45}, _alias),
            required=True,
        ),
        "identity": Field(
            "Who keeps the passwords: Connect itself, your identity provider, or a directory. It never changes.",
            "connect",
            words.choice("connect", "saml", "directory"),
            default="connect",
        ),
        "directory_id": Field(
            "The directory of `identity: directory` (AWS Directory Service).",
            "d-0123456789",
            words.pattern("a directory's id", r"d-[0-9a-f]{10}", "d- and ten digits or letters a to f"),
        ),
        "inbound": Field("Calls come in.", True, words.BOOLEAN, default=True),
        "outbound": Field("Agents may call out.", True, words.BOOLEAN, default=True),
        "adopt": Field(
            "The id of an instance that stands already: the centre is put into it. What it has once for all stays as "
            "it is unless `up --take-over` writes it, and `down` leaves the instance.",
            "11111111-2222-4333-8444-555555555555",
            words.pattern(
                "an instance's id",
                r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                "the part behind instance/ of its ARN",
            ),
        ),
        "protect": Field("`down` keeps the instance unless it is told --all.", True, words.BOOLEAN, default=True),
        "features": Field("Switches of the instance.", {"contact_lens": False}, FEATURES),
    }
)

RECORDING = Record(
    {
        "calls": Field("Whose voice is recorded; [] = nobody.", ["agent", "customer"], CALL_PARTIES, default=[]),
        "retention": Field("How long recordings are kept.", "90d", words.DAYS),
        "encrypted": Field("Under a KMS key of the centre's own.", True, words.BOOLEAN, default=True),
        "notice": Field("What callers are told about it.", "This call is recorded.", TEXT),
        "refuse": Field(
            "The key with which a caller refuses.", "9", words.pattern("one key", r"[0-9*#]", 'write "9"', number=True)
        ),
    }
)

DATA = Record(
    {
        "logs": Field("How long flow logs are kept.", "30d", words.DAYS, default="30d"),
        "reports": Field("How long scheduled reports are kept; none = not stored.", "365d", words.DAYS),
        "transcripts": Field("How long chat transcripts are kept; none = not stored.", "30d", words.DAYS),
        "contact_records": Field(
            "Stream that gets each contact's record.",
            KINESIS,
            arn("(kinesis|firehose)", "(stream|deliverystream)/.+", "a stream's ARN", KINESIS),
        ),
        "agent_events": Field(
            "Stream that gets agents' events.", KINESIS, arn("kinesis", "stream/.+", "a Kinesis stream's ARN", KINESIS)
        ),
    }
)

SAFETY = Record(
    {
        "emergency_numbers": Field(
            "Numbers to name for what cannot wait.",
            ["15", "112"],
            ListOf(words.pattern("an emergency number", r"\d{2,6}", "digits as dialled", number=True), single=True),
        ),
        "longest_wait": Field(
            "After this time at the latest a waiting caller is offered something else.",
            "15m",
            words.duration(30, 7200),
            default="15m",
        ),
        "fallback": Field(
            "Where a caller goes when a flow fails.",
            {"queue": "triage"},
            Record(
                {
                    "queue": Field("A queue.", "triage", words.reference("queues", "queue")),
                    "number": Field(
                        "A telephone number, or the key of an external one.", "+33199000199", words.DIALLED
                    ),
                }
            ),
        ),
        "waive": Field(
            "Hotline rules that are waived, each with its reason.",
            {"H04": "closed at night by contract"},
            MapOf(words.text(1, 250), words.choice(*RULES, what="a hotline rule (H01 to H12)")),
        ),
    }
)
