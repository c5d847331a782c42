"""The least that an identity needs to run one stack, as an IAM policy: generated from the calls the program can make.

What can be narrowed is: to the Region and the account, to the instance once it stands, to buckets, keys, aliases and
log groups that bear the stack's name or tag, to the functions and streams that the folder names. A number can only be
released, and a key only be changed or scheduled for deletion, if it bears the stack's tag. The service decides the
rest: creating and listing instances, keys and aliases know no narrower resource.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..specs.frozen import dataclass
from ..stacks.names import TAG_STACK, bucket_name

if TYPE_CHECKING:
    from ..specs.model import Center, StatePlace

# The plugin reads every setting of a bucket, also those that the program never sets (Pulumi AWS facts 4).
_PLUGIN: Final = (
    "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation",
    "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketRequestPayment", "s3:GetBucketWebsite",
    "s3:GetReplicationConfiguration",
)  # fmt: skip
PLUGIN: Final = "pulumi-aws, which reads every setting of a bucket"
_ON_OBJECTS: Final = frozenset(
    {"s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"}
)
_STATE: Final = frozenset({"s3:ListBucket", "s3:GetBucketVersioning"})
_ANYWHERE: Final = frozenset({"connect:CreateInstance", "connect:ListInstances", "kms:ListKeys", "kms:ListAliases"})
_NEW_NUMBERS: Final = frozenset(
    {
        "connect:ClaimPhoneNumber", "connect:SearchAvailablePhoneNumbers", "connect:ListPhoneNumbersV2",
        "connect:DescribePhoneNumber", "connect:AssociatePhoneNumberContactFlow",
        "connect:DisassociatePhoneNumberContactFlow",
    }
)  # fmt: skip
_OUR_NUMBERS: Final = frozenset({"connect:ReleasePhoneNumber", "connect:UpdatePhoneNumber"})
_ALIASES: Final = frozenset({"kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"})
INLINE: Final = 10_240  # characters that a role's inline policies take together, white space aside
MANAGED: Final = 6_144  # that a managed policy takes; ten can be attached to a role
_ALIAS_OF_KEY: Final = "kms:ResourceAliases"
_SEALED: Final = frozenset({"kms:Decrypt", "kms:GenerateDataKey"})  # objects under a KMS key
_TAGS: Final = frozenset({"connect:TagResource", "connect:UntagResource"})


@dataclass(frozen=True, slots=True)
class Place:
    """What the policy is narrowed to. `instance` is the id, or "*" before the first `up`."""

    account: str
    instance: str = "*"


@dataclass(frozen=True, slots=True)
class Granted:
    """The document, and for each action who needs it."""

    document: Mapping[str, Any]
    reasons: Mapping[str, tuple[str, ...]]

    @property
    def size(self) -> int:
        """Its length as IAM counts it: characters without white space."""
        return _size(self.document["Statement"])

    def parts(self, most: int = MANAGED) -> tuple[Mapping[str, Any], ...]:
        """The same as several documents of at most `most` characters each: managed policies that all are attached."""
        found: list[list[Mapping[str, Any]]] = [[]]
        for statement in self.document["Statement"]:
            for piece in _pieces(statement, most):
                if found[-1] and _size([*found[-1], piece]) > most:
                    found.append([])
                found[-1].append(piece)
        return tuple(_document(statements) for statements in found)


def _document(statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _size(statements: Sequence[Mapping[str, Any]]) -> int:
    return len("".join(json.dumps(_document(statements)).split()))


def _pieces(statement: Mapping[str, Any], most: int) -> list[Mapping[str, Any]]:
    """A statement, halved by its actions, then by its resources, until each piece fits by itself."""
    if _size([statement]) <= most:
        return [statement]
    key = max(("Action", "Resource"), key=lambda name: len(statement[name]))
    values, half = statement[key], len(statement[key]) // 2
    if not half:
        raise ValueError(f"one statement of {_size([statement])} characters cannot be divided: {statement['Sid']}")
    halves = (
        {**statement, "Sid": f"{statement['Sid']}{letter}", key: part}
        for letter, part in (("A", values[:half]), ("B", values[half:]))
    )
    return [piece for part in halves for piece in _pieces(part, most)]


def policy_of(center: Center, place: Place, before: Center | None = None) -> Granted:
    """The policy for one stack in one account; `before` is what was applied last, whose things may have to go."""
    outside = _outside([center, *([before] if before else [])])
    reasons = _needed(outside, center.state)
    every = frozenset(reasons)
    statements = [
        {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources), **_when(condition)}
        for sid, actions, resources, condition in _grants(center, place, outside, every)
        if actions and resources
    ]
    return Granted(_document(statements), reasons)


def _when(condition: Mapping[str, str]) -> dict[str, Any]:
    """The condition; a key of several values (the aliases of a KMS key) wants one of them to be equal."""
    operator = "ForAnyValue:StringEquals" if _ALIAS_OF_KEY in condition else "StringEquals"
    return {"Condition": {operator: dict(condition)}} if condition else {}


@dataclass(frozen=True, slots=True)
class _Outside:
    """What folders name that stands outside the stack: functions, bots and streams by ARN; and instances by alias."""

    functions: tuple[str, ...]
    bots: tuple[str, ...]
    streams: tuple[str, ...]
    aliases: tuple[str, ...]


def _outside(centers: Iterable[Center]) -> _Outside:
    functions: set[str] = set()
    bots: set[str] = set()
    streams: set[str] = set()
    aliases: set[str] = set()
    for center in centers:
        functions |= set(center.lambdas.values())
        bots |= set(center.bots.values())
        streams |= {arn for arn in (center.data.contact_records, center.data.agent_events) if arn}
        aliases.add(center.instance.alias)
    return _Outside(tuple(sorted(functions)), tuple(sorted(bots)), tuple(sorted(streams)), tuple(sorted(aliases)))


def _needed(outside: _Outside, state: StatePlace | None) -> dict[str, tuple[str, ...]]:
    """Every action with its reasons."""
    from ..sandbox.iam.actions import actions_of, dependents, storage
    from .operations import operations

    found: dict[str, set[str]] = {}
    for one in operations():
        for action in actions_of(one.service.replace("-", ""), one.name):
            found.setdefault(action, set()).add(one.source)
            for more in dependents(action):
                found.setdefault(more, set()).add(action)
    for member, actions in storage().items():
        for action in actions:
            found.setdefault(action, set()).add(f"connect:AssociateInstanceStorageConfig ({member})")
    for action in _PLUGIN:
        found.setdefault(action, set()).add(PLUGIN)
    for action in ("connect:TagResource", "kms:TagResource", "logs:TagResource"):
        found.setdefault(action, set()).add("what is made bears the stack's tags")
    for action in _SEALED if state and state.key else ():
        found.setdefault(action, set()).add("the shared state, which lies under a key")
    gone = set() if outside.functions else {action for action in found if _of_functions(action)}
    gone |= set() if outside.bots else {action for action in found if _of_bots(action)}
    gone |= set() if any(":kinesis:" in arn for arn in outside.streams) else {"kinesis:DescribeStream"}
    gone |= set() if any(":firehose:" in arn for arn in outside.streams) else {"firehose:DescribeDeliveryStream"}
    return {action: tuple(sorted(found[action])) for action in sorted(found) if action not in gone}


def _of_functions(action: str) -> bool:
    return action.startswith("lambda:") or "LambdaFunction" in action


def _of_bots(action: str) -> bool:
    return action.startswith("lex:") or action in {
        "connect:AssociateBot",
        "connect:DisassociateBot",
        "connect:ListBots",
    }


_Grant = tuple[str, Iterable[str], Iterable[str], Mapping[str, str]]


def _grants(center: Center, place: Place, outside: _Outside, every: frozenset[str]) -> list[_Grant]:
    """Sid, actions, resources and condition of each statement, in a fixed order."""
    beside = _neighbours(center.region, place, outside, every)
    return [*_connect(center, place, every), *_storage(center, place, every), *beside]


def _connect(center: Center, place: Place, every: frozenset[str]) -> list[_Grant]:
    arn = f"arn:aws:connect:{center.region}:{place.account}:"
    instance, numbers = f"{arn}instance/{place.instance}", f"{arn}phone-number/*"
    ours, mark = {f"aws:ResourceTag/{TAG_STACK}": center.stack_name}, {f"aws:RequestTag/{TAG_STACK}": center.stack_name}
    of_connect = {action for action in every if action.startswith("connect:")}
    inside = of_connect - _ANYWHERE - {"connect:ReleasePhoneNumber", "connect:DescribePhoneNumber"}
    return [
        ("Anywhere", every & _ANYWHERE, ["*"], {"aws:RequestedRegion": center.region}),
        ("Instance", inside, [instance, f"{instance}/*"], {}),
        ("NewThingsAreMarked", {"connect:TagResource"}, [f"{arn}instance/*", numbers], mark),
        ("Numbers", every & _NEW_NUMBERS, [numbers], {}),
        ("OurNumbers", (every & _OUR_NUMBERS) | _TAGS, [numbers], ours),
    ]


def _storage(center: Center, place: Place, every: frozenset[str]) -> list[_Grant]:
    bucket = f"arn:aws:s3:::{bucket_name(center, place.account, '*')}"
    keys = f"arn:aws:kms:{center.region}:{place.account}:"
    of_s3 = {action for action in every if action.startswith("s3:")}
    shared = f"arn:aws:s3:::{center.state.bucket}" if center.state and not center.state.endpoint else ""
    objects = f"{shared}/{center.state.prefix}".rstrip("/") if center.state else ""
    of_keys = {action for action in every if action.startswith("kms:")} - _ANYWHERE - _SEALED
    stack = center.stack_name
    return [
        ("Buckets", of_s3 - _ON_OBJECTS, [bucket], {}),
        ("Objects", of_s3 & _ON_OBJECTS, [f"{bucket}/*"], {}),
        ("StateBucket", of_s3 & _STATE, [shared] if shared else [], {}),
        ("StateObjects", of_s3 & _ON_OBJECTS, [f"{objects}/*"] if shared else [], {}),
        ("StateKey", every & _SEALED, *_state_key(center, place)),
        ("NewKeys", {"kms:CreateKey", "kms:TagResource"} & every, ["*"], {f"aws:RequestTag/{TAG_STACK}": stack}),
        ("OurKeys", of_keys - {"kms:CreateKey"}, [f"{keys}key/*"], {f"aws:ResourceTag/{TAG_STACK}": stack}),
        ("Aliases", every & _ALIASES, [f"{keys}alias/{center.key}-{center.stack}-*"], {}),
    ]


def _state_key(center: Center, place: Place) -> tuple[list[str], Mapping[str, str]]:
    """The key of the shared state as a resource; one named by its alias is known by that (kms:ResourceAliases)."""
    state = center.state
    if state is None or not state.key or state.endpoint:
        return [], {}
    key, keys = state.key, f"arn:aws:kms:{state.region or center.region}:{place.account}:"
    if key.startswith("alias/") or ":alias/" in key:
        return [f"{keys}key/*"], {_ALIAS_OF_KEY: "alias/" + key.partition("alias/")[2]}
    return [key if key.startswith("arn:") else f"{keys}key/{key}"], {}


def _neighbours(region: str, place: Place, outside: _Outside, every: frozenset[str]) -> list[_Grant]:
    def of(service: str) -> set[str]:
        return {action for action in every if action.startswith(f"{service}:")}

    groups = f"arn:aws:logs:{region}:{place.account}:log-group:"
    ours = [f"{groups}/aws/connect/{alias}{end}" for alias in outside.aliases for end in ("", ":*")]
    role = f"arn:aws:iam::{place.account}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect*"
    linked = {"iam:CreateServiceLinkedRole"}
    return [
        ("FlowLogs", of("logs") - {"logs:DescribeLogGroups"}, ours, {}),
        ("ListLogs", {"logs:DescribeLogGroups"} & every, ["*"], {"aws:RequestedRegion": region}),
        ("ConnectDirectory", of("ds"), ["*"], {}),
        ("ConnectRole", of("iam") & linked, [role], {"iam:AWSServiceName": "connect.amazonaws.com"}),
        ("ConnectRolePolicy", of("iam") - linked, [role], {}),
        ("Functions", of("lambda"), outside.functions, {}),
        ("Bots", of("lex"), outside.bots, {}),
        ("Streams", of("kinesis") | of("firehose"), outside.streams, {}),
        ("Quotas", of("servicequotas"), ["*"], {}),
    ]
