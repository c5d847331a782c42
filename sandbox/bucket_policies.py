"""Bucket policies that ask for TLS, on a server that has none.

Every careful bucket denies requests without TLS. moto judges a Deny without its conditions, so on loopback such a
bucket would refuse every object. The sandbox counts as a secure transport: the one condition `aws:SecureTransport` is
false never holds here. What was stored is still answered word for word.
"""

from __future__ import annotations

import json
from typing import Any

from .wire import Call


class _Judged(bytes):
    """A policy's stored bytes; decoded, which moto does to judge by it, it lacks the statements that never hold."""

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The policy without the statements that only deny requests without TLS."""
        text = super().decode(encoding, errors)
        policy = json.loads(text)
        statements = policy.get("Statement", [])
        listed = statements if isinstance(statements, list) else [statements]
        kept = [statement for statement in listed if not _denies_plain_http_only(statement)]
        return text if len(kept) == len(listed) else json.dumps({**policy, "Statement": kept})


def _denies_plain_http_only(statement: Any) -> bool:
    if not isinstance(statement, dict) or statement.get("Effect") != "Deny":
        return False
    asked = (statement.get("Condition") or {}).get("Bool") or {}
    return str(asked.get("aws:SecureTransport", "")).lower() == "false"


def settle(call: Call, status: int) -> None:
    """To be called after each request of S3: lets a policy that was just put be judged as above."""
    if call.method != "PUT" or status >= 300 or "policy" not in call.query:
        return
    from moto.s3.models import s3_backends

    name = call.raw_path.strip("/").partition("/")[0]
    for backend in [backend for account in s3_backends.values() for backend in account.values()]:
        bucket = backend.buckets.get(name)
        if bucket is not None and bucket.policy is not None:
            bucket.policy = _Judged(bucket.policy)
