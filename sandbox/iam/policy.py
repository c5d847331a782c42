"""An identity policy, evaluated as IAM does: an explicit Deny wins, then an Allow, else the answer is no.

Effect, Action, NotAction, Resource, NotResource and Condition are honoured, with policy variables left as they are
written. What is not understood (Principal, an unknown operator) refuses the whole policy: a policy that is half read
would prove nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Verdict = Literal["allowed", "denied", "unmatched"]
Context = Mapping[str, Sequence[str]]  # condition key, lower-case -> its values; a key that is absent has none
_KEYS: Final = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})


class BadPolicy(ValueError):
    """The document is no identity policy; the text says where."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request needs: one action on one resource, and what is known of both."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `actions` and `resources` are patterns; `but_*` turn them round (NotAction, NotResource)."""

    allow: bool
    actions: tuple[str, ...]
    but_actions: bool
    resources: tuple[str, ...]
    but_resources: bool
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]  # operator, key, values

    def applies(self, ask: Ask) -> bool:
        """Whether the statement speaks about this request."""
        action = any(like(pattern, ask.action, fold=True) for pattern in self.actions)
        resource = any(like(pattern, ask.resource) for pattern in self.resources)
        return (
            action != self.but_actions
            and resource != self.but_resources
            and all(holds(operator, values, ask.context.get(key.lower())) for operator, key, values in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """All statements of one document."""

    statements: tuple[Statement, ...]

    def decide(self, ask: Ask) -> Verdict:
        """`denied` by a Deny, `allowed` by an Allow, else `unmatched`."""
        matching = [statement for statement in self.statements if statement.applies(ask)]
        if any(not statement.allow for statement in matching):
            return "denied"
        return "allowed" if matching else "unmatched"


def load(path: Path) -> Policy:
    """The policy in a file. Raises BadPolicy, OSError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadPolicy(f"{path} is not JSON: {error}") from None
    return parse(document, str(path))


def parse(document: Any, where: str = "the policy") -> Policy:
    """The policy in a document. Raises BadPolicy."""
    if not isinstance(document, dict) or "Statement" not in document:
        raise BadPolicy(f"{where} holds no Statement")
    rows = document["Statement"]
    rows = rows if isinstance(rows, list) else [rows]
    return Policy(tuple(_statement(row, f"{where}, statement {number}") for number, row in enumerate(rows, 1)))


def _statement(row: Any, where: str) -> Statement:
    if not isinstance(row, dict):
        raise BadPolicy(f"{where} is not an object")
    strange = sorted(set(row) - _KEYS)
    if strange:
        raise BadPolicy(f"{where}: {', '.join(strange)} has no place in an identity policy")
    if row.get("Effect") not in {"Allow", "Deny"}:
        raise BadPolicy(f"{where}: Effect is Allow or Deny")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in row) == (other in row):
            raise BadPolicy(f"{where}: exactly one of {one} and {other} is wanted")
    return Statement(
        allow=row["Effect"] == "Allow",
        actions=_texts(row.get("Action", row.get("NotAction")), where),
        but_actions="NotAction" in row,
        resources=_texts(row.get("Resource", row.get("NotResource")), where),
        but_resources="NotResource" in row,
        conditions=tuple(_conditions(row.get("Condition") or {}, where)),
    )


def _texts(value: Any, where: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) for one in values):
        raise BadPolicy(f"{where}: {value!r} is not a text or a list of texts")
    return tuple(values)


def _conditions(block: Any, where: str) -> list[tuple[str, str, tuple[str, ...]]]:
    found = []
    for operator, keys in block.items():
        if _base(operator) not in _OPERATORS:
            raise BadPolicy(f"{where}: the condition operator {operator} is not supported by the sandbox")
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            plain = tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in listed)
            found.append((operator, key, plain))
    return found


# ------------------------------------------------------------ patterns and conditions


def like(pattern: str, text: str, *, fold: bool = False) -> bool:
    """Whether `text` fits a pattern with `*` and `?`."""
    return _compiled(pattern, fold).fullmatch(text) is not None


@cache
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    parts = [{"*": ".*", "?": "."}.get(piece, re.escape(piece)) for piece in re.split(r"([*?])", pattern)]
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if fold else 0))


def _equal(wanted: str, have: str) -> bool:
    return wanted == have


def _equal_folded(wanted: str, have: str) -> bool:
    return wanted.lower() == have.lower()


_OPERATORS: Final[Mapping[str, tuple[Callable[[str, str], bool], bool]]] = {  # test, whether it is negated
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_folded, False),
    "StringNotEqualsIgnoreCase": (_equal_folded, True),
    "StringLike": (like, False),
    "StringNotLike": (like, True),
    "ArnEquals": (like, False),
    "ArnLike": (like, False),
    "ArnNotEquals": (like, True),
    "ArnNotLike": (like, True),
    "Bool": (_equal_folded, False),
    "Null": (_equal, False),
}


def _base(operator: str) -> str:
    return operator.rpartition(":")[2].removesuffix("IfExists")


def holds(operator: str, wanted: Sequence[str], have: Sequence[str] | None) -> bool:
    """Whether one condition is met. `have` None: the key is not in the request."""
    base, every = _base(operator), operator.startswith("ForAllValues:")
    if base == "Null":
        return ("true" if have is None else "false") in {value.lower() for value in wanted}
    test, negated = _OPERATORS[base]
    if have is None:
        return operator.endswith("IfExists") or negated or every
    each = [any(test(value, one) for value in wanted) != negated for one in have]
    return all(each) if every or negated else any(each)
