"""A client that nobody wrote: requests made of the service's own model, legal, wrong and absurd."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from ccdeploy.sandbox.app import Application

REGION = "eu-central-1"
Json = dict[str, Any]
_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "", " ", "\x00", "é" * 3000, "../..", "a" * 5000,
    "arn:aws:connect", "arn:aws:connect:eu-central-1:123456789012:instance/x/queue/y", "arn:::::", ":", "/", "{}",
    "%00", "null", [], {}, [None], [[]], {"": None}, {"a": {"b": {"c": []}}}, [1, "a", None], "\ud800", "2026-02-30",
    "٣",
)  # fmt: skip


class Stranger:
    """Makes requests; `known` are identifiers, ARNs and names of things that exist, by the members that take them."""

    def __init__(self, known: Mapping[str, Sequence[str]], seed: int) -> None:
        self._random = random.Random(seed)
        self._known = known
        self._every = [value for values in known.values() for value in values]

    def legal(self, shape: Any, depth: int = 0) -> Any:
        """A value that `shape` allows, as far as its bounds say."""
        chance = self._random
        kind, meta = shape.type_name, shape.metadata
        if kind == "structure":
            return {
                member.serialization.get("name", name): self._member(name, member, depth + 1)
                for name, member in shape.members.items()
                if name in shape.required_members or chance.random() < 0.5 / (depth + 1)
            }
        if kind == "list":
            low, high = meta.get("min", 0), min(meta.get("max", 3), 3)
            return [self.legal(shape.member, depth + 1) for _ in range(chance.randint(low, max(low, high)))]
        if kind == "map":
            return {self.legal(shape.key): self.legal(shape.value, depth + 1) for _ in range(chance.randint(0, 2))}
        return self._plain(shape)

    def _member(self, name: str, shape: Any, depth: int) -> Any:
        if self._random.random() < 0.9:
            if name in self._known:
                return self._random.choice(self._known[name])
            if name[:-1] in self._known and shape.type_name == "list":
                return [self._random.choice(self._known[name[:-1]])]
        return self.legal(shape, depth)

    def _plain(self, shape: Any) -> Any:
        chance, kind, meta = self._random, shape.type_name, shape.metadata
        if kind == "boolean":
            return chance.random() < 0.5
        if kind == "timestamp":
            return chance.choice((0, 1_790_000_000, 1_790_000_000.5))
        if kind in ("integer", "long", "float", "double"):
            low = meta.get("min", 0)
            return chance.randint(int(low), max(int(low), int(meta.get("max", low + 50))))
        if "enum" in meta:
            return chance.choice(meta["enum"])
        if chance.random() < 0.2:
            return chance.choice(self._every)
        text = chance.choice(
            ("example", "Ada Example", "+33199000042", "2026-11-22", "fr-FR", "{}", "a@example.org", "00:00")
        )
        return text[: meta.get("max", 99)].ljust(meta.get("min", 0), "x")

    def spoiled(self, value: Any) -> Any:
        """The same with one thing in it wrong: of another type, missing, too long, unknown."""
        chance = self._random
        if isinstance(value, dict) and value and chance.random() < 0.8:
            key = chance.choice(list(value))
            if chance.random() < 0.15:
                return {k: v for k, v in value.items() if k != key}
            return {**value, key: self.spoiled(value[key])}
        if isinstance(value, list) and value and chance.random() < 0.7:
            index = chance.randrange(len(value))
            return [*value[:index], self.spoiled(value[index]), *value[index + 1 :]]
        if isinstance(value, list) and value and chance.random() < 0.3:
            return value * 400
        return chance.choice(_ODD)


def send(application: Application, service: str, operation: Any, params: Any) -> tuple[int, Json, bytes]:
    """Send `params` (names as on the wire) to the server without a socket: status, headers, body."""
    path, query, body = operation.http["requestUri"].split("?")[0], {}, {}
    members = operation.input_shape.members if operation.input_shape is not None else {}
    places = {m.serialization.get("name", name): m.serialization.get("location") for name, m in members.items()}
    given = params if isinstance(params, dict) else {}
    for name, value in given.items():
        if places.get(name) == "uri":
            path = path.replace(f"{{{name}}}", quote(_text(value), safe="")).replace(
                f"{{{name}+}}", quote(_text(value))
            )
        elif places.get(name) == "querystring":
            query[name] = [_text(one) for one in value] if isinstance(value, list) else _text(value)
        else:
            body[name] = value
    document = json.dumps(body if isinstance(params, dict) else params).encode() if body or not given else b""
    return raw(application, service, operation.http["method"], path, urlencode(query, doseq=True), document)


def raw(
    application: Application, service: str, method: str, path: str, query: str, body: bytes
) -> tuple[int, Json, bytes]:
    """One request as the server's own front hands it on."""
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "REQUEST_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=x/20260101/{REGION}/{service}/aws4_request, Signature=0",
        "wsgi.input": io.BytesIO(body),
    }

    def start(status: str, headers: Iterable[tuple[str, str]]) -> None:
        started[:] = [int(status.split()[0]), {name.lower(): value for name, value in headers}]

    answer = b"".join(application(environ, start))
    return started[0], started[1], answer


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else json.dumps(value)


def furnish(centre: Any) -> dict[str, list[str]]:
    """One thing of each kind in the instance; its identifiers, ARNs and names by the members that take them."""
    call = centre.call
    hours = centre.first("list_hours_of_operations", "HoursOfOperationSummaryList")
    body = json.dumps({"Version": "2019-10-30", "StartAction": "x", "Actions": [_END]})
    ended = {**_END, "Type": "EndFlowModuleExecution"}
    plain = json.dumps({"Version": "2019-10-30", "StartAction": "x", "Actions": [ended], "Settings": _SETTINGS})
    call("update_user_hierarchy_structure", HierarchyStructure={"LevelOne": {"Name": "Site"}})
    call("create_predefined_attribute", Name="skill", Values={"StringList": ["fr"]})
    phone = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+33199000042"}}
    search = call("search_available_phone_numbers", PhoneNumberCountryCode="FR", PhoneNumberType="DID")
    number = search["AvailableNumbersList"]
    override = {
        "Config": [],
        "EffectiveFrom": "2026-12-24",
        "EffectiveTill": "2026-12-26",
        "HoursOfOperationId": hours,
        "Name": "Holiday",
    }
    made = [
        call("create_queue", Name="Nurses", HoursOfOperationId=hours),
        call("create_contact_flow", Name="Line", Type="CONTACT_FLOW", Content=body),
        call("create_contact_flow_module", Name="Part", Content=plain),
        call("create_quick_connect", Name="Desk", QuickConnectConfig=phone),
        call("create_agent_status", Name="Break", State="ENABLED"),
        call("create_user_hierarchy_group", Name="Lyon"),
        call("create_security_profile", SecurityProfileName="Nurse"),
        call("create_hours_of_operation_override", **override),
        call("claim_phone_number", PhoneNumber=number[0]["PhoneNumber"]),
        call("create_vocabulary", VocabularyName="words", LanguageCode="fr-FR", Content="x"),
    ]
    known: dict[str, list[str]] = {"PhoneNumber": [number[1]["PhoneNumber"]], "Name": ["skill", "Nurses", "new"]}
    for answer in made:
        for key, value in answer.items():
            if isinstance(value, str):
                known.setdefault(key, []).append(value)
    known["InstanceId"] = [centre.instance, centre.arn]
    known["HoursOfOperationId"] = [hours]
    known["UserId"] = [centre.user("ada")]
    known["PromptId"] = [centre.first("list_prompts", "PromptSummaryList")]
    known["RoutingProfileId"] = [centre.first("list_routing_profiles", "RoutingProfileSummaryList")]
    known["ContactFlowId"] += [f"{known['ContactFlowId'][0]}:$SAVED"]
    known |= _GOOD | {"Content": [body, plain]}
    known["resourceArn"] = [arns[0] for key, arns in known.items() if key.endswith(("Arn", "ARN"))]
    return known


def furnish_bot(lex: Any) -> dict[str, list[str]]:
    """A bot with one of everything, and its identifiers."""
    settings: Json = {
        "dataPrivacy": {"childDirected": False},
        "idleSessionTTLInSeconds": 300,
        "roleArn": _GOOD["roleArn"][0],
    }
    bot = lex.create_bot(botName="lines", **settings)["botId"]
    where = {"botId": bot, "botVersion": "DRAFT", "localeId": "fr_FR"}
    lex.create_bot_locale(**where, nluIntentConfidenceThreshold=0.4)
    intent = lex.create_intent(**where, intentName="Ask", sampleUtterances=[{"utterance": "hello"}])["intentId"]
    kind = lex.create_slot_type(**where, slotTypeName="Kind", slotTypeValues=[{"sampleValue": {"value": "a"}}])[
        "slotTypeId"
    ]
    slot = lex.create_slot(
        **where, intentId=intent, slotName="S", slotTypeId=kind, valueElicitationSetting={"slotConstraint": "Optional"}
    )["slotId"]
    lex.create_bot_version(botId=bot, botVersionLocaleSpecification={"fr_FR": {"sourceBotVersion": "DRAFT"}})
    alias = lex.create_bot_alias(botId=bot, botAliasName="live", botVersion="1")["botAliasId"]
    arn = f"arn:aws:lex:{REGION}:123456789012:bot-alias/{bot}/{alias}"
    single = {
        "botId": bot,
        "localeId": "fr_FR",
        "intentId": intent,
        "slotTypeId": kind,
        "slotId": slot,
        "botAliasId": alias,
    }
    many = {"botVersion": ["DRAFT", "1"], "resourceARN": [arn], "resourceArn": [arn], "AliasArn": [arn]}
    return {**{key: [value] for key, value in single.items()}, **many}


_GOOD = {
    "TimeZone": ["Europe/Paris"],
    "Origin": ["https://example.org"],
    "Key": ["-----BEGIN PUBLIC KEY-----"],
    "FromDate": ["2026-11-22"],
    "ToDate": ["2026-12-22"],
    "EffectiveFrom": ["2026-11-22"],
    "EffectiveTill": ["2026-12-22"],
    "Type": ["CONTACT_FLOW"],
    "Password": ["Example-Passw0rd"],
    "InstanceAlias": ["one", "two"],
    "LexVersion": ["V1", "V2"],
    "roleArn": ["arn:aws:iam::123456789012:role/bots-role-example"],
    "policy": ['{"Statement": []}'],
}
_END = {"Identifier": "x", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
_SETTINGS: Json = {"InputParameters": [], "OutputParameters": [], "Transitions": []}
