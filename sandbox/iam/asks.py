"""A request as what it asks of IAM: actions, the ARNs of what they touch, and the condition keys.

An operation of Connect touches what its identifiers name, an instance where they name nothing else. Tags that are set
while something is made need the right to tag, as on AWS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from ..connect.kinds import KINDS
from .actions import actions_of, dependents, storage
from .policy import Ask

if TYPE_CHECKING:
    from ..connect.store import Store
    from ..others import Others
    from ..wire import Call

Json = Mapping[str, Any]
ACCOUNT: Final = "123456789012"
CALLER: Final = f"arn:aws:iam::{ACCOUNT}:user/sandbox"
_KEY_HEADER: Final = "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_AWS_KMS_KEY_ID"
_ROLE: Final = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_sandbox"
)
_NUMBERS: Final = frozenset({"ClaimPhoneNumber", "SearchAvailablePhoneNumbers", "ListPhoneNumbersV2"})
_WITHOUT: Final = frozenset({"CreateInstance", "ListInstances"})
_SEGMENTS: Final = {f"{kind.prefix}Id": kind.segment for kind in KINDS.values() if kind.segment and kind.prefix}


class Asker:
    """Reads requests; what is tagged it looks up in the sandbox."""

    def __init__(self, store: Store, others: Others) -> None:
        self._store = store
        self._others = others

    # ------------------------------------------------------------ Connect

    def connect(self, operation: str, region: str, given: Json) -> list[Ask]:
        """What a request to Connect asks for; `given` are its parameters."""
        arn = f"arn:aws:connect:{region}:{ACCOUNT}:"
        context = {"aws:requestedregion": (region,), **_request_tags(given.get("Tags") or given.get("tags") or {})}
        action = f"connect:{operation}"
        asks = [
            Ask(action, resource, {**context, **self._tags_of(resource)})
            for resource in _touched(operation, arn, given)
        ]
        if given.get("Tags"):
            where = "*" if operation == "CreateInstance" else asks[-1].resource
            asks.append(Ask("connect:TagResource", f"{arn}instance/*" if where == "*" else _below(where), context))
        asks += [self._dependent(one, region, given, context) for one in dependents(action)]
        for member, more in storage().items():
            asks += self._storage(member, more, given, context)
        return asks

    def _tags_of(self, resource: str) -> dict[str, tuple[str, ...]]:
        """The tags of a number or an instance, as condition keys."""
        path = resource.split(":", 5)[-1].split("/")
        if len(path) < 2 or "*" in path[1]:
            return {}
        kind = {"phone-number": "number", "instance": "instance"}.get(path[0], "")
        for scope in list(self._store.scopes()):
            found = self._store.get(scope, kind, path[1])
            if found is not None:
                return {
                    f"aws:resourcetag/{key.lower()}": (str(value),) for key, value in (found.get("Tags") or {}).items()
                }
        return {}

    def _dependent(self, action: str, region: str, given: Json, context: Mapping[str, Any]) -> Ask:
        service = action.partition(":")[0]
        resource = "*"
        if service == "iam":
            resource = _ROLE
            context = {**context, "iam:awsservicename": ("connect.amazonaws.com",)}
        elif service == "lambda":
            resource = str(given.get("FunctionArn"))
        elif service == "lex":
            resource = str((given.get("LexV2Bot") or {}).get("AliasArn") or "*")
        elif service == "connect":
            resource = (
                f"arn:aws:connect:{region}:{ACCOUNT}:instance/{str(given.get('InstanceId')).rpartition('/')[2]}/*"
            )
        elif service == "s3":
            resource = "arn:aws:s3:::" + str(given.get("S3Uri", "")).removeprefix("s3://")
        elif service == "logs":
            resource = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/aws/connect/{self._alias(given)}:*"
        return Ask(action, resource, context)

    def _alias(self, given: Json) -> str:
        wanted = str(given.get("InstanceId", "")).rpartition("/")[2]
        for scope in list(self._store.scopes()):
            for instance in self._store.all(scope, "instance").values():
                if instance["Id"] == wanted:
                    return str(instance.get("InstanceAlias", ""))
        return ""

    def _storage(self, member: str, actions: tuple[str, ...], given: Json, context: Json) -> Iterator[Ask]:
        config = given.get("StorageConfig") or {}
        if member == "S3Config" and config.get(member):
            resource = f"arn:aws:s3:::{config[member]['BucketName']}"
        elif member == "EncryptionConfig" and (config.get("S3Config") or {}).get(member):
            resource = str(config["S3Config"][member]["KeyId"])
            context = {**context, **self._key_tags(resource)}
        elif member in {"KinesisStreamConfig", "KinesisFirehoseConfig"} and config.get(member):
            resource = str(next(iter(config[member].values())))
        else:
            return
        for action in actions:
            yield Ask(action, resource, context)

    # ------------------------------------------------------------ the services beside it

    def other(self, call: Call) -> list[Ask]:
        """What a request to another service asks for."""
        actions = actions_of(call.service, call.operation)
        context: dict[str, Any] = {"aws:requestedregion": (call.region,)}
        body = _body(call)
        resources = ["*"]
        if call.service == "s3":
            asks = [Ask(action, _s3(call), context) for action in actions]
            return [*asks, *self._sealing(call, context)]
        if call.service == "kms":
            context |= _request_tags({tag["TagKey"]: tag["TagValue"] for tag in body.get("Tags") or ()})
            return self._kms(call, actions, body, context)
        if call.service == "logs":
            context |= _request_tags(body.get("tags") or {})
            resources = [_log_group(call.region, body)]
            if call.operation == "CreateLogGroup" and body.get("tags"):
                actions = (*actions, "logs:TagResource")
        return [Ask(action, resource, context) for action in actions for resource in resources]

    def _kms(self, call: Call, actions: tuple[str, ...], body: Json, context: Mapping[str, Any]) -> list[Ask]:
        prefix = f"arn:aws:kms:{call.region}:{ACCOUNT}:"
        key = str(body.get("KeyId") or body.get("TargetKeyId") or "")
        if key and not key.startswith("arn:"):
            key = f"{prefix}{key}" if key.startswith("alias/") else f"{prefix}key/{key}"
        asks = []
        for action in actions:
            if body.get("AliasName"):
                asks.append(Ask(action, prefix + str(body["AliasName"]), context))
                key = key or self._behind(str(body["AliasName"]), call.region, prefix)
            if key or not body.get("AliasName"):
                asks.append(Ask(action, key or "*", {**context, **(self._key_tags(key) if key else {})}))
        if call.operation == "CreateKey" and body.get("Tags"):
            asks.append(Ask("kms:TagResource", "*", context))
        return asks

    def _sealing(self, call: Call, context: Mapping[str, Any]) -> Iterator[Ask]:
        """What an object under a KMS key needs of that key: it is read with kms:Decrypt, written with a data key."""
        action, key = "kms:GenerateDataKey", str(call.environ.get(_KEY_HEADER, ""))
        if call.operation in {"GetObject", "HeadObject"}:
            bucket, _, name = unquote(call.raw_path).strip("/").partition("/")
            action, key = "kms:Decrypt", self._others.peek(lambda get: _key_of(get, bucket, name))
        if not key or call.operation not in {"GetObject", "HeadObject", "PutObject"}:
            return
        prefix = f"arn:aws:kms:{call.region}:{ACCOUNT}:"
        aliases = [key.partition(":alias/")[2] or key.partition("alias/")[2]] if "alias/" in key else []
        if aliases:
            key = self._behind(f"alias/{aliases[0]}", call.region, prefix) or "*"
        elif not key.startswith("arn:"):
            key = f"{prefix}key/{key}"
        named = self._aliases(key, call.region) or tuple(f"alias/{name}" for name in aliases)
        yield Ask(action, key, {**context, "kms:resourcealiases": named})

    def _aliases(self, key: str, region: str) -> tuple[str, ...]:
        """The aliases that lead to a key."""
        wanted = key.rpartition("/")[2]

        def names(get: Any) -> tuple[str, ...]:
            return tuple(sorted(alias.alias_name for alias in get("kms")[ACCOUNT][region].list_aliases(wanted)))

        found: tuple[str, ...] = self._others.peek(names)
        return found

    def _behind(self, alias: str, region: str, prefix: str) -> str:
        """The key that an alias leads to."""
        found = self._others.peek(lambda get: get("kms")[ACCOUNT][region].get_key_id_from_alias(alias))
        return f"{prefix}key/{found}" if found else ""

    def _key_tags(self, arn: str) -> dict[str, tuple[str, ...]]:
        region, key = arn.split(":")[3], arn.rpartition("/")[2]

        def tags(get: Any) -> dict[str, str]:
            found: dict[str, str] = get("kms")[ACCOUNT][region].tagger.get_tag_dict_for_resource(key)
            return found

        return {f"aws:resourcetag/{name.lower()}": (str(value),) for name, value in self._others.peek(tags).items()}


def _touched(operation: str, arn: str, given: Json) -> list[str]:
    """The ARNs of what a request to Connect touches."""
    if operation in _WITHOUT:
        return ["*"]
    tagged = given.get("resourceArn")
    if tagged:
        return [str(tagged)]
    instance = str(given.get("InstanceId") or given.get("TargetArn") or "").rpartition("/")[2]
    found = [
        _arn(arn, instance, segment, str(given[member])) for member, segment in _SEGMENTS.items() if given.get(member)
    ]
    if operation in _NUMBERS:
        found.append(f"{arn}phone-number/*")
    if given.get("PhoneNumberId"):
        found.append(_arn(arn, "", "phone-number", str(given["PhoneNumberId"])))
    if (not found or operation in _NUMBERS) and instance:
        found.insert(0, f"{arn}instance/{instance}")
    return found or ["*"]


def _arn(prefix: str, instance: str, segment: str, value: str) -> str:
    if value.startswith("arn:"):
        return value
    return f"{prefix}{segment}/{value}" if not instance else f"{prefix}instance/{instance}/{segment}/{value}"


def _below(resource: str) -> str:
    """Where a thing that is being made will stand: below its instance, or among the numbers."""
    if ":phone-number/" in resource:
        return resource
    head, _, rest = resource.partition(":instance/")
    return f"{head}:instance/{rest.split('/')[0]}/*"


def _request_tags(tags: Json) -> dict[str, Any]:
    found: dict[str, Any] = {f"aws:requesttag/{key.lower()}": (str(value),) for key, value in tags.items()}
    return {**found, "aws:tagkeys": tuple(tags)} if tags else found


def _body(call: Call) -> Json:
    if "json" in str(call.environ.get("CONTENT_TYPE", "")):
        try:
            found = json.loads(call.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
    if "form-urlencoded" in str(call.environ.get("CONTENT_TYPE", "")):
        return {key: values[0] for key, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
    return {}


def _key_of(get: Any, bucket: str, name: str) -> str:
    """The KMS key under which an object lies, "" where there is none."""
    there = get("s3")[ACCOUNT]["aws"].buckets.get(bucket)
    found = there.keys.get(name) if there is not None else None
    return str(getattr(found, "kms_key_id", None) or "")


def _s3(call: Call) -> str:
    path = unquote(call.raw_path).strip("/")
    return f"arn:aws:s3:::{path}" if path else "*"


def _log_group(region: str, body: Json) -> str:
    if body.get("resourceArn"):
        return str(body["resourceArn"])
    name = body.get("logGroupName")
    return f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{name or '*'}" + (":*" if name else "")
