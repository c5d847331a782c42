"""Which module holds a type's kind. Modules are imported when their first type is used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from .common import Kind

# By the token's middle part (`connect/queue`), else by its service.
_MODULES: Final = {
    "connect/instance": "connect_instance",
    "connect/instanceStorageConfig": "connect_instance",
    "connect/hoursOfOperation": "connect_routing",
    "connect/queue": "connect_routing",
    "connect/quickConnect": "connect_routing",
    "connect/routingProfile": "connect_routing",
    "connect/contactFlow": "connect_flows",
    "connect/contactFlowModule": "connect_flows",
    "connect/vocabulary": "connect_flows",
    "connect/lambdaFunctionAssociation": "connect_flows",
    "connect/botAssociation": "connect_flows",
    "connect/securityProfile": "connect_people",
    "connect/user": "connect_people",
    "connect/userHierarchyStructure": "connect_people",
    "connect/userHierarchyGroup": "connect_people",
    "connect/phoneNumber": "connect_numbers",
    "connect/phoneNumberContactFlowAssociation": "connect_numbers",
    "s3/bucketObjectv2": "s3_objects",
}
_SERVICES: Final = {
    "s3": "s3",
    "kms": "kms",
    "iam": "iam",
    "lambda": "lambda_",
    "kinesis": "streams",
    "cloudwatch": "watch",
    "lex": "lex",
}


@cache
def kind(type_token: str) -> Kind:
    """The kind of a type of the table. Raises KeyError for a type that is not in it (a bug: Check refuses those)."""
    middle = type_token.split(":")[1]
    module = _MODULES.get(middle) or _SERVICES[middle.partition("/")[0]]
    kinds: tuple[Kind, ...] = import_module(f".{module}", __package__).KINDS
    return {one.type: one for one in kinds}[type_token]
