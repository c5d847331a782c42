"""URNs: `urn:pulumi:<stack>::<project>::<type of the parent>$<type>::<logical name>`."""

from __future__ import annotations

from typing import Final

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


def make(stack: str, project: str, parent: str, type: str, name: str) -> str:  # noqa: A002 - Pulumi's word
    """The URN of a resource. `parent` is a URN or ""; the Stack leaves no trace in its children's types."""
    chain = ""
    if parent and kind(parent) != STACK_TYPE:
        chain = qualified_type(parent) + "$"
    return f"urn:pulumi:{stack}::{project}::{chain}{type}::{name}"


def qualified_type(urn: str) -> str:
    """The type with its parents' types in front of it."""
    return urn.split("::", 3)[2]


def kind(urn: str) -> str:
    """The type token alone."""
    return qualified_type(urn).rpartition("$")[2]


def name(urn: str) -> str:
    """The logical name (which may hold `::`)."""
    return urn.split("::", 3)[3]


def package(token: str) -> str:
    """The package of a type or function token; for a provider's own type the package that it provides."""
    if token.startswith(PROVIDER_PREFIX):
        return token[len(PROVIDER_PREFIX) :]
    return token.partition(":")[0]


def counted(type: str) -> bool:  # noqa: A002 - Pulumi's word
    """Whether a resource of this type belongs into a plan that people read."""
    return type != STACK_TYPE and not type.startswith(PROVIDER_PREFIX)
