"""How the verbs that move a caller become actions."""

from __future__ import annotations

from typing import Any

from .compile_control import criteria
from .compile_speech import ask_digits, loop
from .draft import Draft, Emit
from .forms import HOOKS
from .graph import Step
from .house import MOMENTS


def hook(
    draft: Draft, moment: str, flow: str, failed: str | None = None, configuration: dict[str, Any] | None = None
) -> tuple[str, Emit]:
    """A link of a chain that sets which flow serves a moment; a failure goes on unless `failed` is given."""

    def emit(ident: str, go_on: str) -> None:
        hooks: dict[str, Any] = {"EventHooks": {HOOKS[moment]: draft.ref("flow", flow)}}
        if configuration:
            hooks["EventHooksConfiguration"] = configuration
        draft.add(ident, "UpdateContactEventHooks", hooks, go_on, failed=failed or go_on, branch=moment)

    return moment.replace("_", "-"), emit


def queue_hooks(draft: Draft, step: Step, queue: str | None) -> list[tuple[str, Emit]]:
    """The hooks of a queue step: what the step says, else the queue, else the centre, else the built-ins."""
    links = []
    for moment in MOMENTS:
        flow = step.option(moment) or (None if draft.bare else draft.house.flow_for(moment, queue))
        if flow and flow != "none":
            links.append(hook(draft, moment, flow))
    return links


def queue(draft: Draft, step: Step) -> None:
    """Hooks, priority, target queue, transfer; from inside a queue, out of it and into the other."""
    name, failed = step.value, draft.failed(step)
    full = step.option("full")
    known = draft.house.queue(name)
    if known is not None and not known.open:  # closed to new contacts: those who wait are still served
        draft.add(step.key, "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Enabled"}, full, branch="closed")
        return
    links = queue_hooks(draft, step, name)
    if step.option("priority") is not None:
        parameters = {"QueuePriority": str(step.option("priority"))}

        def rank(ident: str, go_on: str) -> None:
            draft.add(ident, "UpdateContactRoutingBehavior", parameters, go_on)

        links.append(("priority", rank))
    if step.option("skills") is not None:
        parameters_ = {"RoutingCriteria": criteria(step.option("skills"))}

        def skills(ident: str, go_on: str) -> None:
            draft.add(ident, "UpdateContactRoutingCriteria", parameters_, go_on, failed=go_on)

        links.append(("skills", skills))
    errors = {"QueueAtCapacity": full, "NoMatchingError": failed}
    inside = draft.flow.type == "customer_queue"

    def transfer(ident: str, _: str) -> None:
        draft.add(ident, "TransferContactToQueue", None, failed, errors=errors)

    def move(ident: str, _: str) -> None:
        def one(where: str, real: str) -> None:
            to = {"QueueId": draft.ref("queue", real)}
            draft.add(where, "DequeueContactAndTransferToQueue", to, failed, errors=errors)

        draft.by_language(ident, draft.real_queues(draft.house.variants(name)), one)

    if inside:
        links.append(("move", move))
    else:
        if name != "current":
            links.append(("target", target_link(draft, name, failed)))
        links.append(("transfer", transfer))
    draft.chain(step, links, failed)


def target_link(draft: Draft, name: str, failed: str) -> Emit:
    """Set the target queue, by the caller's language where the queue has several."""

    def emit(ident: str, go_on: str) -> None:
        def one(where: str, real: str) -> None:
            to = {"QueueId": draft.ref("queue", real)}
            draft.add(where, "UpdateContactTargetQueue", to, go_on, failed=failed)

        draft.by_language(ident, draft.real_queues(draft.house.variants(name)), one)

    return emit


def target(draft: Draft, step: Step) -> None:
    """UpdateContactTargetQueue."""
    if step.option("person"):
        to = {"AgentId": draft.ref("agent", step.value)}
        draft.add(step.key, "UpdateContactTargetQueue", to, draft.then(step), failed=draft.failed(step))
        return
    target_link(draft, step.value, draft.failed(step))(step.key, draft.then(step))


def agent(draft: Draft, step: Step) -> None:
    """A named agent's own queue, or the one that the transferring agent picked."""
    links = queue_hooks(draft, step, None)
    if step.value == "chosen":  # the agent is free: nobody waits
        links = [hook for hook in links if hook[0] != "waiting"]
        links.append(("connect", lambda ident, _: draft.add(ident, "TransferContactToAgent")))
        draft.chain(step, links, "")
        return
    failed = draft.failed(step)

    def aim(ident: str, go_on: str) -> None:
        to = {"AgentId": draft.ref("agent", step.value)}
        draft.add(ident, "UpdateContactTargetQueue", to, go_on, failed=failed)

    def transfer(ident: str, _: str) -> None:
        errors = {"QueueAtCapacity": step.option("full") or failed, "NoMatchingError": failed}
        draft.add(ident, "TransferContactToQueue", None, failed, errors=errors)

    draft.chain(step, [*links, ("target", aim), ("transfer", transfer)], failed)


def callback(draft: Draft, step: Step) -> None:
    """The caller's own number, or one that is asked for twice; then the callback contact."""
    then, failed = draft.then(step), draft.failed(step)
    kept = step.option("number") == "kept"
    ask = None if kept else step.option("ask_number")
    lost = step.option("no_number") or failed
    withheld = f"{step.key}.ask" if ask else lost
    mark, book, again = f"{step.key}.mark", f"{step.key}.book", f"{step.key}.again"
    if kept and draft.bare:
        book = step.key
    elif kept:
        mark = step.key
    else:
        callback_number_action(draft, step.key, "$.CustomerEndpoint.Address", mark, withheld, withheld)
    if ask:
        options = {"phone": draft.house.country or "e164", "ends_with": "#", "timeout": 10}
        ask_digits(draft, withheld, ask, options, f"{step.key}.number", failed, again)
        callback_number_action(draft, f"{step.key}.number", "$.StoredCustomerInput", mark, again, again)
        loop(draft, again, 1, withheld, lost)
    attributes = {"Attributes": {"callback": "yes"}, "TargetContact": "Current"}
    whisper = _callback_whisper(draft, step)
    if book != step.key:
        on = f"{step.key}.whisper" if whisper else book
        draft.add(mark, "UpdateContactAttributes", attributes, on, failed=on)
    if whisper:
        whisper(f"{step.key}.whisper", book)
    times: dict[str, Any] = {
        "InitialCallDelaySeconds": str(step.option("after")),
        "MaximumConnectionAttempts": str(step.option("attempts")),
        "RetryDelaySeconds": str(step.option("retry_every")),
    }
    if step.option("caller_id"):
        times["CallerId"] = draft.ref("phone_number", step.option("caller_id"))

    def one(ident: str, real: str) -> None:
        where = {} if real == "current" else {"QueueId": draft.ref("queue", real)}
        draft.add(ident, "CreateCallbackContact", where | times, then, failed=failed)

    own = draft.house.own_callbacks(draft.flow.name) if draft.flow.type == "customer_queue" and not draft.bare else []
    if step.value != "current" or not own:
        draft.by_language(book, draft.real_queues(draft.house.callback_variants(step.value)), one)
        return
    # A callback into the very queue that is full would be lost: each queue's go into the queue kept for them.
    names = [f"{book}.{number}" for number in range(len(own))]
    cases = [("Equals", title, name) for (title, _), name in zip(own, names, strict=True)]
    errors = {"NoMatchingCondition": f"{book}.here"}
    draft.add(book, "Compare", {"ComparisonValue": "$.Queue.Name"}, conditions=cases, errors=errors)
    for (_, real), name in zip(own, names, strict=True):
        one(name, real)
    one(f"{book}.here", "current")


def _callback_whisper(draft: Draft, step: Step) -> Emit | None:
    """Who is called back out of hours never joined a queue: without this the agent would hear Connect's own whisper."""
    if draft.bare or draft.flow.type == "customer_queue":
        return None
    queue = None if step.value == "current" else step.value
    flow = draft.house.flow_for("agent_whisper", queue)
    return hook(draft, "agent_whisper", flow)[1] if flow and flow != "none" else None


def callback_number_action(draft: Draft, ident: str, path: str, then: str, invalid: str, not_dialable: str) -> None:
    """UpdateContactCallbackNumber; it has no NoMatchingError."""
    errors = {"InvalidCallbackNumber": invalid, "CallbackNumberNotDialable": not_dialable}
    draft.add(ident, "UpdateContactCallbackNumber", {"CallbackNumber": path}, then, errors=errors)


def callback_number(draft: Draft, step: Step) -> None:
    """UpdateContactCallbackNumber."""
    failed = draft.failed(step)
    invalid, not_dialable = step.option("invalid") or failed, step.option("not_dialable") or failed
    callback_number_action(draft, step.key, step.value, draft.then(step), invalid, not_dialable)


def transfer(draft: Draft, step: Step) -> None:
    """TransferParticipantToThirdParty; when the other side hangs up the call ends, unless `then` says more."""
    then = step.then
    if then is None:
        then = f"{step.key}.end"
        draft.third_party(step.key, draft.house.number(step.value), then, draft.failed(step), **_dialling(step))
        draft.add(then, "DisconnectParticipant")
        return
    draft.third_party(step.key, draft.house.number(step.value), then, draft.failed(step), **_dialling(step))


def _dialling(step: Step) -> dict[str, Any]:
    return {name: step.option(name) for name in ("ring", "caller_id", "caller_name", "keys", "no_answer", "come_back")}


def flow(draft: Draft, step: Step) -> None:
    """TransferToFlow; success does not come back."""
    parameters = {"ContactFlowId": draft.ref("flow", step.value)}
    draft.add(step.key, "TransferToFlow", parameters, failed=draft.failed(step))


def module(draft: Draft, step: Step) -> None:
    """InvokeFlowModule, with a branch for each result; the module's own failure goes where failures go."""
    then, failed = draft.then(step), draft.failed(step)
    parameters: dict[str, Any] = {"FlowModuleId": draft.ref("module", step.value)}
    if step.option("send"):
        parameters["Input"] = step.option("send")
    results = dict(step.option("results") or {})
    if not draft.bare and "error" in draft.house.module_results.get(step.value, ()):
        results.setdefault("error", failed)
    errors = {"NoMatchingError": failed} | ({"NoMatchingCondition": then} if results or not draft.bare else {})
    cases = [("Equals", result, to) for result, to in results.items()]
    draft.add(step.key, "InvokeFlowModule", parameters, then, conditions=cases, errors=errors)


def end_module(draft: Draft, ident: str, result: str | None, data: dict[str, Any] | None = None) -> None:
    """EndFlowModuleExecution; a result becomes part of the module's contract."""
    if result is not None:
        draft.results[result] = None
    parameters: dict[str, Any] = {"Result": result} if result else {}
    draft.add(ident, "EndFlowModuleExecution", parameters | ({"ResultData": data} if data else {}))


def return_(draft: Draft, step: Step) -> None:
    """EndFlowModuleExecution; `true` is no result."""
    result = None if step.value.lower() in {"true", "yes"} else step.value
    end_module(draft, step.key, result, step.option("send"))


def hang_up(draft: Draft, step: Step) -> None:
    """DisconnectParticipant."""
    draft.add(step.key, "DisconnectParticipant")


def end(draft: Draft, step: Step) -> None:
    """EndFlowExecution."""
    draft.add(step.key, "EndFlowExecution")


def hooks(draft: Draft, step: Step) -> None:
    """UpdateContactEventHooks, one action each."""
    links = [
        hook(draft, moment, flow, step.failed, step.option("configuration")) for moment, flow in step.value.items()
    ]
    draft.chain(step, links, draft.then(step))
