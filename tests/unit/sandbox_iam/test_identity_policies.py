"""A policy is judged as IAM judges it."""

from __future__ import annotations

from typing import Any

import pytest
from ccdeploy.sandbox.iam.policy import Ask, BadPolicy, parse

QUEUE = "arn:aws:connect:eu-central-1:123456789012:instance/i/queue/q"


def judged(*statements: dict[str, Any], action: str = "connect:CreateQueue", **context: Any) -> str:
    rows = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    tags = {key.replace("__", "/").replace("_", ":", 1): value for key, value in context.items()}
    return parse({"Statement": rows}).decide(Ask(action, QUEUE, tags))


def test_what_nobody_allows_is_not_allowed() -> None:
    assert judged({"Action": "connect:DeleteQueue"}) == "unmatched"
    assert judged({"Action": "connect:CreateQueue"}) == "allowed"
    assert judged({"Action": "CONNECT:createqueue"}) == "allowed", "actions know no case"
    assert judged({"Action": "connect:*"}) == "allowed"
    assert judged({"Action": ["s3:*", "connect:Create?ueue"]}) == "allowed"


def test_a_deny_wins_wherever_it_stands() -> None:
    allow, deny = {"Action": "*"}, {"Effect": "Deny", "Action": "connect:Create*"}
    assert judged(allow, deny) == judged(deny, allow) == "denied"


def test_resources_are_patterns_and_know_case() -> None:
    where = "arn:aws:connect:*:123456789012:instance/i/"
    assert judged({"Action": "*", "Resource": f"{where}*"}) == "allowed"
    assert judged({"Action": "*", "Resource": where}) == "unmatched"
    assert judged({"Action": "*", "Resource": f"{where}*".upper()}) == "unmatched"
    assert judged({"Action": "*", "Resource": [f"{where}agent/*", f"{where}queue/?"]}) == "allowed"


def test_not_action_and_not_resource_turn_it_round() -> None:
    def one(**statement: Any) -> str:
        row = {"Effect": "Allow", **statement}
        return parse({"Statement": row}).decide(Ask("connect:CreateQueue", QUEUE))

    assert one(NotAction="connect:Delete*", Resource="*") == "allowed"
    assert one(NotAction="connect:Create*", Resource="*") == "unmatched"
    assert one(Action="*", NotResource=QUEUE) == "unmatched"


@pytest.mark.parametrize(
    ("condition", "have", "met"),
    [
        ({"StringEquals": {"aws:ResourceTag/k": "v"}}, ["v"], True),
        ({"StringEquals": {"aws:ResourceTag/k": ["u", "v"]}}, ["v"], True),
        ({"StringEquals": {"aws:ResourceTag/k": "V"}}, ["v"], False),
        ({"StringEqualsIgnoreCase": {"aws:ResourceTag/k": "V"}}, ["v"], True),
        ({"StringNotEquals": {"aws:ResourceTag/k": "v"}}, ["v"], False),
        ({"StringNotEquals": {"aws:ResourceTag/k": "v"}}, None, True),
        ({"StringLike": {"aws:ResourceTag/k": "v*"}}, ["value"], True),
        ({"StringEquals": {"aws:ResourceTag/k": "v"}}, None, False),
        ({"StringEqualsIfExists": {"aws:ResourceTag/k": "v"}}, None, True),
        ({"Null": {"aws:ResourceTag/k": "true"}}, None, True),
        ({"Null": {"aws:ResourceTag/k": True}}, ["v"], False),
        ({"ForAllValues:StringEquals": {"aws:ResourceTag/k": ["a", "b"]}}, ["a", "b"], True),
        ({"ForAllValues:StringEquals": {"aws:ResourceTag/k": ["a"]}}, ["a", "b"], False),
        ({"ForAnyValue:StringEquals": {"aws:ResourceTag/k": ["a"]}}, ["a", "b"], True),
        ({"StringEquals": {"aws:ResourceTag/k": "v"}, "Bool": {"aws:SecureTransport": "true"}}, ["v"], False),
    ],
)
def test_conditions(condition: dict[str, Any], have: list[str] | None, met: bool) -> None:
    policy = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}})
    context = {} if have is None else {"aws:resourcetag/k": have}
    assert policy.decide(Ask("a:B", "*", context)) == ("allowed" if met else "unmatched")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ({"Effect": "Maybe", "Action": "*", "Resource": "*"}, "Effect"),
        ({"Effect": "Allow", "Resource": "*"}, "Action"),
        ({"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}, "NotAction"),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}, "Principal"),
        ({"Effect": "Allow", "Action": 5, "Resource": "*"}, "5"),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Sounds": {"a": "b"}}}, "Sounds"),
        ("all of it", "object"),
    ],
)
def test_what_is_no_identity_policy_is_refused_with_the_reason(statement: Any, words: str) -> None:
    with pytest.raises(BadPolicy, match=words):
        parse({"Statement": [statement]})
    with pytest.raises(BadPolicy, match="Statement"):
        parse([])
