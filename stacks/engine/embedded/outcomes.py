"""Same, create, update: the calls of one step, each with its intent before and its effect after in the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ....specs.frozen import dataclass
from ...provider.base import CreateRequest, InitFailed, Provider, UpdateRequest
from ...provider.values import Properties, Secret, has_secret, has_unknown
from ..plan import Action, Step
from . import record as records
from .calls import Calls, Cancelled, StepFailed
from .ledger import Ledger
from .record import Record
from .state import Resource


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program is told: `ok` False makes every output unknown to it."""

    urn: str
    id: str = ""
    outputs: Properties | None = None
    ok: bool = True


class Outcomes:
    """What a step comes to, in a preview or for real."""

    def __init__(self, ledger: Ledger, calls: Calls, record: Record, *, preview: bool, now: Callable[[], str]) -> None:
        self._ledger = ledger
        self._calls = calls
        self._record = record
        self._preview = preview
        self._now = now

    def same(self, old: Resource, new: Resource, why: tuple[str, ...]) -> Answer:
        """Nothing to call; what the program says about it (protection, dependencies) is recorded."""
        if not self._preview:
            self._ledger.put(new, durable=False)
        self._record.done(records.step("same", new.urn, why))
        return Answer(new.urn, old.id, old.outputs)

    def create(
        self,
        provider: Provider,
        new: Resource,
        action: Action = "create",
        why: tuple[str, ...] = (),
        *,
        demote: bool = False,
    ) -> Answer:
        """Make it; with `demote` in the place of one that then waits to be deleted."""
        step = records.step(action, new.urn, why)
        request = CreateRequest(
            urn=new.urn,
            type=new.type,
            name=new.name,
            inputs=new.inputs,
            preview=self._preview,
            timeout=new.timeouts.create,
        )
        if self._preview:
            planned = self._calls.run("preview", lambda: provider.create(request))
            self._record.done(step)
            return Answer(new.urn, "", secret_outputs(new, planned.outputs))
        since = self._record.started(step)
        now = self._now()
        began = replace(new, id="", outputs={}, created=now, modified=now, init_errors=())
        self._ledger.begin("creating", began)
        try:
            made = self._calls.run(f"create:{new.urn}", lambda: provider.create(request), mutates=True)
        except InitFailed as error:
            kept = self._finished(began, error.id, error.outputs, tuple(error.reasons))
            self._ledger.effect("creating", began, put=kept, demote=demote)
            return self._failed(step, StepFailed(error.message, code=error.code, hint=error.hint), since)
        except (StepFailed, Cancelled) as error:
            if isinstance(error, Cancelled) or not error.ambiguous:
                self._ledger.settle("creating", began)
            return self._stopped(step, error, since)
        kept = self._finished(began, made.id, made.outputs)
        self._ledger.effect("creating", began, put=kept, demote=demote)
        self._record.done(step, since, kept.id)
        return Answer(kept.urn, kept.id, kept.outputs)

    def update(self, provider: Provider, old: Resource, new: Resource, why: tuple[str, ...]) -> Answer:
        """Change it in place."""
        step = records.step("update", new.urn, why)
        request = UpdateRequest(
            urn=new.urn,
            type=new.type,
            name=new.name,
            id=old.id,
            old_inputs=old.inputs,
            old_outputs=old.outputs,
            news=new.inputs,
            preview=self._preview,
            timeout=new.timeouts.update,
            ignore_changes=new.ignore_changes,
        )
        if self._preview:
            outputs = self._calls.run("preview", lambda: provider.update(request))
            self._record.done(step)
            return Answer(new.urn, old.id, secret_outputs(new, outputs))
        since = self._record.started(step)
        began = replace(new, modified=self._now(), init_errors=())
        self._ledger.begin("updating", began)
        try:
            outputs = self._calls.run(f"update:{new.urn}", lambda: provider.update(request), mutates=True)
        except InitFailed as error:
            kept = self._finished(began, error.id or old.id, error.outputs, tuple(error.reasons))
            self._ledger.effect("updating", began, put=kept)
            return self._failed(step, StepFailed(error.message, code=error.code, hint=error.hint), since)
        except (StepFailed, Cancelled) as error:
            if isinstance(error, Cancelled) or not error.ambiguous:
                self._ledger.settle("updating", began)
            return self._stopped(step, error, since)
        kept = self._finished(began, old.id, outputs)
        self._ledger.effect("updating", began, put=kept)
        self._record.done(step, since, kept.id)
        return Answer(kept.urn, kept.id, kept.outputs)

    def _finished(
        self,
        began: Resource,
        id: str,  # noqa: A002 - Pulumi's word
        outputs: Properties,
        errors: tuple[str, ...] = (),
    ) -> Resource:
        known_outputs = {key: value for key, value in outputs.items() if not has_unknown(value)}
        return replace(began, id=id, outputs=secret_outputs(began, known_outputs), init_errors=errors)

    def _failed(self, step: Step, error: StepFailed, since: float) -> Answer:
        self._record.failure(step, error, since)
        return Answer(step.urn, ok=False)

    def _stopped(self, step: Step, error: StepFailed | Cancelled, since: float) -> Answer:
        if isinstance(error, StepFailed):
            return self._failed(step, error, since)
        self._record.stopped(step)
        return Answer(step.urn, ok=False)


def secret_outputs(resource: Resource, outputs: Properties) -> Properties:
    """Outputs that echo a secret input, or that the program declares secret, are secret."""
    result = dict(outputs)
    for key, value in outputs.items():
        declared = key in resource.additional_secret_outputs
        if value is not None and not isinstance(value, Secret) and (declared or has_secret(resource.inputs.get(key))):
            result[key] = Secret(value)
    return result
