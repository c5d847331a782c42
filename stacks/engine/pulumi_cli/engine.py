"""The same program on Pulumi's own engine: Automation API, file backend, our providers attached over gRPC.

Implements plan.Engine beside the embedded one, and tells the same steps, counts, failures and drift. `aws` is attached
on the sandbox; on a real account it is Pulumi's own plugin, and only `ccdeploy` is ours. An engine is a context
manager: the providers are served and the copy for reading lives until its end.
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final

from ....specs.errors import CcdeployError, StateError
from ...cloud.store import Store
from ...provider.base import Provider
from .. import urns
from ..plan import Drift, EngineResult, Failure, OnRead, OnStep, Places, Program, Recover, ignore, unheard
from .command import Command, require
from .events import Events, Refreshed, plain_value, properties
from .place import Place
from .recovery import Recovery
from .remote_place import opened
from .watched import Intents, Watched
from .words import in_words, last_words

VERSION: Final = 3
Keep = Callable[[str, str], bool]


class PulumiEngine:
    """`providers` are attached, all others are Pulumi's plugins; `writing` False works on a copy."""

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        providers: Mapping[str, Provider],
        store: Store,
        config: Mapping[str, str],
        writing: bool,
        parallel: int = 16,
        fence: int = 0,
        guard: Callable[[], None] = lambda: None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._project = project
        self._stack = stack
        self._store = store
        self._config = dict(config)
        self._writing = writing
        self._parallel = max(1, parallel)
        self._environment = dict(environment or {})
        self._intents = Intents(store, fence, guard) if writing else None
        self._providers = [Watched(provider, self._intents) for provider in providers.values()]
        self._guard = guard
        self._attached = contextlib.ExitStack()
        self._lock = threading.Lock()
        self._opened: Any = None
        self._command: Command | None = None
        self._cancelled = False
        self._exported: dict[str, Any] | None = None
        self._place: Place | None = None
        self._broken: list[str] = []  # what was said of locks that a dead CLI had left
        self._mended: bool | None = None  # whether an older state took the place of a torn one; None: not looked yet
        self._program: Program = _nothing
        self._told: list[CcdeployError] = []
        self.on_read: OnRead = unheard

    # ------------------------------------------------------------ life

    def __enter__(self) -> PulumiEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and forget the copy. What a CLI that died had begun ends first, under the lease of this run."""
        self._attached.close()
        for provider in self._providers:
            provider.rest()
        if self._intents is not None:
            self._intents.close()
        if self._place is not None:
            self._place.tidy()
        self._opened = None

    def _where(self) -> Place:
        if self._place is None:
            self._place = self._attached.enter_context(
                opened(self._store, self._project, self._stack, writing=self._writing)
            )
        return self._place

    def _cli(self) -> Command:
        if self._command is None:
            self._command = Command(require())
        return self._command

    def _env(self) -> dict[str, str]:
        """The CLI's environment; the providers are served from here on."""
        if "PULUMI_DEBUG_PROVIDERS" not in self._environment:
            from ...provider.serve import start

            ports = []
            for provider in self._providers:
                running = start(provider)
                self._attached.callback(running.stop)
                ports.append(f"{provider.package}:{running.port}")
            self._environment["PULUMI_DEBUG_PROVIDERS"] = ",".join(ports)
        own_home = any(provider.package == "aws" for provider in self._providers)
        return {**self._where().environment(own_home=own_home), **self._environment}

    def _open(self) -> Any:
        """The Automation API's Stack, made on first use."""
        if self._opened is not None:
            return self._opened
        from . import automated

        place = self._where()
        place.prepare()
        workspace = automated.workspace(place.work, self._project, self._env(), self._cli(), self._run_program)
        place.only_owner()
        with in_words():
            stack = automated.stack(self._stack, workspace, exists=place.exists)
            automated.configure(stack, self._config)
        place.close_to_others()
        if self._writing:
            place.keep()
        self._opened = stack
        return stack

    def _run_program(self) -> None:
        try:
            self._program()
        except CcdeployError as error:
            self._told.append(error)
            raise

    # ------------------------------------------------------------ Engine

    def preview(self, program: Program, on_step: OnStep = ignore, *, afresh: bool = False) -> EngineResult:
        """Say what `up` would do. Nothing is written where the stack lives."""
        events = Events(on_step, preview=True, deleting=("no longer in the centre",))
        return self._updated(program, events, lambda stack: stack.preview(on_event=events, refresh=afresh))

    def up(self, program: Program, on_step: OnStep = ignore) -> EngineResult:
        """Make the world as the program says."""
        events = Events(on_step, preview=False, deleting=("no longer in the centre",))
        return self._updated(program, events, lambda stack: stack.up(parallel=self._parallel, on_event=events))

    def _updated(self, program: Program, events: Events, run: Callable[[Any], Any]) -> EngineResult:
        if self._cancelled:
            return EngineResult((), interrupted=True)
        self._guard()
        self._program, self._told = program, []
        stack = self._open()
        ended = self._ran(lambda: run(stack), changes=not events.preview)
        if self._intents is not None and not ended and not events.general:
            self._settled(self._intents)
        if self._told:
            raise self._told[0]
        failures = self._failures(events, ended)
        return EngineResult(
            events.steps,
            outputs=dict(self.outputs()),
            failures=failures,
            mutations=events.mutations,
            interrupted=self._cancelled,
        )

    def _settled(self, intents: Intents) -> None:
        """The state holds all that was made: from here on it is what a save that goes wrong falls back to."""
        self._where().keep()
        self._mended = False
        intents.clear()

    def _ran(self, run: Callable[[], Any], *, changes: bool = True) -> str:
        """Run the CLI; returns why it failed, or "". A run that only reads leaves the state as it was exported."""
        from pulumi.automation.errors import CommandError

        for provider in self._providers:
            provider.failures.clear()
        try:
            run()
        except CommandError as error:
            return last_words(str(error))
        finally:
            if changes:
                self._exported = None
        return ""

    def _failures(self, events: Events, ended: str) -> tuple[Failure, ...]:
        known = {urn: failed for provider in self._providers for urn, failed in provider.failures.items()}
        found = events.failures(known)
        if not ended or found or self._cancelled:
            return found
        urn = urns.make(self._stack, self._project, "", urns.STACK_TYPE, f"{self._project}-{self._stack}")
        return (Failure("pulumi:cli", self._stack, urn, events.general or ended, "pulumi"),)

    def refresh(self, *, write: bool, only: Places | None = None) -> tuple[Drift, ...]:
        """Read everything that the state holds, or `only` these; with `write` take what was found into the state."""
        if not self._where().exists:
            return ()
        targets = None if only is None else self._urns(only)
        if targets == []:
            return ()
        there = self.export()["deployment"].get("resources") or ()
        total = len(targets) if targets is not None else sum(urns.counted(item["type"]) for item in there)
        found = Refreshed(self.on_read, total)
        stack = self._open()
        run = stack.refresh if write else stack.preview_refresh
        ended = self._ran(lambda: run(on_event=found, parallel=self._parallel, target=targets), changes=write)
        if ended:
            raise StateError(
                f"what stands cannot be read: {'; '.join(dict.fromkeys(found.errors)) or ended}",
                where=self._stack,
                hint="run the command again",
            )
        return found.drift

    def _urns(self, places: Places) -> list[str]:
        resources = self.export()["deployment"].get("resources") or ()
        return [item["urn"] for item in resources if (item["type"], urns.name(item["urn"])) in places]

    def destroy(self, on_step: OnStep = ignore, *, keep: Keep | None = None) -> EngineResult:
        """Remove all in reverse order, but what `keep(type, name)` names or protection guards, and what those need."""
        if self._cancelled:
            return EngineResult((), interrupted=True)
        self._guard()
        if not self._where().exists:
            return EngineResult(())
        kept = self._protect(keep)
        events = Events(on_step, preview=False)
        stack = self._open()
        ended = self._ran(lambda: stack.destroy(exclude_protected=bool(kept), on_event=events))
        failures = self._failures(events, ended)
        return EngineResult(events.steps, dict(self.outputs()), failures, events.mutations, self._cancelled)

    def _protect(self, keep: Keep | None) -> list[str]:
        """Protect what is to stay and nothing else; returns it."""
        document = copy.deepcopy(self.export())
        kept, changed = [], False
        for resource in document["deployment"].get("resources") or ():
            stays = keep is not None and urns.counted(resource["type"])
            if stays and keep is not None and not resource.get("protect"):
                stays = keep(resource["type"], urns.name(resource["urn"]))
            if stays:
                kept.append(resource["urn"])
            if bool(resource.get("protect")) != stays:
                changed = True
                resource["protect"] = stays
        if changed:
            self.replace_state(document)
        return kept

    def recover(self, find: Recover) -> tuple[str, ...]:
        """Settle what an interrupted run left; says in words what was done."""
        place = self._where()
        if not place.exists or self._intents is None:
            return ()
        document = copy.deepcopy(self.export())
        said, self._broken = self._broken, []
        recovery = Recovery(document["deployment"], self._intents.open())
        if self._mended:
            said.append("A save of the state had gone wrong: the one before it was taken, and all of it was read anew")
        elif not recovery.needed:
            return tuple(said)
        recovery.settle(find)
        if recovery.changed:
            self.replace_state(document)
        if recovery.targets or self._mended:
            stack = self._open()
            found = Refreshed()
            targets = None if self._mended else recovery.targets
            ended = self._ran(lambda: stack.refresh(target=targets, on_event=found))
            if ended:
                raise StateError(f"what was left cannot be read: {ended}", where=self._stack, hint="run again")
        self._settled(self._intents)
        return (*said, *recovery.said)

    def outputs(self) -> Mapping[str, Any]:
        """The exports of the last finished run; empty before the first."""
        for resource in self.export()["deployment"].get("resources") or ():
            if resource["type"] == urns.STACK_TYPE:
                return {key: plain_value(value) for key, value in properties(resource.get("outputs")).items()}
        return {}

    def export(self) -> dict[str, Any]:
        """The state as `pulumi stack export` prints it, not to be changed; secrets stay sealed."""
        if self._exported is None:
            self._exported = self._export()
        return self._exported

    def cancel(self) -> None:
        """Start no new step, now and in later operations; those in flight finish and are recorded."""
        with self._lock:
            first, self._cancelled = not self._cancelled, True
        if first and self._command is not None:
            self._command.interrupt()

    # ------------------------------------------------------------ the state as a whole

    def _export(self, *, secrets: bool = False) -> dict[str, Any]:
        if not self._where().exists:
            return {"version": VERSION, "deployment": {}}
        place = self._where()
        place.prepare()
        if self._mended is None:
            self._broken = place.break_stale_locks() if self._writing else []
            self._mended = place.mend()
        arguments = ["stack", "export", "--stack", self._stack, *(["--show-secrets"] if secrets else [])]
        while (result := self._cli().feed(arguments, str(place.work), self._env(), "")).code != 0:
            said = last_words(result.stderr)
            if result.code in {-9, 137} or not place.mend(unreadable=True):
                raise StateError(
                    f"the state cannot be read: {said}", where=str(place.root), hint="restore the folder from a backup"
                )
            self._mended = True
        document: dict[str, Any] = json.loads(result.stdout)
        return document

    def export_open(self) -> dict[str, Any]:
        """The state with its secrets in clear, for moving it in memory. Never write it anywhere."""
        return self._export(secrets=True)

    def _secrets_provider(self) -> dict[str, Any]:
        """What this stack's secrets are sealed with. Without it in the state that it takes, the CLI crashes."""
        found: dict[str, Any] = self.export()["deployment"].get("secrets_providers") or {}
        if not found:
            settings = self._open().workspace.stack_settings(self._stack)
            found = {"type": "passphrase", "state": {"salt": settings.encryption_salt}}
        return found

    def replace_state(self, document: Mapping[str, Any]) -> None:
        """Put a whole deployment in the place of the state; secrets in clear are sealed on the way in."""
        self._guard()
        self._open()
        deployment = {**document["deployment"], "secrets_providers": self._secrets_provider()}
        result = self._cli().feed(
            ["stack", "import", "--stack", self._stack, "--force"],
            str(self._where().work),
            self._env(),
            json.dumps({"version": VERSION, "deployment": deployment}),
        )
        self._exported = None
        if result.code != 0:
            raise StateError(
                f"Pulumi does not take the state: {last_words(result.stderr)}",
                where=self._stack,
                hint="the old state is still in place; run the command again",
            )


def _nothing() -> None:
    """The program of an engine that was not given one yet."""
