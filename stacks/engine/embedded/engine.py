"""The embedded engine: the Pulumi program in this process, the state in a Store, the providers as objects.

What each field of a registration means here is written in docs/engine.md. An engine serves one operation at a time;
the caller holds the stack's lease for every operation but `preview`, `outputs`, `export` and a refresh that does not
write.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, Final

from ...cloud.store import Store
from ...provider.base import Provider, ReadResult
from ..plan import Drift, EngineResult, OnRead, OnStep, Places, Program, Recover, ignore, unheard
from .calls import Calls
from .deployment import VERSION
from .destroy import Keep, destroy
from .ledger import Ledger
from .record import Record
from .refresh import recover, refresh
from .session import Session

ENGINE_VERSION: Final = "v3.250.0"  # the Pulumi whose state format and rules are kept


def utc_now() -> str:
    """The time as Pulumi writes it into a state."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class EmbeddedEngine:
    """Implements plan.Engine. `providers` by package name; `config` as `{"aws:region": …}`."""

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        providers: Mapping[str, Provider],
        store: Store,
        config: Mapping[str, str],
        parallel: int = 16,
        fence: int = 0,
        guard: Callable[[], None] = lambda: None,
        now: Callable[[], str] = utc_now,
        least: int = 0,
        mark: Callable[[int], None] = lambda _generation: None,
    ) -> None:
        """`fence`, `guard`, `least` and `mark` come from the lease: its number, for the journal's records, its `check`,
        the generation of the state that it remembers, and its `note`.
        """
        self._project = project
        self._stack = stack
        self._providers = dict(providers)
        self._store = store
        self._config = dict(config)
        self._parallel = max(1, parallel)
        self._now = now
        self._lock = threading.Lock()
        self._current: Calls | None = None
        self._cancelled = False
        self._fence = fence
        self._guard = guard
        self._least = least
        self._mark = mark
        self._seen: tuple[dict[str, Any], dict[str, Any]] | None = None  # export and outputs since the last change
        self._known: dict[tuple[str, str], ReadResult] = {}  # what was read since the last change
        self.on_read: OnRead = unheard

    @contextlib.contextmanager
    def _session(self, on_step: OnStep = ignore, *, preview: bool = False) -> Iterator[Session]:
        calls = Calls(self._providers, self._config, self._parallel)
        with self._lock:
            self._current = calls
            if self._cancelled:
                calls.cancel()
        context = f"{self._project}/{self._stack}"
        ledger = Ledger(
            self._store, context, ENGINE_VERSION, self._now, self._fence, self._guard, self._least, self._mark
        )
        try:
            yield Session(
                ledger=ledger,
                calls=calls,
                record=Record(on_step),
                project=self._project,
                stack=self._stack,
                parallel=self._parallel,
                now=self._now,
                preview=preview,
                known=self._known,
                on_read=self.on_read,
            )
        finally:
            ledger.close()
            with self._lock:
                self._current = None
                if not preview:
                    self._seen, self._known = None, {}

    def preview(self, program: Program, on_step: OnStep = ignore, *, afresh: bool = False) -> EngineResult:
        """Say what `up` would do. Nothing is written, no call changes anything.

        `afresh` reads everything first and plans from what stands, as `up` would after a refresh.
        """
        from .update import update

        with self._session(on_step, preview=True) as session:
            if afresh:
                refresh(session, write=True)
            return update(session, program, self._config)

    def up(self, program: Program, on_step: OnStep = ignore) -> EngineResult:
        """Make the world as the program says. Raises Refused before anything while a call is unsettled (recover)."""
        from .update import update

        with self._session(on_step) as session:
            return update(session, program, self._config)

    def refresh(self, *, write: bool, only: Places | None = None) -> tuple[Drift, ...]:
        """Read everything that the state holds, or `only` these; with `write` take what was found into the state."""
        with self._session(preview=not write) as session:
            return refresh(session, write=write, only=only)

    def destroy(self, on_step: OnStep = ignore, *, keep: Keep | None = None) -> EngineResult:
        """Remove all in reverse order, but what `keep(type, name)` names or protection guards, and what those need.

        Without `keep` everything goes, protected or not.
        """
        with self._session(on_step) as session:
            return destroy(session, keep)

    def recover(self, find: Recover) -> tuple[str, ...]:
        """Settle what an interrupted run left pending; says in words what was done. Writes only if there was any."""
        with self._session() as session:
            return recover(session, find)

    def outputs(self) -> Mapping[str, Any]:
        """The exports of the last finished run, not to be changed; empty before the first."""
        return self._look()[1]

    def export(self) -> dict[str, Any]:
        """The state as `pulumi stack export` prints it, not to be changed; secrets stay sealed."""
        return self._look()[0]

    def _look(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is recorded, read once until this engine changes it."""
        if self._seen is None:
            with self._session(preview=True) as session:
                self._seen = {"version": VERSION, "deployment": session.ledger.export()}, session.stack_outputs()
        return self._seen

    def export_open(self) -> dict[str, Any]:
        """The state with its secrets in clear, for moving it in memory. Never write it anywhere."""
        from .moving import in_clear

        with self._session(preview=True) as session:
            return {"version": VERSION, "deployment": in_clear(session.ledger.state, self._now(), ENGINE_VERSION)}

    def replace_state(self, document: Mapping[str, Any]) -> None:
        """Put a whole deployment, its secrets in clear, in the place of the state; they are sealed on the way in."""
        from .moving import from_clear

        with self._session() as session:
            session.ledger.replace(from_clear(document))
            session.ledger.save()

    def cancel(self) -> None:
        """Start no new step, now and in later operations; those in flight finish and are recorded."""
        with self._lock:
            self._cancelled = True
            if self._current is not None:
                self._current.cancel()
