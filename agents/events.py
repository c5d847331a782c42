"""What an apply says while it runs. People appear by place (file and line) and keyed id, never by name or address."""

from __future__ import annotations

from dataclasses import asdict

from ..specs.frozen import dataclass


@dataclass(frozen=True, slots=True)
class AgentsStarted:
    """Before the first call. `seconds` is what the service's quota asks for at 2 a second."""

    total: int
    calls: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """For a stream of JSON lines."""
        return {"event": "agents-started", **asdict(self)}


@dataclass(frozen=True, slots=True)
class AgentDone:
    """One person is done, or failed for good (`code` and `message`). `rate` people a second, `eta` seconds.

    `calls` are the operations of the step, `fields` what it changes (words without values), `user_id` Connect's id.
    """

    action: str
    agent: str
    file: str
    line: int
    done: int
    left: int
    rate: float
    eta: float
    code: str = ""
    message: str = ""
    calls: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    user_id: str = ""

    def as_json(self) -> dict[str, object]:
        """For a stream of JSON lines."""
        values = asdict(self)
        if not self.code:
            del values["code"], values["message"]
        return {"event": "agent-failed" if self.code else "agent", **values}


AgentEvent = AgentsStarted | AgentDone
