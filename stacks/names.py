"""What things are called: tags by which we know our own, and names that must be unique in a whole account.

A resource's logical name is the user's key (`triage`): the type keeps queues apart from hours of the same key. What
Connect shows is the title. Everything that can be tagged carries two tags, so that an interrupted create can be found
again and nothing that was made by hand is ever taken for ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..specs.model import Center

TAG_STACK: Final = "ccdeploy:stack"
TAG_NAME: Final = "ccdeploy:name"
PROJECT: Final = "ccdeploy"
PLUGIN_VERSION: Final = "0.1.0"  # of the ccdeploy provider and its resources
LANGUAGE_ATTRIBUTE: Final = "language"  # the predefined attribute that holds the languages that an agent speaks
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+\-@]")  # tag values: letters, digits, spaces and _ . : / = + - @
_TAG_LIMIT = 256


def tag_name(token: str, name: str) -> str:
    """The value of `ccdeploy:name`: `<type token>/<logical name>`, at most 256 characters that tags accept.

    A name that had to be changed or cut ends in a digest of the whole, so that two names never share a tag.
    """
    whole = f"{token}/{name}"
    safe = _NOT_IN_TAGS.sub("_", whole)
    if safe == whole and len(whole) <= _TAG_LIMIT:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    return f"{safe[: _TAG_LIMIT - 13]}-{digest}"


def own_tags(stack_name: str, token: str, name: str) -> dict[str, str]:
    """The two tags that mark a resource as ours; `stack_name` is `<center>.<stack>`."""
    return {TAG_STACK: stack_name, TAG_NAME: tag_name(token, name)}


def tags_for(center: Center, token: str, name: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """All tags of a resource: the centre's, the entry's own, and ours, which nothing overrides."""
    return {**center.tags, **(extra or {}), **own_tags(center.stack_name, token, name)}


def is_ours(tags: Mapping[str, str], stack_name: str, token: str, name: str) -> bool:
    """Whether `tags` mark exactly this resource of this stack."""
    return all(tags.get(key) == value for key, value in own_tags(stack_name, token, name).items())


def account_name(center: Center, what: str) -> str:
    """A name that is unique in the account: `<center>-<stack>-<what>` (KMS aliases, IAM roles)."""
    return f"{center.key}-{center.stack}-{what}"


def bucket_name(center: Center, account: str, what: str) -> str:
    """A bucket's name, unique in the world: `<center>-<stack>-<account>-<what>`, at most 63 characters.

    Fits by construction: 24 + 16 + 12 characters, three hyphens, and a `what` of up to 8.
    """
    return f"{center.key}-{center.stack}-{account}-{what}"


def suspended_name(center: Center) -> str:
    """Logical name and title of the profiles for suspended people. The space keeps it apart from every user's key."""
    return f"{center.key} suspended"


def access_url(alias: str) -> str:
    """Where agents sign in (Connect facts 3.1)."""
    return f"https://{alias}.my.connect.aws"
