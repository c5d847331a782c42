"""Which names a centre's file defines, read before anything that refers to them."""

from __future__ import annotations

from collections.abc import Mapping

from .. import nodes

KINDS = (
    "hours_of_operation",
    "queues",
    "phone_numbers",
    "routing_profiles",
    "security_profiles",
    "external_numbers",
    "switches",
)


def defined(document: nodes.Mapping, flows: frozenset[str] | None) -> dict[str, frozenset[str] | None]:
    """Names by kind. `flows` None = not every flow file could be read, so that no flow is unknown.

    Beside the kinds of the file: `any_queue` (declared and real queues), `languages`.
    """
    names: dict[str, frozenset[str] | None] = {kind: frozenset(_keys(document, kind)) for kind in KINDS}
    queues = _entries(document, "queues")
    real = {f"{key}-{language}" for key, node in queues.items() for language in _listed(node, "languages")}
    names["any_queue"] = frozenset(queues) | real
    names["quick_connects"] = frozenset(_keys(document, "quick_connects"))
    names["languages"] = frozenset(languages(document))
    names["flows"] = flows
    return names


def languages(document: nodes.Mapping) -> tuple[str, ...]:
    """The keys of the centre's languages, the main one first."""
    declared = _keys(document, "languages")
    if declared:
        return tuple(declared)
    node = document.get("language")
    code = node.text if isinstance(node, nodes.Scalar) and not node.is_null else "en-US"
    return (code.split("-")[0],)


def prompts(document: nodes.Mapping) -> dict[str, Mapping[str, str]]:
    """The sound files of each prompt: language ("" = all) to asset key."""
    found: dict[str, Mapping[str, str]] = {}
    for key, node in _entries(document, "prompts").items():
        if isinstance(node, nodes.Mapping):
            found[key] = {language: f"{key}-{language}" for language in node.entries}
        else:
            found[key] = {"": key}
    return found


def _entries(document: nodes.Mapping, kind: str) -> dict[str, nodes.Node]:
    node = document.get(kind)
    return node.entries if isinstance(node, nodes.Mapping) else {}


def _keys(document: nodes.Mapping, kind: str) -> list[str]:
    return list(_entries(document, kind))


def _listed(node: nodes.Node, key: str) -> list[str]:
    inner = node.get(key) if isinstance(node, nodes.Mapping) else None
    items = inner.items if isinstance(inner, nodes.Sequence) else ()
    return [item.text for item in items if isinstance(item, nodes.Scalar)]
