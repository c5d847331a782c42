"""What Connect asks the services beside it: whether a bucket, an object, a stream or a function is there.

The service copies a prompt's file, writes into the buckets and streams it is given, and adds its permission to the
functions it may invoke (Connect facts 3.2, 3.6): what does not exist is refused. What stands outside the sandbox (a
function that an operator's account has already) can be declared, and is then taken for granted.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .lex import statements

if TYPE_CHECKING:
    from .connect.store import Change, Store
    from .others import Others

ACCOUNT = "123456789012"
DECLARED = "outside"


class Neighbours:
    """Questions to the other services of one sandbox."""

    def __init__(self, others: Others, store: Store) -> None:
        self._others = others
        self._store = store

    def declared(self, arn: str) -> bool:
        """Whether `arn` was declared to stand outside the sandbox."""
        return self._store.get(ACCOUNT, DECLARED, arn) is not None

    def bucket(self, name: str) -> bool:
        """Whether the bucket exists."""
        return self.declared(f"arn:aws:s3:::{name}") or self._others.peek(lambda backend: name in _s3(backend).buckets)

    def s3_object(self, bucket: str, key: str) -> bool:
        """Whether the object exists, not deleted."""
        if self.declared(f"arn:aws:s3:::{bucket}"):
            return True

        def there(backend: Any) -> bool:
            found = _s3(backend).buckets.get(bucket)
            entry = None if found is None else found.keys.get(key)
            return entry is not None and type(entry).__name__ != "FakeDeleteMarker"

        return bool(self._others.peek(there))

    def key(self, arn: str) -> bool:
        """Whether the KMS key exists."""
        region, name = arn.split(":")[3], arn.rpartition("/")[2]
        return self.declared(arn) or self._others.peek(lambda backend: name in backend("kms")[ACCOUNT][region].keys)

    def stream(self, arn: str) -> bool:
        """Whether the Kinesis stream or the Firehose stream exists."""
        service, region, name = arn.split(":")[2], arn.split(":")[3], arn.rpartition("/")[2]

        def there(backend: Any) -> bool:
            if service == "firehose":
                return name in backend("firehose")[ACCOUNT][region].delivery_streams
            return name in backend("kinesis")[ACCOUNT][region].streams

        return self.declared(arn) or bool(self._others.peek(there))

    def function(self, arn: str) -> bool:
        """Whether the function (and its alias or version, if the ARN has one) exists."""
        parts = arn.split(":")

        def there(backend: Any) -> bool:
            lambdas = backend("lambda")[ACCOUNT][parts[3]]
            if parts[4] != ACCOUNT:
                return False
            try:
                return lambdas.get_function(parts[6], parts[7] if len(parts) > 7 else None) is not None
            except Exception as error:  # noqa: BLE001 - moto's own "not found", which has several classes
                return bool(getattr(error, "code", 404) not in (404, "404"))

        return self.declared(arn) or bool(self._others.peek(there))

    def bot_alias(self, arn: str) -> bool:
        """Whether the alias of a Lex V2 bot exists."""
        _, bot, alias = arn.split("/")
        there = self._store.get(_scope(arn), "lex-bot", bot) is not None
        return self.declared(arn) or (there and self._store.get(f"lex:{bot}", "alias", alias) is not None)

    def allow_recognise(self, change: Change, arn: str, instance: str) -> None:
        """Add Connect's statement to the alias's policy, as the service does."""
        if not self.declared(arn):
            old = self._policy(arn)
            self._put(
                change, arn, statements.entry(old, arn, statements.with_instance(old, arn, instance), self._next())
            )

    def forbid_recognise(self, change: Change, arn: str, instance: str) -> None:
        """Take the statement away again."""
        old = self._policy(arn)
        if old is not None:
            left = statements.without_instance(old, instance)
            self._put(change, arn, left and statements.entry(old, arn, left, self._next()))

    def _policy(self, arn: str) -> Any:
        return self._store.get(_scope(arn), "lex-policy", arn)

    def _next(self) -> int:
        return self._store.next_number()

    @staticmethod
    def _put(change: Change, arn: str, policy: Any) -> None:
        if policy is None:
            change.drop(_scope(arn), "lex-policy", arn)
        else:
            change.put(_scope(arn), "lex-policy", arn, policy)

    def allow_invoke(self, arn: str, instance: str) -> None:
        """Add Connect's permission to the function, as the service does; it may be there already."""
        parts = arn.split(":")
        if self.declared(arn):
            return
        statement = {
            "StatementId": f"connect-{instance.rpartition('/')[2]}",
            "Action": "lambda:InvokeFunction",
            "Principal": "connect.amazonaws.com",
            "SourceAccount": ACCOUNT,
            "SourceArn": instance,
        }
        query = f"Qualifier={quote(parts[7])}" if len(parts) > 7 else ""
        path = f"/2015-03-31/functions/{quote(parts[6])}/policy"
        self._others.act("lambda", parts[3], "POST", path, query, json.dumps(statement).encode())

    def forbid_invoke(self, arn: str, instance: str) -> None:
        """Take the permission away again."""
        parts = arn.split(":")
        if self.declared(arn):
            return
        query = f"Qualifier={quote(parts[7])}" if len(parts) > 7 else ""
        path = f"/2015-03-31/functions/{quote(parts[6])}/policy/connect-{instance.rpartition('/')[2]}"
        self._others.act("lambda", parts[3], "DELETE", path, query, b"")


def _scope(arn: str) -> str:
    """Where the store keeps what belongs to an ARN's account and Region."""
    _, _, _, region, account, _ = arn.split(":", 5)
    return f"{account}/{region}"


def _s3(backend: Any) -> Any:
    return backend("s3")[ACCOUNT]["aws"]
