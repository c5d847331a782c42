"""calls/*.yaml, key by key: who dials what, what they hear, where they end up."""

from __future__ import annotations

import re
from functools import cache

from .. import nodes
from ..problems import Where
from . import words
from .shapes import BadWord, Field, Json, ListOf, MapOf, Raw, Reading, Record, Shape, Word, wrong_type


def _moment(word: str, _: Reading) -> str:
    import datetime as dt

    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", word):
            raise ValueError  # noqa: TRY301 - the same answer for both ways of being wrong
        dt.datetime.fromisoformat(word)
    except ValueError:
        raise BadWord(f'"{word}" is no moment', "write 2026-12-23T23:10", "bad-date") from None
    return word


def _press(word: str, reading: Reading) -> str:
    if word in {"hang_up", "hang up"}:
        return "hang_up"
    if word.startswith("wait "):
        DURATION.parse(word.removeprefix("wait ").strip(), reading)
        return word
    if word != "timeout" and not re.fullmatch(r"[0-9*#]{1,20}", word):
        hint = 'write "1", "*", "#", several digits, timeout, "wait 5m" or hang_up'
        raise BadWord(f'"{word}" is no key', hint, "bad-choice")
    return word


def _flow(word: str, reading: Reading) -> str:
    if word.startswith("built-in-"):  # one of those that every line gets without asking
        return word
    return str(words.reference("flows", "flow").parse(word, reading))


def _does(word: str, reading: Reading) -> str:  # noqa: ARG001 - as all parsers
    kind, _, rest = word.partition(" ")
    if word not in _DOES and not (kind == "transfer" and rest.strip()):
        hint = f"write {', '.join(_DOES)} or transfer QUICK-CONNECT"
        raise BadWord(f'"{word}" is nothing that an agent does', hint, "bad-choice")
    return word


def _caller(word: str, reading: Reading) -> str:
    return word if word == "withheld" else str(words.PHONE.parse(word, reading))


def _ends(word: str, reading: Reading) -> str:
    if word in {"hung_up", "agent", "error", "callback", "queue", "transfer"}:
        return word
    kind, _, rest = word.partition(" ")
    if kind not in {"queue", "callback", "transfer", "agent"} or not rest.strip():
        hint = "hung_up, queue KEY, callback KEY, transfer NUMBER or agent"
        raise BadWord(f'"{word}" is no end of a call', hint, "bad-choice")
    if kind in {"queue", "callback"}:
        words.reference("any_queue", "queue").parse(rest.strip(), reading)
    return word


DURATION = words.duration()
_DOES = ("hold", "agent_hold", "hang_up")


class HearsShape(Shape):
    """A list of texts, or one."""

    item = ListOf(words.text(1, 6000), single=True)

    def schema(self) -> Json:
        return self.item.schema()

    def read(self, node: nodes.Node, owner: Where, reading: Reading) -> object:
        if isinstance(node, nodes.Mapping):
            return wrong_type("a list of texts", node, reading)
        return self.item.read(node, owner, reading)


CALLER = Word("a telephone number or withheld", {"type": ["string", "integer"]}, _caller)
COUNT = words.integer(0, 100_000)
QUEUE_STATE = Record(
    {
        "waiting": Field("Callers who wait.", 4, COUNT),
        "oldest": Field("How long the oldest of them waits.", "5m", words.duration()),
        "staffed": Field("People signed in to it.", 3, COUNT),
        "available": Field("People free to answer.", 1, COUNT),
        "online": Field("People online.", 3, COUNT),
        "full": Field("It takes no more callers.", True, words.BOOLEAN),
        "answered_after": Field("How long this caller waits until an agent answers.", "4m", words.duration()),
    }
)
GIVEN = Record(
    {
        "queues": Field(
            "State of queues.",
            {"triage": {"waiting": 4, "staffed": 3}},
            MapOf(QUEUE_STATE, words.reference("any_queue", "queue")),
        ),
        "lambdas": Field(
            "What functions answer.",
            {"lookup": {"known": "yes"}},
            MapOf(Raw({"type": ["object", "string"]}), words.reference("lambdas", "lambda")),
        ),
        "numbers": Field(
            "What becomes of dialled numbers, by key or number.",
            {"desk": "busy"},
            MapOf(words.choice("answers", "busy", "no_answer"), words.text(1, 64)),
        ),
        "takes": Field(
            "Which branch steps take whose outcome cannot be known here: a bot's intent, a share, a reply.",
            {"ask-reason": "Appointment"},
            MapOf(words.text(1, 250), words.text(1, 100)),
        ),
        "agents": Field(
            "People of the rosters who are signed in and free.", ["lea.martin"], ListOf(words.text(1, 100), single=True)
        ),
        "agent_does": Field(
            "What the agent does who answers: hold, agent_hold, hang_up, or transfer QUICK-CONNECT.",
            ["hold", "hang_up"],
            ListOf(Word("what an agent does", {"type": "string"}, _does), single=True),
        ),
        "switches": Field(
            "Crisis switches that are on.",
            ["closed"],
            ListOf(words.reference("switches", "switch"), single=True),
        ),
        "callback": Field("What becomes of a booked callback.", "answered", words.choice("answered", "not_answered")),
        "fails": Field("Steps, actions or functions that fail.", ["lookup"], ListOf(words.text(1, 100), single=True)),
        "attributes": Field(
            "Contact attributes at the start.", {"language": "fr"}, MapOf(words.text(0, 1000), words.text(1, 200))
        ),
    }
)
EXPECT = Record(
    {
        "hears": Field("Texts of which each is heard, in part.", ["ouvert"], HearsShape()),
        "hears_not": Field("Texts that are not heard.", ["error"], HearsShape()),
        "ends": Field("How the call ends.", "queue triage", Word("an end", {"type": "string"}, _ends)),
        "attributes": Field(
            "Contact attributes at the end.", {"language": "fr"}, MapOf(words.text(0, 1000), words.text(1, 200))
        ),
    }
)


@cache
def calls() -> Record:
    """The table of calls/*.yaml."""
    call = Record(
        {
            "name": Field(
                "What is shown to be so.",
                "at night the caller hears the opening hours",
                words.text(1, 200),
                required=True,
            ),
            "to": Field("The key of the number dialled.", "main", words.reference("phone_numbers", "phone number")),
            "flow": Field("A flow, in place of a number.", "welcome", Word("a flow", {"type": "string"}, _flow)),
            "from": Field("The caller's number; withheld = none is shown.", "+33199000150", CALLER),
            "at": Field(
                "When, in the centre's time zone.", "2026-12-23T23:10", Word("a moment", {"type": "string"}, _moment)
            ),
            "press": Field(
                "Keys in the order in which they are asked for; timeout = none.",
                ["1"],
                ListOf(Word("a key", {"type": ["string", "integer"]}, _press), single=True),
            ),
            "given": Field("How the world is.", {"queues": {"triage": {"waiting": 4}}}, GIVEN),
            "expect": Field("What must come of it.", {"ends": "hung_up"}, EXPECT, required=True),
        }
    )
    return Record(
        {
            "calls": Field(
                "The calls of this script.",
                [{"name": "rings", "to": "main", "expect": {"ends": "agent"}}],
                ListOf(call, least=1),
                required=True,
            )
        }
    )
