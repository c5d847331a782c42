"""Resource policies as they are kept, and the statement that Connect adds for an instance (Connect facts 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
VERSION = "2012-10-17"


def entry(old: Json | None, arn: str, document: Json, number: int) -> Json:
    """A policy as it is kept: the next revision after `old`, in the order of creation `number`."""
    revision = str(int(old["revisionId"]) + 1) if old is not None else "1"
    return {"Id": arn, "_n": number, "policy": document, "revisionId": revision}


def with_instance(old: Json | None, arn: str, instance: str) -> Json:
    """The document of `old` and the statement that lets the instance `instance` (an ARN) recognise speech."""
    account = instance.split(":")[4]
    statement = {
        "Sid": _sid(instance),
        "Effect": "Allow",
        "Principal": {"Service": ["connect.amazonaws.com"]},
        "Action": ["lex:RecognizeText", "lex:StartConversation"],
        "Resource": arn,
        "Condition": {"ArnEquals": {"AWS:SourceArn": instance}, "StringEquals": {"AWS:SourceAccount": account}},
    }
    return {"Version": VERSION, "Statement": [*_others(old, instance), statement]}


def without_instance(old: Mapping[str, Any], instance: str) -> Json | None:
    """The document without the instance's statement; None when nothing is left."""
    left = _others(old, instance)
    return {**old["policy"], "Statement": left} if left else None


def _others(old: Mapping[str, Any] | None, instance: str) -> list[Json]:
    statements = old["policy"]["Statement"] if old is not None else []
    return [one for one in statements if one.get("Sid") != _sid(instance)]


def _sid(instance: str) -> str:
    return f"connect-{instance.rpartition('/')[2]}"
