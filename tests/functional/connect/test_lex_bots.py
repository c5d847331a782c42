"""A Lex V2 bot from nothing to an alias that Connect may use, as a client of its control plane sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ccdeploy.sandbox import control
from ccdeploy.sandbox.lex.models import answered, operations
from ccdeploy.sandbox.server import Running

from .conftest import Centre, client, make_centre

ROLE = "arn:aws:iam::123456789012:role/bots-role-example"
SETTINGS = {
    "botName": "lines",
    "roleArn": ROLE,
    "dataPrivacy": {"childDirected": False},
    "idleSessionTTLInSeconds": 300,
}
Json = dict[str, Any]


def lex_client(running: Running) -> Any:
    return client("lexv2-models", running.endpoint)


@pytest.fixture
def lex(sandbox: Running) -> Any:
    return lex_client(sandbox)


def prompt(text: str) -> Json:
    group = {"message": {"plainTextMessage": {"value": text}}}
    return {"messageGroups": [group], "maxRetries": 2}


def french(lex: Any, name: str = "lines") -> Json:
    """A bot with an empty French locale; where its contents go."""
    bot = lex.create_bot(**{**SETTINGS, "botName": name})["botId"]
    where = {"botId": bot, "botVersion": "DRAFT", "localeId": "fr_FR"}
    lex.create_bot_locale(
        **where, nluIntentConfidenceThreshold=0.4, voiceSettings={"voiceId": "Lea", "engine": "neural"}
    )
    return where


def self_check(lex: Any, where: Json) -> Json:
    """A slot type, an intent with a required slot, and the slot's place; their ids."""
    values = [{"sampleValue": {"value": "oui"}, "synonyms": [{"value": "d'accord"}]}, {"sampleValue": {"value": "non"}}]
    kind = lex.create_slot_type(
        **where,
        slotTypeName="OuiNon",
        slotTypeValues=values,
        valueSelectionSetting={"resolutionStrategy": "TopResolution"},
    )["slotTypeId"]
    intent = {"intentName": "Bilan", "sampleUtterances": [{"utterance": "faire un bilan {Fievre}"}]}
    made = lex.create_intent(**where, **intent)["intentId"]
    elicit = {"slotConstraint": "Required", "promptSpecification": prompt("De la fièvre ?")}
    slot = lex.create_slot(**where, intentId=made, slotName="Fievre", slotTypeId=kind, valueElicitationSetting=elicit)[
        "slotId"
    ]
    ranked = [{"priority": 1, "slotId": slot}]
    lex.update_intent(**where, intentId=made, **intent, slotPriorities=ranked)
    return {"intent": made, "slot": slot, "kind": kind}


def finished(lex: Any, where: Json) -> str:
    """Build, number and name it; the ARN of the alias."""
    bot = {"botId": where["botId"]}
    lex.build_bot_locale(**where)
    source = {where["localeId"]: {"sourceBotVersion": "DRAFT"}}
    version = lex.create_bot_version(**bot, botVersionLocaleSpecification=source)["botVersion"]
    enabled = {where["localeId"]: {"enabled": True}}
    alias = lex.create_bot_alias(**bot, botAliasName="live", botVersion=version, botAliasLocaleSettings=enabled)
    return f"arn:aws:lex:eu-central-1:123456789012:bot-alias/{where['botId']}/{alias['botAliasId']}"


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def test_a_bot_goes_from_nothing_to_an_alias_that_connect_uses(centre: Centre, lex: Any) -> None:
    where = french(lex)
    ids = self_check(lex, where)
    assert lex.describe_bot_locale(**where)["botLocaleStatus"] == "NotBuilt"
    alias = finished(lex, where)
    locale = lex.describe_bot_locale(**where)
    assert (locale["botLocaleStatus"], locale["localeName"]) == ("Built", "French (France)")
    assert (locale["intentsCount"], locale["slotTypesCount"]) == (2, 1)
    numbered = {**where, "botVersion": "1"}
    assert lex.describe_slot(**numbered, intentId=ids["intent"], slotId=ids["slot"])["slotTypeId"] == ids["kind"]

    centre.call("associate_bot", LexV2Bot={"AliasArn": alias})
    assert centre.call("list_bots", LexVersion="V2")["LexBots"] == [{"LexV2Bot": {"AliasArn": alias}}]
    policy = json.loads(lex.describe_resource_policy(resourceArn=alias)["policy"])
    assert policy["Statement"][0]["Condition"]["ArnEquals"] == {"AWS:SourceArn": centre.arn}
    centre.call("disassociate_bot", LexV2Bot={"AliasArn": alias})
    assert refused(lex.describe_resource_policy, resourceArn=alias)[:2] == ("ResourceNotFoundException", 404)


def test_connect_refuses_an_alias_that_is_not_there(centre: Centre) -> None:
    nowhere = "arn:aws:lex:eu-central-1:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST"
    with pytest.raises(ClientError, match="bot alias not found"):
        centre.call("associate_bot", LexV2Bot={"AliasArn": nowhere})


def test_a_version_keeps_what_the_draft_no_longer_has(lex: Any) -> None:
    where = french(lex)
    ids = self_check(lex, where)
    finished(lex, where)
    lex.delete_intent(**where, intentId=ids["intent"])
    assert [one["intentName"] for one in lex.list_intents(**where)["intentSummaries"]] == ["FallbackIntent"]
    kept = lex.list_intents(**{**where, "botVersion": "1"}, sortBy={"attribute": "IntentName", "order": "Ascending"})
    assert [one["intentName"] for one in kept["intentSummaries"]] == ["Bilan", "FallbackIntent"]
    assert lex.describe_bot_locale(**where)["botLocaleStatus"] == "NotBuilt"
    assert lex.list_bots()["botSummaries"][0]["latestBotVersion"] == "1"


def test_a_build_tells_everything_that_is_wrong(lex: Any) -> None:
    where = french(lex)
    lex.build_bot_locale(**where)
    empty = lex.describe_bot_locale(**where)
    assert (empty["botLocaleStatus"], len(empty["failureReasons"])) == ("Failed", 1)
    lex.create_slot_type(**where, slotTypeName="Nothing")
    for name in ("One", "Two"):
        made = lex.create_intent(
            **where, intentName=name, sampleUtterances=[{"utterance": "the same"}, {"utterance": "and {absent}"}]
        )["intentId"]
    lex.create_slot(
        **where,
        intentId=made,
        slotName="Date",
        slotTypeId="AMAZON.Date",
        valueElicitationSetting={"slotConstraint": "Required"},
    )
    lex.build_bot_locale(**where)
    reasons = lex.describe_bot_locale(**where)["failureReasons"]
    for words in (
        "'the same' is in the intents One and Two",
        "no slot absent",
        "no priority",
        "no prompt",
        "no values",
    ):
        assert any(words in reason for reason in reasons), (words, reasons)


def test_at_the_real_pace_everything_takes_its_time(serving: Callable[..., Running]) -> None:
    running = serving(pace="real")
    lex = lex_client(running)
    made = lex.create_bot(**SETTINGS)
    bot = {"botId": made["botId"]}
    assert made["botStatus"] == lex.describe_bot(**bot)["botStatus"] == "Creating"
    where = {**bot, "botVersion": "DRAFT", "localeId": "de_DE"}
    code, status, text = refused(lex.create_bot_locale, **where, nluIntentConfidenceThreshold=0.4)
    assert (code, status, "Creating" in text) == ("PreconditionFailedException", 412, True)
    control.move_clock(running.endpoint, 60)
    lex.get_waiter("bot_available").wait(**bot)
    lex.create_bot_locale(**where, nluIntentConfidenceThreshold=0.4)
    control.move_clock(running.endpoint, 60)
    lex.create_intent(**where, intentName="Hallo", sampleUtterances=[{"utterance": "hallo"}])
    assert lex.build_bot_locale(**where)["botLocaleStatus"] == "Building"
    assert lex.describe_bot_locale(**where)["botLocaleStatus"] == "Building"
    control.move_clock(running.endpoint, 60)
    lex.get_waiter("bot_locale_built").wait(**where)
    assert lex.delete_bot(**bot)["botStatus"] == "Deleting"
    assert lex.describe_bot(**bot)["botStatus"] == "Deleting"
    control.move_clock(running.endpoint, 60)
    assert refused(lex.describe_bot, **bot)[0] == "ResourceNotFoundException"
    assert lex.list_bots()["botSummaries"] == []
    assert lex.create_bot(**SETTINGS)["botId"] != bot["botId"]


NOWHERE = "AAAAAAAAAA"
TAKEN = ("ConflictException", 409)
WRONG = ("ValidationException", 400)
MISSING = ("ResourceNotFoundException", 404)
NOT_READY = ("PreconditionFailedException", 412)
OPTIONAL = {"slotConstraint": "Optional"}
ELICIT = {"valueElicitationSetting": OPTIONAL}
RANKED = [{"priority": 1, "slotId": NOWHERE}]
REFUSALS: list[tuple[str, str, Callable[[Json, Json], Json], tuple[str, int]]] = [
    ("create_bot", "taken name", lambda w, i: SETTINGS, TAKEN),
    ("create_bot", "bad name", lambda w, i: {**SETTINGS, "botName": "two words"}, WRONG),
    ("create_bot", "short session", lambda w, i: {**SETTINGS, "idleSessionTTLInSeconds": 5}, WRONG),
    ("create_bot", "no role", lambda w, i: {**SETTINGS, "roleArn": "x"}, WRONG),
    ("describe_bot", "absent", lambda w, i: {"botId": NOWHERE}, MISSING),
    ("delete_bot", "absent", lambda w, i: {"botId": NOWHERE}, NOT_READY),
    ("delete_bot", "with an alias", lambda w, i: {"botId": w["botId"]}, TAKEN),
    ("create_bot_locale", "second", lambda w, i: {**w, "nluIntentConfidenceThreshold": 0.4}, TAKEN),
    (
        "create_bot_locale",
        "unknown language",
        lambda w, i: {**w, "localeId": "la_VA", "nluIntentConfidenceThreshold": 0.4},
        WRONG,
    ),
    (
        "create_bot_locale",
        "threshold of 2",
        lambda w, i: {**w, "localeId": "de_DE", "nluIntentConfidenceThreshold": 2},
        WRONG,
    ),
    ("create_intent", "taken name", lambda w, i: {**w, "intentName": "Bilan"}, TAKEN),
    ("create_intent", "in a version", lambda w, i: {**w, "botVersion": "1", "intentName": "X"}, WRONG),
    (
        "create_intent",
        "unknown parent",
        lambda w, i: {**w, "intentName": "X", "parentIntentSignature": "AMAZON.NoIntent"},
        WRONG,
    ),
    ("create_intent", "no locale", lambda w, i: {**w, "localeId": "de_DE", "intentName": "X"}, NOT_READY),
    ("describe_intent", "absent", lambda w, i: {**w, "intentId": NOWHERE}, MISSING),
    ("delete_intent", "the fallback", lambda w, i: {**w, "intentId": "FALLBCKINT"}, NOT_READY),
    (
        "update_intent",
        "priority of no slot",
        lambda w, i: {**w, "intentId": i["intent"], "intentName": "B", "slotPriorities": RANKED},
        WRONG,
    ),
    (
        "create_slot",
        "taken name",
        lambda w, i: {**w, "intentId": i["intent"], "slotName": "Fievre", "valueElicitationSetting": OPTIONAL},
        TAKEN,
    ),
    (
        "create_slot",
        "unknown type",
        lambda w, i: {**w, "intentId": i["intent"], "slotName": "B", "slotTypeId": NOWHERE, **ELICIT},
        WRONG,
    ),
    (
        "create_slot",
        "no intent",
        lambda w, i: {**w, "intentId": NOWHERE, "slotName": "B", "valueElicitationSetting": OPTIONAL},
        NOT_READY,
    ),
    ("delete_slot_type", "in use", lambda w, i: {**w, "slotTypeId": i["kind"]}, TAKEN),
    ("create_slot_type", "taken name", lambda w, i: {**w, "slotTypeName": "OuiNon"}, TAKEN),
    (
        "create_bot_version",
        "no such locale",
        lambda w, i: {"botId": w["botId"], "botVersionLocaleSpecification": {"de_DE": {"sourceBotVersion": "DRAFT"}}},
        NOT_READY,
    ),
    ("delete_bot_version", "in use", lambda w, i: {"botId": w["botId"], "botVersion": "1"}, TAKEN),
    ("create_bot_alias", "taken name", lambda w, i: {"botId": w["botId"], "botAliasName": "live"}, TAKEN),
    (
        "create_bot_alias",
        "no such version",
        lambda w, i: {"botId": w["botId"], "botAliasName": "b", "botVersion": "9"},
        NOT_READY,
    ),
    (
        "delete_bot_alias",
        "the test alias",
        lambda w, i: {"botId": w["botId"], "botAliasId": "TSTALIASID"},
        NOT_READY,
    ),
    ("list_intents", "a token of nobody", lambda w, i: {**w, "nextToken": "abc"}, WRONG),
    ("tag_resource", "reserved", lambda w, i: {"resourceARN": i["bot"], "tags": {"aws:x": "y"}}, WRONG),
    ("list_tags_for_resource", "absent", lambda w, i: {"resourceARN": i["bot"][:-10] + NOWHERE}, MISSING),
    ("create_resource_policy", "no JSON", lambda w, i: {"resourceArn": i["bot"], "policy": "{"}, WRONG),
    ("update_resource_policy", "none", lambda w, i: {"resourceArn": i["bot"], "policy": "{}"}, MISSING),
]


def test_lex_refuses_what_breaks_its_rules(lex: Any) -> None:
    where = french(lex)
    ids = {**self_check(lex, where), "bot": f"arn:aws:lex:eu-central-1:123456789012:bot/{where['botId']}"}
    finished(lex, where)
    wrong = {
        f"{method}: {cause}": (got[:2], expected)
        for method, cause, given, expected in REFUSALS
        if (got := refused(getattr(lex, method), **given(where, ids)))[:2] != expected or not got[2]
    }
    assert wrong == {}


def test_pages_filters_and_order_of_lists(lex: Any) -> None:
    where = french(lex)
    for number in (10, 9, 2):
        lex.create_intent(**where, intentName=f"Intent_{number}", sampleUtterances=[{"utterance": f"{number}"}])
    first = lex.list_intents(**where, maxResults=3)
    rest = lex.list_intents(**where, maxResults=3, nextToken=first["nextToken"])
    assert len(first["intentSummaries"]) + len(rest["intentSummaries"]) == 4
    assert "nextToken" not in rest
    assert refused(lex.list_slot_types, **where, nextToken=first["nextToken"])[0] == "ValidationException"
    only = lex.list_intents(**where, filters=[{"name": "IntentName", "operator": "CO", "values": ["tent_"]}])
    assert len(only["intentSummaries"]) == 3
    down = lex.list_intents(**where, sortBy={"attribute": "IntentName", "order": "Descending"})["intentSummaries"]
    names = [one["intentName"] for one in down]
    assert names == sorted(names, key=str.lower, reverse=True)
    french(lex, "other")
    same = [{"name": "BotName", "operator": "EQ", "values": ["other"]}]
    assert [one["botName"] for one in lex.list_bots(filters=same)["botSummaries"]] == ["other"]


def test_everything_can_be_changed_and_told_again(lex: Any) -> None:
    where = french(lex)
    ids = self_check(lex, where)
    finished(lex, where)
    bot = {"botId": where["botId"]}
    lex.update_bot(**bot, **{**SETTINGS, "botName": "renamed", "description": "d"})
    assert (lex.describe_bot(**bot)["botName"], lex.describe_bot(**bot)["description"]) == ("renamed", "d")
    lex.update_bot_locale(**where, nluIntentConfidenceThreshold=0.6)
    told = lex.describe_bot_locale(**where)
    assert (told["nluIntentConfidenceThreshold"], "voiceSettings" in told) == (0.6, False)
    slot = {**where, "intentId": ids["intent"], "slotId": ids["slot"]}
    lex.update_slot(**slot, slotName="Temp", slotTypeId="AMAZON.Number", valueElicitationSetting=OPTIONAL)
    assert lex.describe_slot(**slot)["slotTypeId"] == "AMAZON.Number"
    assert [one["slotName"] for one in lex.list_slots(**where, intentId=ids["intent"])["slotSummaries"]] == ["Temp"]
    kind = {**where, "slotTypeId": ids["kind"]}
    lex.update_slot_type(**kind, slotTypeName="Wahl", slotTypeValues=[{"sampleValue": {"value": "ja"}}])
    assert lex.describe_slot_type(**kind)["slotTypeName"] == "Wahl"
    assert lex.list_slot_types(**where)["slotTypeSummaries"][0]["slotTypeCategory"] == "Custom"
    lex.delete_slot(**slot)
    assert "slotPriorities" not in lex.describe_intent(**where, intentId=ids["intent"])
    lex.delete_slot_type(**kind)

    alias = next(a for a in lex.list_bot_aliases(**bot)["botAliasSummaries"] if a["botAliasName"] == "live")
    named = {**bot, "botAliasId": alias["botAliasId"]}
    lex.update_bot_alias(**named, botAliasName="night", botVersion="1")
    assert lex.describe_bot_alias(**named)["botAliasName"] == "night"
    lex.delete_bot_alias(**named)
    lex.delete_bot_version(**bot, botVersion="1")
    assert [one["botVersion"] for one in lex.list_bot_versions(**bot)["botVersionSummaries"]] == ["DRAFT"]
    assert lex.list_bot_locales(**bot, botVersion="DRAFT")["botLocaleSummaries"][0]["localeId"] == "fr_FR"
    lex.delete_bot_locale(**where)
    lex.delete_bot(**bot)
    assert lex.list_bots()["botSummaries"] == []
    assert lex.list_built_in_intents(localeId="fr_FR")["builtInIntentSummaries"]
    assert lex.list_built_in_slot_types(localeId="fr_FR")["builtInSlotTypeSummaries"]


def test_tags_and_policies_of_bots_and_aliases(lex: Any) -> None:
    made = lex.create_bot(**SETTINGS, botTags={"a": "1"}, testBotAliasTags={"t": "2"})
    bot = f"arn:aws:lex:eu-central-1:123456789012:bot/{made['botId']}"
    alias = bot.replace(":bot/", ":bot-alias/") + "/TSTALIASID"
    lex.tag_resource(resourceARN=bot, tags={"b": "3"})
    lex.untag_resource(resourceARN=bot, tagKeys=["a"])
    assert lex.list_tags_for_resource(resourceARN=bot)["tags"] == {"b": "3"}
    assert lex.list_tags_for_resource(resourceARN=alias)["tags"] == {"t": "2"}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "lex:RecognizeText", "Resource": bot}
    one = lex.create_resource_policy(resourceArn=bot, policy=json.dumps({"Statement": [statement]}))["revisionId"]
    assert refused(lex.create_resource_policy, resourceArn=bot, policy='{"Statement": []}')[1] == 412
    two = lex.create_resource_policy_statement(
        resourceArn=bot,
        statementId="other",
        effect="Deny",
        principal=[{"service": "connect.amazonaws.com"}],
        action=["lex:StartConversation"],
        expectedRevisionId=one,
    )["revisionId"]
    assert refused(lex.delete_resource_policy, resourceArn=bot, expectedRevisionId=one)[1] == 412
    assert len(json.loads(lex.describe_resource_policy(resourceArn=bot)["policy"])["Statement"]) == 2
    lex.delete_resource_policy_statement(resourceArn=bot, statementId="other", expectedRevisionId=two)
    lex.update_resource_policy(resourceArn=bot, policy=json.dumps({"Statement": [statement]}))
    lex.delete_resource_policy(resourceArn=bot)
    assert refused(lex.describe_resource_policy, resourceArn=bot)[1] == 404


def test_a_bot_survives_a_restart(tmp_path: Any, serving: Callable[..., Running]) -> None:
    running = serving(tmp_path)
    where = french(lex_client(running))
    ids = self_check(lex_client(running), where)
    alias = finished(lex_client(running), where)
    running.stop()
    lex = lex_client(again := serving(tmp_path))
    assert lex.describe_intent(**where, intentId=ids["intent"])["slotPriorities"][0]["slotId"] == ids["slot"]
    make_centre(again.endpoint).call("associate_bot", LexV2Bot={"AliasArn": alias})


def test_what_is_not_built_is_said_in_words(lex: Any) -> None:
    absent = [name for name, one in operations().items() if one.method_name not in answered()]
    assert len(operations()) - len(absent) >= 46
    code, status, text = refused(lex.list_imports)
    assert (code, status, "ListImports" in text) == ("UnknownOperationException", 501, True)
