"""A provider as the Pulumi CLI reaches it, with our own record of what it was asked to make.

Pulumi forgets a create whose answer never came: when the process that serves the provider dies, the CLI sees a broken
connection, takes the create for a failure and drops it, although the service did it. So each create is written down
here before the service is called, and after it with what came of it: an answer of ours that never reached the CLI is
told by an id that its state does not hold. What is left is looked up by the next run (recovery.py). Failures are kept
in their own words too: what the CLI prints of them has lost the code and the hint.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ....specs.errors import CcdeployError
from ...cloud.store import Store
from ...durable.journal import Journal, current
from ...provider.base import (
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InitFailed,
    InvokeResult,
    Provider,
    ProviderError,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ...provider.values import Properties, Value

JOURNAL: Final = "pulumi.journal"
KIND: Final = "pulumi creates"


class Intents:
    """The creates that were begun, on the disk before the service hears of them. Nothing is written until the first."""

    def __init__(self, store: Store, fence: int, guard: Callable[[], None]) -> None:
        self._store = store
        self._fence = fence
        self._guard = guard
        self._lock = threading.Lock()
        self._journal: Journal | None = None

    def begin(self, request: CreateRequest) -> None:
        """Returns when it is on the disk. Raises LeaseHeld when somebody else took over."""
        self._append(
            {
                "begin": request.urn,
                "type": request.type,
                "name": request.name,
                "inputs": without_secrets(request.inputs),
            }
        )

    def refused(self, urn: str) -> None:
        """The service answered: it was not made."""
        self._append({"settle": urn})

    def made(self, urn: str, identifier: str) -> None:
        """The service answered: it was made. Whether the CLI hears of it is another thing."""
        self._append({"settle": urn, "made": identifier})

    def open(self) -> dict[str, dict[str, Any]]:
        """What was or may have been made since the last finished run, by URN; `made` is the id, if known."""
        if JOURNAL not in self._store.names():
            return {}
        found: dict[str, dict[str, Any]] = {}
        with self._lock:
            for record in current(self._journal_now().records):
                urn = record.get("begin") or record.get("settle", "")
                if "begin" in record:
                    found[urn] = record
                elif "made" in record and urn in found:
                    found[urn] = {**found[urn], "made": record["made"]}
                else:
                    found.pop(urn, None)
            return found

    def clear(self) -> None:
        """All of them were looked up."""
        if JOURNAL in self._store.names():
            with self._lock:
                self._journal_now().restart([], KIND)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    def _append(self, record: dict[str, Any]) -> None:
        self._guard()
        with self._lock:
            journal = self._journal_now()
        journal.append({**record, "fence": self._fence})

    def _journal_now(self) -> Journal:
        if self._journal is None:
            self._journal = self._store.journal(JOURNAL, KIND)
        return self._journal


def without_secrets(value: Value) -> Any:
    """`value` for a file: secrets, unknown values and files left out."""
    if isinstance(value, dict):
        return {key: without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else None


class Failed:
    """A failure in the provider's own words."""

    def __init__(self, error: ProviderError) -> None:
        self.message, self.code, self.hint = error.message, error.code, error.hint


class Watched:
    """Implements Provider around another one. `failures` by URN."""

    def __init__(self, inner: Provider, intents: Intents | None) -> None:
        self._inner = inner
        self._intents = intents
        self._turn = threading.Condition()
        self._under_way = 0
        self.failures: dict[str, Failed] = {}

    @property
    def package(self) -> str:
        """The inner one's."""
        return self._inner.package

    @property
    def version(self) -> str:
        """The inner one's."""
        return self._inner.version

    def configure(self, config: Mapping[str, str]) -> None:
        """See Provider."""
        self._inner.configure(config)

    def check(self, request: CheckRequest) -> CheckResult:
        """See Provider."""
        return self._inner.check(request)

    def diff(self, request: DiffRequest) -> DiffResult:
        """See Provider."""
        return self._inner.diff(request)

    def create(self, request: CreateRequest) -> CreateResult:
        """Written down, made, settled. An answer that was lost on the way stays open."""
        if request.preview or self._intents is None:
            return self._inner.create(request)
        with self._working():
            return self._create(request, self._intents)

    def _create(self, request: CreateRequest, intents: Intents) -> CreateResult:
        try:
            intents.begin(request)
        except CcdeployError as error:
            raise self._kept(request.urn, ProviderError(error.message, code=error.code, hint=error.hint)) from error
        try:
            made = self._inner.create(request)
        except InitFailed as error:
            intents.made(request.urn, error.id)
            raise self._kept(request.urn, error) from error
        except ProviderError as error:
            if error.code and not error.code.startswith(("Internal", "Service", "RequestTimeout", "unanswered")):
                intents.refused(request.urn)
            raise self._kept(request.urn, error) from error
        intents.made(request.urn, made.id)
        return made

    def read(self, request: ReadRequest) -> ReadResult:
        """See Provider."""
        return self._inner.read(request)

    def update(self, request: UpdateRequest) -> Properties:
        """See Provider."""
        with self._working():
            try:
                return self._inner.update(request)
            except ProviderError as error:
                raise self._kept(request.urn, error) from error

    def delete(self, request: DeleteRequest) -> None:
        """See Provider."""
        with self._working():
            try:
                self._inner.delete(request)
            except ProviderError as error:
                raise self._kept(request.urn, error) from error

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        """See Provider."""
        return self._inner.invoke(token, args)

    def cancel(self) -> None:
        """See Provider."""
        self._inner.cancel()

    def rest(self) -> None:
        """Return when no change is under way: one goes on although the CLI that asked for it is dead."""
        with self._turn:
            while self._under_way:
                self._turn.wait()

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        with self._turn:
            self._under_way += 1
        try:
            yield
        finally:
            with self._turn:
                self._under_way -= 1
                self._turn.notify_all()

    def _kept(self, urn: str, error: ProviderError) -> ProviderError:
        self.failures[urn] = Failed(error)
        return error
