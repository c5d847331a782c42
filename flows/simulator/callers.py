"""The caller's side of a call: what is pressed, and how long somebody waits.

`Scripted` follows a list; `Random` presses anything. The terminal has its own (cli/render/calls).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from ...specs import durations
from .speech import TIMEOUT
from .state import Answer, Ask, State

HANG_UP = "hang_up"
STOP = "stop"  # nothing more was scripted: what happens from here on is not looked at


class Caller(Protocol):
    """What a call asks of the one who calls."""

    used: int  # how much was pressed so far

    def key(self, ask: Ask, state: State) -> str:
        """One key, `timeout` or `hang_up`."""
        ...

    def digits(self, ask: Ask, state: State) -> str:
        """A whole entry, `timeout` or `hang_up`."""
        ...

    def waits(self, seconds: float, state: State) -> str:
        """Asked after each stretch of waiting: "" to wait on, `hang_up`, or STOP."""
        ...

    def talk(self, ask: Ask, state: State) -> str:
        """What the agent does with the caller; "" = the call ends there."""
        ...

    def decide(self, ask: Ask, answer: Answer) -> Answer | None:
        """What is so where nobody can know it and `answer` would be assumed; None = assume it."""
        ...


class Scripted:
    """Presses what the script says, in the order in which it is asked; after that nothing."""

    def __init__(self, press: Iterable[str], agent_does: Iterable[str] = ()) -> None:
        self.left = deque(press)
        self.does = deque(agent_does)
        self.used = 0

    def key(self, ask: Ask, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        item = self._next()
        if item in (TIMEOUT, HANG_UP) or len(item) <= 1:
            return item or TIMEOUT
        self.left.appendleft(item[1:])
        return item[0]

    def digits(self, ask: Ask, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        return self._next() or TIMEOUT

    def _next(self) -> str:
        while self.left and self.left[0].startswith("wait "):
            self.left.popleft()
        if not self.left:
            return TIMEOUT
        self.used += 1
        return self.left.popleft()

    def waits(self, seconds: float, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        if not self.left:
            return STOP
        item = self.left[0]
        if item == HANG_UP:
            self.used += 1
            self.left.popleft()
            return HANG_UP
        if item.startswith("wait "):
            self.used += 1
            rest = (durations.seconds(item.removeprefix("wait ")) or 0) - seconds
            if rest > 0:
                self.left[0] = f"wait {int(rest)}s"
            else:
                self.left.popleft()
        return ""

    def talk(self, ask: Ask, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        return self.does.popleft() if self.does else ""

    def decide(self, ask: Ask, answer: Answer) -> Answer | None:  # noqa: ARG002 - the protocol's arguments
        return None

    @property
    def unused(self) -> list[str]:
        """Keys that were never asked for."""
        return [item for item in self.left if item != TIMEOUT and not item.startswith("wait ")]


class Random:
    """Presses anything, waits a while, and gives up in the end; the same for the same seed."""

    def __init__(self, seed: int, patience: int = 30) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - nothing secret depends on it
        self.patience = patience
        self.used = 0

    def _spent(self) -> bool:
        self.used += 1
        return self.used > self.patience

    def key(self, ask: Ask, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        if self._spent():
            return HANG_UP
        known = [option for option in ask.options if option not in ("fails", "invalid")]
        return self.dice.choice([*known, TIMEOUT, self.dice.choice("0123456789*#")])

    def digits(self, ask: Ask, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        if self._spent():
            return HANG_UP
        entry = "".join(self.dice.choice("0123456789") for _ in range(self.dice.randint(1, 12)))
        return self.dice.choice([TIMEOUT, entry, "0199000150", "+33199000150"])

    def waits(self, seconds: float, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        return HANG_UP if self._spent() else ""

    def talk(self, ask: Ask, state: State) -> str:  # noqa: ARG002 - the protocol's arguments
        return "" if self._spent() else self.dice.choice(ask.options)

    def decide(self, ask: Ask, answer: Answer) -> Answer | None:  # noqa: ARG002 - the protocol's arguments
        return None
