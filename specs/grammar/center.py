"""center.yaml, key by key: the one table behind its schema and its reader."""

from __future__ import annotations

from functools import cache

from ..model import StatePlace
from ..state_place import EXAMPLE, parse_place
from . import words
from .common import TAGS, TEXT, flow, moment_flows
from .instance import DATA, INSTANCE, RECORDING, REGION, SAFETY, TIME_ZONE
from .numbers import LANGUAGE_CODE, NUMBER_KEYS
from .people import PEOPLE_KEYS
from .routing import ROUTING_KEYS
from .shapes import BadWord, Field, MapOf, Raw, Reading, Record, Word


def _state(word: str, _: Reading) -> StatePlace | None:
    if word.rstrip("/") == ".ccdeploy":
        return None
    if not word.startswith("s3://"):
        raise BadWord(f'"{word}" is no store', f"write {EXAMPLE}, or .ccdeploy/ for this folder", "bad-value")
    try:
        return parse_place(word)
    except ValueError as error:
        message, hint = error.args
        raise BadWord(message, hint, "bad-value") from error


SWITCH = Record(
    {
        "say": Field("What callers hear while it is on.", "We are closed today. In an emergency dial 112.", TEXT),
        "emergency": Field(
            "Its words name an emergency number where a program cannot see it: in a recorded prompt.",
            True,
            words.BOOLEAN,
            default=False,
        ),
        "then": Field(
            "What comes after the words: continue (the call goes on as always) or hang_up.",
            "hang_up",
            words.choice("continue", "hang_up"),
        ),
        "transfer": Field(
            "A number, or the key of an external one, with which callers are connected while it is on; if nobody "
            "answers there the call goes on as always.",
            "emergency-desk",
            words.DIALLED,
        ),
    }
)


@cache
def center() -> Record:
    """The table of center.yaml."""
    return Record(
        {
            "center": Field(
                "The centre's key: prefix and tag of all that is made.",
                "covidom",
                words.key("a centre's key", 24),
                required=True,
            ),
            "title": Field("What people call it; the key where absent.", "Follow-up line", words.text(1, 127)),
            "region": Field("The AWS Region.", "eu-central-1", REGION, required=True),
            "account": Field(
                "The AWS account; on AWS any other one is refused.",
                "123456789012",
                words.pattern("an account of 12 digits", r"\d{12}", "for example 123456789012", number=True),
            ),
            "residency": Field(
                "Where data may lie. `eea`: only in Regions of the European Economic Area; Connect is there in "
                "eu-central-1. It is no certificate (HDS, ENS): what covers your account stands in AWS Artifact.",
                "eea",
                words.choice("eea"),
            ),
            "time_zone": Field("IANA time zone of all times.", "Europe/Paris", TIME_ZONE, required=True),
            "language": Field("The only language; `languages` for several.", "fr-FR", LANGUAGE_CODE),
            "voice": Field("The only language's Polly voice, or none.", "Lea", words.text(1, 40)),
            "instance": Field("The Connect instance.", {"alias": "covidom-suivi"}, INSTANCE, required=True),
            "recording": Field("What is recorded.", {"calls": ["agent", "customer"], "retention": "90d"}, RECORDING),
            "data": Field("Where logs and reports go.", {"logs": "30d"}, DATA),
            "safety": Field(
                "The line's promises. When it stands here the hotline rules are errors, else warnings.",
                {"emergency_numbers": ["15", "112"], "fallback": {"queue": "triage"}},
                SAFETY,
            ),
            "switches": Field(
                "Crisis switches: off until somebody turns one on (`ccdeploy switch closed on`, or in the console by "
                'opening the hours of operation "switch closed" around the clock). `up` never resets one. Every '
                "number's flow asks them first, in the order of the file.",
                {"closed": {"say": "We are closed today. In an emergency dial 112.", "then": "hang_up"}},
                MapOf(SWITCH, words.key("a switch's key", 20)),
            ),
            **ROUTING_KEYS,
            "defaults": Field(
                "Flows for all queues in place of the built-in ones.",
                {"waiting": "my-waiting"},
                Record(
                    {
                        **moment_flows(),
                        "transfer_to_queue": flow("transfer_to_queue", "Transfer to a queue (type queue_transfer)."),
                        "transfer_to_agent": flow("transfer_to_agent", "Transfer to a person (type agent_transfer)."),
                    }
                ),
            ),
            **PEOPLE_KEYS,
            **NUMBER_KEYS,
            "tags": Field("Tags of everything that can carry them.", {"owner": "crisis-cell"}, TAGS),
            "state": Field(
                "Where state, journals, the ledger of people and the lease live: this folder, or a bucket that several "
                "operators share (`s3://BUCKET/PREFIX`; options after `?`: `region`, `endpoint` of another S3, `key` "
                "of KMS). In a rehearsal it is the sandbox's own S3.",
                EXAMPLE,
                Word("a place", {"type": "string"}, _state),
                default=".ccdeploy/",
            ),
            "environments": Field(
                "An overlay for each stack: maps merge, lists and values replace, null removes.",
                {"rehearsal": {"instance": {"alias": "covidom-test"}}},
                MapOf(
                    Raw({"type": ["object", "null"], "description": "What differs in this stack."}),
                    words.key("a stack's name", 16),
                ),
            ),
        },
        what="a centre",
    )


@cache
def text_file() -> MapOf:
    """The table of texts/*.yaml."""
    return MapOf(TEXT, words.key("a text's key", 64))
