"""What happens where no flow is in charge: waiting in silence, whispers in turn, talking, being put through.

The order is Connect's (Connect facts 4.4): an agent accepts, the agent whisper runs to its end while the caller still
waits, the caller leaves the queue, the customer whisper runs, they talk.
"""

from __future__ import annotations

from .state import Answer, Ask, End, State, Step
from .world import World

HOOKS = {
    "agent_whisper": "AgentWhisper",
    "customer_whisper": "CustomerWhisper",
    "hold": "CustomerHold",
    "agent_hold": "AgentHold",
}
AFTER_CALL = "CustomerRemaining"


def run(world: World, state: State, flow: str) -> State:
    """The state in which `flow` begins; unknown flows do not run."""
    document = world.flows.get(flow)
    if document is None:
        return state._replace(flow="", at="")
    return state._replace(flow=flow, at=document.start, stack=(), local=(), loops=())


def enter_queue(world: World, state: State, queue: str) -> tuple[State, tuple[str, ...]]:
    """The caller joins a queue and hears its customer queue flow."""
    hook = dict(state.hooks).get("CustomerQueue", "")
    state = run(world, state._replace(stage="queue", queue=queue, target=queue), hook)
    if hook and hook not in world.flows:
        return state, (f"waiting flow {hook} is not known here",)
    return state, () if hook else ("no customer queue flow was set: Connect's default one plays",)


def accepted(world: World, state: State, agent: str) -> Step:
    """An agent takes the caller: the agent whisper begins."""
    state = state._replace(stage="agent_whisper", agent=agent or state.agent)
    return Step(whisper(world, state), "answered")


def whisper(world: World, state: State) -> State:
    """Run the hook of this stage, or go on to the next one that has any."""
    hooks = dict(state.hooks)
    while state.stage in ("agent_whisper", "customer_whisper"):
        hook = hooks.get(HOOKS[state.stage], "")
        if hook in world.flows:
            return run(world, state, hook)
        state = _after_whisper(state)
    return state._replace(flow="", at="")


def _after_whisper(state: State) -> State:
    if state.stage == "agent_whisper":
        return state._replace(stage="customer_whisper", queue="")
    return state._replace(stage="talk", talked=True, flow="", at="")


def ended(world: World, state: State) -> Step:
    """A flow came to EndFlowExecution."""
    if state.stage in ("agent_whisper", "customer_whisper"):
        return Step(whisper(world, _after_whisper(state)), "ends")
    if state.stage in ("hold", "agent_hold"):
        return Step(state._replace(stage="talk", flow="", at=""), "ends")
    if state.stage == "outbound":
        return Step(state._replace(stage="talk", talked=True, flow="", at=""), "ends")
    if state.stage == "queue":
        return Step(state._replace(flow="", at=""), "ends", notes=("the caller stays in the queue, in silence",))
    return Step(state, "ends", end=over(world, state, "the flow ends the contact"))


def over(world: World, state: State, message: str = "") -> End:
    """How a call that is hung up ended: what it achieved counts, not who hung up."""
    if state.transferred:
        return End("transfer", number=state.transferred, message=message)
    if state.booked:
        info = world.queues.get(state.booked)
        return End(
            "callback",
            queue=info.shown if info else state.booked,
            number=state.callback or state.caller,
            message=message,
        )
    if state.talked:
        return End("agent", queue=state.target, agent=state.agent, message=message)
    return End("hung_up", message=message)


def ask(world: World, state: State) -> Ask | None:
    """What must be known where no flow runs."""
    if state.stage == "queue":
        return Ask("wait", state.queue, ("answered", "stays"))
    if state.stage == "talk":
        hooks = dict(state.hooks)
        options = ["ends", "hang_up"] if hooks.get(AFTER_CALL) in world.flows else ["ends"]
        options += [word for word in ("hold", "agent_hold") if hooks.get(HOOKS[word]) in world.flows]
        options += [f"transfer {key}" for key, link in world.quick_connects.items() if link.flow in world.flows]
        return Ask("talk", "", tuple(options))
    return None


def step(world: World, state: State, answer: Answer) -> Step:
    """What comes after a moment without a flow."""
    if state.stage == "queue":
        if answer.label == "answered":
            return accepted(world, state, answer.value)
        return Step(state, "stays", end=End("queue", queue=state.queue))
    if state.stage == "talk":
        return _talk(world, state, answer)
    return Step(state, "ends", end=over(world, state))


def _talk(world: World, state: State, answer: Answer) -> Step:
    word, _, key = answer.label.partition(" ")
    hooks = dict(state.hooks)
    if word in ("hold", "agent_hold"):
        hook = hooks.get(HOOKS[word], "")
        if hook not in world.flows:
            return Step(state, word, notes=("no hold flow was set: Connect's default one plays",))
        stage = "hold" if word == "hold" else "agent_hold"
        return Step(run(world, state._replace(stage=stage), hook), word)  # type: ignore[arg-type]
    if word == "hang_up":
        hook = hooks.get(AFTER_CALL, "")
        if hook not in world.flows:
            return Step(state, word, end=over(world, state, "the agent hangs up"))
        after = state._replace(stage="after", hooks=tuple(h for h in state.hooks if h[0] != AFTER_CALL))
        return Step(run(world, after, hook), word)
    if word == "transfer":
        return _put_through(world, state, key)
    return Step(state, "ends", end=over(world, state))


def _put_through(world: World, state: State, key: str) -> Step:
    """The agent sends the caller on by a quick connect."""
    link = world.quick_connects.get(key)
    if link is None:
        return Step(state, "transfer", end=End("error", message=f'there is no quick connect "{key}"'))
    if link.kind == "phone":
        number = world.external.get(link.to, link.to)
        return Step(state, f"transfer {key}", end=End("transfer", number=number))
    state = state._replace(stage="flow", queue="", talked=True)
    if link.kind == "queue":
        state = state._replace(target=link.to, agent="")
    elif link.kind == "agent":
        state = state._replace(agent=link.to)
    flow = link.flow or (link.to if link.kind == "flow" else "")
    if flow not in world.flows:
        return Step(
            state, f"transfer {key}", end=over(world, state, f"transfer flow {flow or 'of Connect'} is not known")
        )
    return Step(run(world, state, flow), f"transfer {key}")
