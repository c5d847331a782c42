"""Two flows that say the same with other names: an export with its instance's ids, and YAML with names of our own.

Which id a name stands for is found by what both are used for: actions that are paired anyhow, the same parameter. An id
is only ever one name and a name one id, so that a flow that mixes two queues up stays different.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .difference import paired
from .document import Document, document_of
from .equal import plain

_ID = re.compile(r"^arn:|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|^\$\{|^\{\{")


def renamed(real: Document, named: Document, names: Mapping[str, str]) -> tuple[Document, dict[str, str]]:
    """`real` with the ids of `named` in place of its own, and which name each id got.

    `names` are the made-up ids in `named` with what they stand for, such as "queue triage". Ids that both know stay.
    """
    votes: Counter[tuple[str, str]] = Counter()
    for a, b in paired(_masked(real, names), _masked(named, names)).items():
        mine, theirs = plain(dict(real.actions[a].parameters)), plain(dict(named.actions[b].parameters))
        votes.update((x, y) for x, y in _leaves(mine, theirs) if y in names and x != y and not x.startswith("$"))
    chosen: dict[str, str] = {}
    for (x, y), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        if x not in chosen and y not in chosen.values():
            chosen[x] = y
    if not chosen:
        return real, {}
    raw = copy.deepcopy(dict(real.raw))
    for action in raw.get("Actions") or ():
        if isinstance(action, dict) and "Parameters" in action:
            action["Parameters"] = _mapped(action["Parameters"], lambda text: chosen.get(text, text))
    return document_of(raw, real.file), {x: names[y] for x, y in chosen.items()}


def _masked(document: Document, names: Mapping[str, str]) -> Document:
    """The document with one sign in place of every id."""
    raw = copy.deepcopy(dict(document.raw))
    for action in raw.get("Actions") or ():
        if isinstance(action, dict) and "Parameters" in action:
            action["Parameters"] = _mapped(action["Parameters"], lambda t: "·" if t in names or _ID.search(t) else t)
    return document_of(raw, document.file)


def _leaves(one: Any, other: Any) -> Iterator[tuple[str, str]]:
    """Texts that stand at the same place of two values."""
    if isinstance(one, str) and isinstance(other, str):
        yield one, other
    elif isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() & other.keys():
            yield from _leaves(one[key], other[key])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for x, y in zip(one, other, strict=True):
            yield from _leaves(x, y)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(part, change) for key, part in value.items()}
    return [_mapped(part, change) for part in value] if isinstance(value, list) else value
