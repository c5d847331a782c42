"""Keys about numbers, sounds, languages and what flows reach outside."""

from __future__ import annotations

import re

from .. import phone, quotas
from ..suggest import did_you_mean
from . import words
from .common import TEXT, entry
from .shapes import BadWord, Either, Field, ListOf, MapOf, Raw, Reading, Record, Word

LAMBDA = "arn:aws:lambda:eu-central-1:123456789012:function:lookup"
BOT = "arn:aws:lex:eu-central-1:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST"


def _country(word: str, _: Reading) -> str:
    if word not in phone.countries():
        hint = f'write "{word.upper()}"' if word.upper() in phone.countries() else "a two-letter code such as FR"
        raise BadWord(f'"{word}" is no ISO country code', hint, "bad-country")
    return word


def _skill(word: str, reading: Reading) -> str:
    if word == "language":
        hint = "leave it out: languages are there by themselves"
        raise BadWord('"language" is what holds the languages of the centre', hint, "bad-name")
    return str(words.key().parse(word, reading))


def _origin(word: str, _: Reading) -> str:
    if len(word) > 267:
        raise BadWord(f"an origin of {len(word)} characters, Connect takes 267", code="too-long")
    found = re.fullmatch(r"(?P<scheme>[a-z]+)://(?P<host>[A-Za-z0-9.-]+(:\d{1,5})?)(?P<path>/\S*)?", word)
    if found is None or (found["scheme"] != "https" and not found["host"].startswith("localhost")):
        raise BadWord(f'"{word}" is not the origin of a web page', "for example https://desk.example.org", "bad-value")
    if found["path"]:
        raise BadWord(f'"{word}" names a page', f"write {found['scheme']}://{found['host']}", "bad-value")
    return word


def _quota(word: str, _: Reading) -> str:
    if word not in quotas.defaults():
        raise BadWord(f'unknown quota "{word}"', did_you_mean(word, quotas.defaults(), 20), "unknown-key")
    return word


SKILL = words.pattern("a value of a skill", r"[^|=:]{1,100}", "1 to 100 characters without | = :", number=True)
PREFIX = words.pattern("a prefix such as +331", r"\+[1-9]\d{0,10}", 'write it as "+331"', "bad-phone", number=True)
NUMBER = Record(
    {
        **entry(500, example="Main line"),
        "country": Field(
            "ISO country code.",
            "FR",
            Word("a country code", {"type": "string", "pattern": "^[A-Z]{2}$"}, _country),
            required=True,
        ),
        "type": Field("Kind of number.", "did", words.choice("did", "toll_free", "uifn"), default="did"),
        "prefix": Field("How the number must begin.", "+331", PREFIX),
        "candidates": Field(
            "Prefixes tried in order when the number is claimed; a claimed number stays.",
            ["+331", "+33"],
            ListOf(PREFIX, least=1, most=10),
        ),
        "number": Field(
            "A number that the account holds already (a ported one): it is used, never released.",
            "+33199000100",
            words.PHONE,
        ),
        "flow": Field("The inbound flow that answers.", "welcome", words.reference("flows", "flow"), required=True),
        "language": Field("The language of its callers.", "fr", words.reference("languages", "language")),
        "sets": Field(
            "Contact attributes of its callers.",
            {"line": "nurses"},
            MapOf(
                words.text(1, 1000), words.pattern("an attribute's name", r"[A-Za-z0-9][\w.-]*", "letters and digits")
            ),
        ),
        "keep": Field(
            "Never released by `down`: a released number is locked for 180 days.", True, words.BOOLEAN, default=True
        ),
        "published_as": Field("The public number that is forwarded here.", "+33199000200", words.PHONE),
    }
)
LANGUAGE_CODE = words.pattern(
    "a language code", r"[a-z]{2,3}(-[A-Z]{2}(-[A-Z]{3})?)?", "for example fr-FR, en-GB, es-ES or arb", "bad-language"
)
LANGUAGE = Record(
    {
        "code": Field("The code that Connect and Polly use.", "fr-FR", LANGUAGE_CODE, required=True),
        "voice": Field("A Polly voice, or none = recorded prompts only.", "Lea", words.text(1, 40)),
        "engine": Field("How the voice is made.", "neural", words.choice("standard", "neural", "generative")),
    }
)
PATH = words.text(1, 500)
PROMPT = Either(
    "a file or a map of files by language",
    scalar=PATH,
    mapping=Raw({"type": "object", "additionalProperties": {"type": "string"}}),
)
ATTRIBUTE = Record(
    {
        "values": Field("The only values it may take.", ["cut-off", "new"], ListOf(words.text(1, 1000))),
        "personal": Field(
            "It holds personal data: what callers type may be kept in it, and nowhere else (rule H12).",
            True,
            words.BOOLEAN,
            default=False,
        ),
    }
)
ATTRIBUTE_NAME = words.pattern("an attribute's name", r"[A-Za-z0-9][\w.-]*", "letters, digits, - and _")

NUMBER_KEYS = {
    "languages": Field(
        "The centre's languages; the first is the main one.",
        {"fr": {"code": "fr-FR", "voice": "Lea"}, "en": {"code": "en-GB", "voice": "Amy"}},
        MapOf(LANGUAGE, words.pattern("a language's key", r"[a-z]{2,3}(-[a-z]{2})?", "for example fr", "bad-key")),
    ),
    "texts": Field(
        "Texts by key, beside those in texts/*.csv and texts/*.yaml.",
        {"closed": {"fr": "Nous sommes fermés.", "en": "We are closed."}},
        MapOf(TEXT, words.key()),
    ),
    "external_numbers": Field(
        "Numbers of others, by key.", {"emergency-desk": "+33199000110"}, MapOf(words.PHONE, words.key())
    ),
    "phone_numbers": Field(
        "Numbers that people call.", {"main": {"country": "FR", "flow": "welcome"}}, MapOf(NUMBER, words.key())
    ),
    "prompts": Field(
        "Sound files: any PCM or mu-law WAV.", {"hold-music": "prompts/hold.wav"}, MapOf(PROMPT, words.key())
    ),
    "lambdas": Field(
        "Functions that flows may call.",
        {"lookup": LAMBDA},
        MapOf(
            words.pattern(
                "a Lambda function's ARN",
                r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]+)?",
                f"for example {LAMBDA}",
                "bad-arn",
            ),
            words.key(),
        ),
    ),
    "bots": Field(
        "Lex V2 bots that flows may ask, each by the ARN of its alias.",
        {"faq": BOT},
        MapOf(
            words.pattern(
                "the ARN of a Lex V2 bot's alias",
                r"arn:aws:lex:[a-z0-9-]+:\d{12}:bot-alias/[A-Z0-9]{10}/[A-Z0-9]{10}",
                f"for example {BOT}",
                "bad-arn",
            ),
            words.key(),
        ),
    ),
    "approved_origins": Field(
        "Web pages that may hold the agents' panel: scheme, host and port, no path.",
        ["https://desk.example.org"],
        ListOf(Word("the origin of a web page", {"type": "string", "maxLength": 267}, _origin), single=True, most=100),
    ),
    "skills": Field(
        "What agents may be good at, skill by skill with its values; a roster gives levels, such as product=fibre:4.",
        {"product": ["fibre", "tv"]},
        MapOf(ListOf(SKILL), Word("a skill", words.key().schema(), _skill)),
    ),
    "attributes": Field(
        "The contact attributes that flows may set; any where absent.",
        {"reason": {"values": ["cut-off", "new"]}, "patient-id": {"personal": True}},
        MapOf(ATTRIBUTE, ATTRIBUTE_NAME),
    ),
    "quotas": Field(
        "Limits that the account was granted above the service's defaults.",
        {"concurrent_calls": 120, "users": 600},
        MapOf(words.integer(1, 1_000_000), Word("a quota", {"type": "string"}, _quota)),
    ),
}
