"""ARNs of real length for references that are not known yet: what `flow compile` prints and the checks run on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .compiled import CompiledFlow, Ref
from .house import FICTIONAL_NUMBER

ACCOUNT = "123456789012"
_SEGMENTS = {
    "queue": "queue",
    "flow": "contact-flow",
    "module": "flow-module",
    "hours": "operating-hours",
    "prompt": "prompt",
    "agent": "agent",
}


def uuid_of(text: str) -> str:
    """A UUID that is always the same for the same text."""
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def arn(ref: Ref, region: str = "eu-central-1") -> str:
    """An ARN for `ref` in the form and length of a real one (Connect facts 3.0)."""
    if ref.kind == "phone_number":
        return FICTIONAL_NUMBER
    if ref.kind == "lambda":
        return f"arn:aws:lambda:{region}:{ACCOUNT}:function:{ref.name}"
    if ref.kind == "bot":
        return f"arn:aws:lex:{region}:{ACCOUNT}:bot-alias/{ref.name[:10].upper():A<10}/TSTALIASID"
    instance = f"arn:aws:connect:{region}:{ACCOUNT}:instance/{uuid_of('instance')}"
    return f"{instance}/{_SEGMENTS[ref.kind]}/{uuid_of(f'{ref.kind}:{ref.name}')}"


def arns(refs: Iterable[Ref], region: str = "eu-central-1") -> dict[Ref, str]:
    """ARNs for all of `refs`."""
    return {ref: arn(ref, region) for ref in refs}


def bind(flow: CompiledFlow, region: str = "eu-central-1") -> str:
    """The flow as the service would get it, with fictional ARNs."""
    return flow.bind(arns(flow.refs, region))
