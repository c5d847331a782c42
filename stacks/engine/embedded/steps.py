"""One registration at a time: find the old resource, check, diff, and create, update, replace or leave it.

A preview walks the very same steps; only the calls say `preview` and nothing is written.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace

from ...provider.base import (
    CheckRequest,
    DiffRequest,
    DiffResult,
    Provider,
    ReadRequest,
)
from ...provider.values import Properties, has_unknown
from .. import urns
from . import record as records
from .calls import Calls, Cancelled, StepFailed, refused
from .ledger import Ledger
from .outcomes import Answer, Outcomes, secret_outputs
from .providers import DefaultProviders
from .record import Record
from .registration import Registration, reset_ignored
from .replacing import Replacing
from .state import Resource
from .words import differences


class Steps:
    """The registrations of one run. `register` and `read` are called from many threads."""

    def __init__(
        self,
        ledger: Ledger,
        calls: Calls,
        record: Record,
        defaults: DefaultProviders,
        *,
        project: str,
        stack: str,
        preview: bool,
        now: Callable[[], str],
    ) -> None:
        self._ledger = ledger
        self._state = ledger.state
        self._calls = calls
        self._record = record
        self._defaults = defaults
        self._project = project
        self._stack = stack
        self._preview = preview
        self._now = now
        self._lock = threading.RLock()
        self._replacing = Replacing(ledger, calls, record, preview=preview)
        self._outcomes = Outcomes(ledger, calls, record, preview=preview, now=now)
        self.seen: set[str] = set()

    def finish(self) -> None:
        """The program ran through: what fell with a replacement and never came back was deleted for good."""
        self._replacing.finish(self.seen)

    # ------------------------------------------------------------ entry points

    def urn(self, goal: Registration) -> str:
        """The URN of a registration in this stack."""
        return urns.make(self._stack, self._project, goal.parent, goal.type, goal.name)

    def register(self, goal: Registration) -> Answer:
        """Bring one resource to what the program says. Never raises for what a user can cause."""
        urn = self.urn(goal)
        first = self._enter(urn)
        if not first:
            return self._refuse(urn, "it is registered twice in the same program", "duplicate")
        if not goal.custom:
            return self._component(goal, urn)
        if not self._preview and self._skip(goal, urn):
            return Answer(urn, ok=False)
        try:
            return self._custom(goal, urn)
        except StepFailed as error:
            self._record.failure(records.step("create" if self._old(urn) is None else "update", urn), error)
        except Cancelled:
            self._record.stopped(records.step("same", urn))
        return Answer(urn, ok=False)

    def read(self, goal: Registration, id: str) -> Answer:  # noqa: A002 - Pulumi's word
        """Look up what exists outside of this stack; it is recorded as external and never changed or deleted."""
        urn = self.urn(goal)
        if not self._enter(urn):
            return self._refuse(urn, "it is registered twice in the same program", "duplicate")
        if has_unknown(goal.inputs):
            return Answer(urn, ok=self._preview)
        try:
            return self._lookup(goal, urn, id)
        except StepFailed as error:
            self._record.failure(records.step("same", urn), error)
        return Answer(urn, ok=False)

    # ------------------------------------------------------------ parts

    def _enter(self, urn: str) -> bool:
        with self._lock:
            first = urn not in self.seen
            self.seen.add(urn)
            return first

    def _old(self, urn: str) -> Resource | None:
        return self._state.live(urn)

    def _refuse(self, urn: str, message: str, code: str) -> Answer:
        self._record.failure(records.step("same", urn), StepFailed(message, code=code))
        return Answer(urn, ok=False)

    def _skip(self, goal: Registration, urn: str) -> bool:
        """Whether a registration cannot be done in this run: stopped, or something that it needs failed."""
        step = records.step("same", urn)
        if self._calls.cancelled:
            self._record.stopped(step)
            return True
        needed = {*goal.dependencies, goal.parent}.union(*goal.property_dependencies.values())
        failed = [self._record.failed[need] for need in needed if need in self._record.failed]
        if not failed and not has_unknown(goal.inputs):
            return False
        roots = frozenset[str]().union(*failed)
        names = sorted(roots) or sorted(key for key, value in goal.inputs.items() if has_unknown(value))
        self._record.skipped(step, f"waits for {_listed(names)}", roots)
        return True

    def _adopt_alias(self, goal: Registration, urn: str) -> str:
        """Give a resource that the program knows by another name now its new URN; returns the old one, or ""."""
        if self._old(urn) is not None:
            return ""
        for alias in goal.aliases:
            with self._lock:
                old = self._old(alias)
                if old is None or alias in self.seen or old.type != goal.type:
                    continue
                if self._preview:
                    self._state.rename(alias, urn)
                else:
                    self._ledger.rename(alias, urn)
                return alias
        return ""

    def _component(self, goal: Registration, urn: str) -> Answer:
        renamed = self._adopt_alias(goal, urn)
        old = self._old(urn)
        new = Resource(
            urn=urn,
            type=goal.type,
            custom=False,
            inputs=goal.inputs,
            outputs=old.outputs if old else {},
            parent=goal.parent,
            dependencies=goal.dependencies,
            property_dependencies=goal.property_dependencies,
            protect=goal.protect,
            retain_on_delete=goal.retain_on_delete,
            aliases=goal.aliases,
            created=old.created if old else self._now(),
            modified=old.modified if old else self._now(),
        )
        if not self._preview and not has_unknown(goal.inputs):
            self._ledger.put(new, durable=old is None)
        why = (f"renamed from {urns.name(renamed)}",) if renamed else ()
        self._record.done(records.step("same" if old else "create", urn, why))
        return Answer(urn, outputs={})

    def _custom(self, goal: Registration, urn: str) -> Answer:
        provider = self._calls.provider(goal.type)
        renamed = self._adopt_alias(goal, urn)
        old = self._old(urn)
        if old is not None and old.external:
            # It was only read so far. Now it is to be made: what was read stays untouched.
            if not self._preview:
                self._ledger.drop(old.key)
            old = None
        news = reset_ignored(goal.inputs, old.inputs, goal.ignore_changes) if old else goal.inputs
        inputs = self._check(provider, urn, goal, old, news)
        new = self._goal_state(goal, urn, inputs, old)
        if old is None:
            return self._create(provider, new)
        found = provider_diff(self._calls, provider, old, inputs, goal)
        why = differences(known(old), inputs, found.changed, goal.hide_diffs)
        if renamed:
            why = (f"renamed from {urns.name(renamed)}", *why)
        if found.replaces:
            return self._replace(provider, goal, old, new, found, why)
        if found.changed or old.init_errors:
            return self._outcomes.update(provider, old, new, why or tuple(f"unfinished: {e}" for e in old.init_errors))
        return self._outcomes.same(old, new, why)

    def _create(self, provider: Provider, new: Resource) -> Answer:
        if new.urn in self._replacing.gone:
            return self._outcomes.create(provider, new, "replace", self._replacing.why(new.urn))
        return self._outcomes.create(provider, new)

    def _check(
        self, provider: Provider, urn: str, goal: Registration, old: Resource | None, news: Properties
    ) -> Properties:
        request = CheckRequest(
            urn=urn,
            type=goal.type,
            name=goal.name,
            olds=old.inputs if old else None,
            news=news,
            random_seed=secrets.token_bytes(32),
        )
        result = self._calls.run("check", lambda: provider.check(request))
        if result.failures:
            raise refused(result.failures)
        return result.inputs

    def _goal_state(self, goal: Registration, urn: str, inputs: Properties, old: Resource | None) -> Resource:
        return Resource(
            urn=urn,
            type=goal.type,
            custom=True,
            id=old.id if old else "",
            inputs=inputs,
            outputs=old.outputs if old else {},
            parent=goal.parent,
            provider=self._defaults.reference(goal.type, goal.version, goal.provider),
            dependencies=goal.dependencies,
            property_dependencies=goal.property_dependencies,
            protect=goal.protect,
            retain_on_delete=goal.retain_on_delete,
            additional_secret_outputs=goal.additional_secret_outputs,
            aliases=goal.aliases,
            ignore_changes=goal.ignore_changes,
            timeouts=goal.timeouts,
            created=old.created if old else "",
            modified=old.modified if old else "",
        )

    # ------------------------------------------------------------ replacing and reading

    def _replace(
        self,
        provider: Provider,
        goal: Registration,
        old: Resource,
        new: Resource,
        found: DiffResult,
        why: tuple[str, ...],
    ) -> Answer:
        if old.protect and goal.protect:
            raise StepFailed(
                f"it is protected, and {', '.join(found.replaces)} cannot change without replacing it",
                code="protected",
                hint="undo the change, or lift the protection first",
            )
        why = (*why, f"replaced because {', '.join(found.replaces)} cannot change in place")
        # A replacement gets a name of its own: checked as if there had been none before.
        inputs = self._check(provider, new.urn, goal, None, goal.inputs)
        fresh = replace(new, id="", inputs=inputs, outputs={}, created="", modified="")
        first = goal.delete_before_replace
        if first is None:
            first = found.delete_before_replace
        if first:
            self._replacing.delete_first(old, self.seen)
            return self._outcomes.create(provider, fresh, "replace", why)
        return self._outcomes.create(provider, fresh, "replace", why, demote=True)

    def _lookup(self, goal: Registration, urn: str, id: str) -> Answer:  # noqa: A002 - Pulumi's word
        provider = self._calls.provider(goal.type)
        old = self._old(urn)
        if old is not None and not old.external:
            raise StepFailed(
                "this stack made it, so it cannot be read as if it were somebody else's",
                code="owned",
                hint="register it instead of reading it",
            )
        request = ReadRequest(urn=urn, type=goal.type, name=goal.name, id=id)
        found = self._calls.run("read", lambda: provider.read(request))
        if found.id is None:
            raise StepFailed(f"{id} does not exist", code="not-found", hint="check the id and the Region")
        now = self._now()
        new = replace(
            self._goal_state(goal, urn, found.inputs, None),
            id=found.id,
            external=True,
            created=old.created if old else now,
            modified=old.modified if old else now,
        )
        new = replace(new, outputs=secret_outputs(new, found.outputs))
        if not self._preview:
            self._ledger.put(new, durable=old is None)
        return Answer(urn, found.id, new.outputs)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def known(resource: Resource) -> Properties:
    """What is known to stand: the service's own words where there are any."""
    return {**resource.inputs, **{key: resource.outputs[key] for key in resource.inputs if key in resource.outputs}}


def provider_diff(
    calls: Calls, provider: Provider, old: Resource, inputs: Properties, goal: Registration
) -> DiffResult:
    """The provider's diff, with the program's `replace_on_changes` added."""
    request = DiffRequest(
        urn=old.urn,
        type=old.type,
        name=old.name,
        id=old.id,
        old_inputs=old.inputs,
        old_outputs=old.outputs,
        news=inputs,
        ignore_changes=goal.ignore_changes,
    )
    found = calls.run("diff", lambda: provider.diff(request))
    wanted = {path.replace("[", ".").split(".")[0] for path in goal.replace_on_changes}
    forced = [key for key in found.changed if (key in wanted or "*" in wanted) and key not in found.replaces]
    return replace(found, replaces=(*found.replaces, *forced)) if forced else found
