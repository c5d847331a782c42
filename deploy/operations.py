"""Every operation of AWS that this program can call, read from the program itself.

Three places call AWS: the resource providers (the table of calls of pulumi-aws for Connect, our own provider's source
for what stands beside it), our `ccdeploy` provider with the door it uses, and the rosters. The source is read, not run:
what is not written there cannot be called, and what is added is found without anybody remembering to list it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]
_SERVICES: Final = ("connect", "s3", "kms", "logs", "sts", "service-quotas")
_DOORS: Final = {
    "stacks/extras": "the ccdeploy provider",
    "stacks/cloud": "the door",
    "agents": "rosters",
    "deploy": "runs",
}
_PARTS: Final = _ROOT / "stacks" / "parts"
_KINDS: Final = _ROOT / "sandbox" / "provider"
_BESIDE: Final = {"s3": "s3.py", "kms": "kms.py", "cloudwatch": "watch.py"}  # where types beside Connect are made
_TAGGING: Final = ("TagResource", "UntagResource")
_NEVER: Final = frozenset(  # inputs of those types that no centre sets (stacks/parts)
    {
        ("kms", "DisableKey"), ("kms", "EnableKey"), ("kms", "PutKeyPolicy"), ("kms", "DisableKeyRotation"),
        ("logs", "AssociateKmsKey"), ("logs", "DisassociateKmsKey"), ("logs", "DeleteRetentionPolicy"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """`CreateQueue` of `connect`, and who calls it: a type token or a part of this program."""

    service: str
    name: str
    source: str


@cache
def operations() -> tuple[Operation, ...]:
    """All of them, sorted; an operation that several parts call stands once for each."""
    found = {*_of_types(), *_of_doors()}
    return tuple(sorted(item for item in found if (item.service, item.name) not in _NEVER))


@cache
def _methods() -> Mapping[str, Mapping[str, str]]:
    """boto3's method names of each service with the operation that each calls."""
    import botocore.session
    from botocore import xform_name

    session = botocore.session.get_session()
    return {
        service: {xform_name(name): name for name in session.get_service_model(service).operation_names}
        for service in _SERVICES
    }


# ------------------------------------------------------------ the doors


def _of_doors() -> Iterator[Operation]:
    for folder, source in _DOORS.items():
        for path in sorted((_ROOT / folder).rglob("*.py")):
            if path.name != Path(__file__).name:
                for service, name in _called(ast.parse(path.read_text(encoding="utf-8"))):
                    yield Operation(service, name, source)


def _called(tree: ast.AST) -> set[tuple[str, str]]:
    """Services and operations that the source names: `call("s3", "put_object")`, or a method's name on its own."""
    methods, found, paired = _methods(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            service, method = _text(node.args[0]), _text(node.args[1])
            if method in methods.get(service, {}):
                found.add((service, methods[service][method]))
                paired.add(method)
    texts = {_text(node) for node in ast.walk(tree)} - paired
    for service in _SERVICES:
        if service == "connect" or service in texts:
            found |= {(service, methods[service][text]) for text in texts if text in methods[service]}
    return found


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# ------------------------------------------------------------ the types


def types() -> tuple[str, ...]:
    """The types of pulumi-aws that the program registers, by token."""
    found: set[str] = set()
    for path in sorted(_PARTS.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "pulumi_aws"
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                found.add(f"aws:{node.value.id}/{node.attr[0].lower()}{node.attr[1:]}:{node.attr}")
    from ..sandbox.provider.catalogue import table

    return tuple(sorted(found & set(table())))


def _of_types() -> Iterator[Operation]:
    from ..sandbox.provider.catalogue import entry

    for token in types():
        known = entry(token)
        assert known is not None
        service = token.split(":")[1].partition("/")[0]
        if service == "connect":
            calls = known.calls
            names = {*calls["create"], *calls["read"], *calls["delete"]}
            names |= {name for listed in calls["update"].values() for name in listed}
            yield from (Operation("connect", name, token) for name in (*names, *(_TAGGING if known.taggable else ())))
        else:
            path = _KINDS / _BESIDE[service]
            for one, name in _called_by(ast.parse(path.read_text(encoding="utf-8")), token):
                yield Operation(one, name, token)


def _called_by(tree: ast.Module, token: str) -> set[tuple[str, str]]:
    """What the class of one type calls, with its bases and the functions of the module that it uses."""
    named = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    start = next(node for node in named.values() if isinstance(node, ast.ClassDef) and token in _assigned(node, "type"))
    reached, todo = {start.name}, [start.name]
    while todo:
        for node in ast.walk(named[todo.pop()]):
            if isinstance(node, ast.Name) and node.id in named and node.id not in reached:
                reached.add(node.id)
                todo.append(node.id)
    body = ast.Module([named[name] for name in sorted(reached)], [])
    calls = _called(body)
    # The shared helper for S3 takes the method alone: `ask(door, "get_bucket_policy")`.
    return {call for call in calls if call[0] != "connect"} | _alone(body, token)


def _alone(body: ast.Module, token: str) -> set[tuple[str, str]]:
    if ":s3/" not in token:
        return set()
    methods = _methods()["s3"]
    return {("s3", methods[text]) for text in map(_text, ast.walk(body)) if text in methods}


def _assigned(node: ast.ClassDef, name: str) -> Iterable[str]:
    for line in node.body:
        if isinstance(line, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in line.targets):
            yield _text(line.value)
