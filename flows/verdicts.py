"""What the service says to a document, asked once: import, lint and the choice of a flow type want the same answer."""

from __future__ import annotations

from .document import Document
from .finding import Finding
from .language import judged
from .speech_rules import spoken


def verdict(document: Document, flow_type: str) -> tuple[Finding, ...]:
    """Every finding about a document as a flow of this type (ours), with whether the service refuses it."""
    known = document.verdicts.get(flow_type)
    if known is None:
        raw = dict(document.raw)
        known = (*judged(raw, flow_type), *spoken(raw.get("Actions")))
        document.verdicts[flow_type] = known
    return known
