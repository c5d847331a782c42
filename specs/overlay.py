"""One stack's overlay laid over a centre's file: maps merge, lists and values replace, null removes.

Every node keeps its own place, so that a problem of an overlay is shown at the overlay's line.
"""

from __future__ import annotations

from .nodes import Mapping, Node, Scalar
from .problems import Problems
from .suggest import did_you_mean

FIXED = ("center", "environments")


def overlays(document: Mapping) -> dict[str, Node]:
    """The overlays of a document by stack."""
    node = document.get("environments")
    return dict(node.entries) if isinstance(node, Mapping) else {}


def lay_over(document: Mapping, stack: str, problems: Problems) -> Mapping:
    """The document as `stack` sees it. Records a stack that is not named, and keys that no overlay may change."""
    named = overlays(document)
    if not named:
        return document
    if stack not in named:
        if stack != "dev":
            problems.error(
                document.where_of("environments"),
                "unknown-stack",
                f'no environment is named "{stack}"',
                did_you_mean(stack, [*named, "dev"]),
            )
        return document
    overlay = named[stack]
    if isinstance(overlay, Scalar) and overlay.is_null:
        return document
    if not isinstance(overlay, Mapping):
        return document  # the reader of `environments` says so
    allowed = Mapping({}, overlay.where, {})
    for key, child in overlay:
        if key in FIXED:
            problems.error(
                overlay.where_of(key), "bad-overlay", f'"{key}" cannot differ between stacks', "leave it out here"
            )
        else:
            allowed.entries[key], allowed.keys[key] = child, overlay.where_of(key)
    return merge(document, allowed)


def merge(base: Mapping, over: Mapping) -> Mapping:
    """`over` laid over `base`; neither is changed."""
    merged = Mapping(dict(base.entries), base.where, dict(base.keys))
    for key, child in over:
        below = merged.entries.get(key)
        if isinstance(child, Scalar) and child.is_null:
            merged.entries.pop(key, None)
            merged.keys.pop(key, None)
        elif isinstance(child, Mapping) and isinstance(below, Mapping):
            merged.entries[key] = merge(below, child)
        else:
            merged.entries[key], merged.keys[key] = child, over.where_of(key)
    return merged
