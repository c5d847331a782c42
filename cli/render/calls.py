"""How calls look: a transcript, what differed, coverage as text; and the caller at a terminal."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...specs.errors import Interrupted
from .colour import BLUE, BOLD, DIM, GREEN, RED, YELLOW, paint, wanted

if TYPE_CHECKING:
    from ...flows.simulator.coverage import Coverage
    from ...flows.simulator.expectations import Outcome
    from ...flows.simulator.place import Entry, Result
    from ...flows.simulator.state import Answer, Ask, State
    from ...flows.simulator.world import World

MARKS = {"heard": "»", "agent": "a»", "pressed": "«", "note": "·", "queued": "·", "step": " ", "end": "■"}
INDENT = 11


class Transcript:
    """Prints a call line by line as it goes. Steps are shown with `verbose` only."""

    def __init__(self, say: Callable[[str], None], verbose: bool = False, colour: bool = False) -> None:
        self.say = say
        self.verbose = verbose
        self.colour = colour
        self.flow = ""

    def __call__(self, entry: Entry) -> None:
        """One entry."""
        shown = ("heard", "agent", "step") if self.verbose else ("heard", "agent")
        if entry.flow and entry.flow != self.flow and entry.kind in shown:
            self.flow = entry.flow
            self.say(paint(f"{'':8}{entry.flow}", BOLD, self.colour))
        if entry.kind == "step" and not self.verbose:
            return
        minutes, seconds = divmod(int(entry.seconds), 60)
        codes = {"heard": "", "agent": BLUE, "pressed": GREEN, "note": DIM, "queued": "", "step": DIM, "end": BOLD}
        text = f"waits in queue {entry.text}" if entry.kind == "queued" else entry.text
        wrapped = textwrap.wrap(text, max(40, _width() - INDENT)) or [""]
        head = f"{minutes:3}:{seconds:02} {MARKS[entry.kind]:>2} "
        code = codes[entry.kind]
        self.say(paint(head + wrapped[0], code, self.colour and bool(code)))
        for line in wrapped[1:]:
            self.say(paint(" " * (INDENT - 1) + line, code, self.colour and bool(code)))


def _width() -> int:
    from .words import width

    return min(width(), 100)


def ended(result: Result) -> str:
    """The last words on a call."""
    from ...flows.simulator.place import ending

    text = f"ends: {ending(result.ends)}"
    return f"{text} ({result.ends.message})" if result.ends.message else text


class Terminal:
    """A person who calls: keys are typed as they are asked for."""

    def __init__(self, say: Callable[[str], None], press: Sequence[str] = ()) -> None:
        from ...flows.simulator.callers import Scripted

        self.say = say
        self.first = Scripted(press)
        self.used = 0
        self.wait_left = 0.0
        self.keys: list[str] = []

    def key(self, ask: Ask, state: State) -> str:
        """One key: typed before, or typed now."""
        self.used += 1
        if self.first.left:
            return self.first.key(ask, state)
        if self.keys:
            return self.keys.pop(0)
        keys = " ".join(option for option in ask.options if len(option) == 1)
        words = self._read(f"key ({keys}), t = time-out, h = hang up")
        if words in ("timeout", "hang_up"):
            return words
        self.keys = list(words)
        return self.keys.pop(0)

    def digits(self, ask: Ask, state: State) -> str:
        """A whole entry."""
        self.used += 1
        if self.first.left:
            return self.first.digits(ask, state)
        return self._read("digits, t = time-out, h = hang up")

    def waits(self, seconds: float, state: State) -> str:
        """Waiting in a queue: on for as long as was said."""
        self.used += 1
        if self.first.left:
            return self.first.waits(seconds, state)
        self.wait_left -= seconds
        if self.wait_left > 0:
            return ""
        words = self._read(f"waiting in {state.queue or 'the queue'}: w 5m = wait, Enter = on, h = hang up", wait=True)
        return "hang_up" if words == "hang_up" else ""

    def talk(self, ask: Ask, state: State) -> str:
        """What the agent does."""
        self.used += 1
        if self.first.does:
            return self.first.talk(ask, state)
        options = [option for option in ask.options if option != "ends"]
        while True:
            words = self._line(f"you talk; the agent can: {', '.join(options) or 'nothing more'}; Enter = end")
            if words in ("", "h", *options):
                return "" if words in ("", "h") else words

    def decide(self, ask: Ask, answer: Answer) -> Answer | None:
        """What nobody can know is decided by the one who calls; Enter takes what would be assumed."""
        from ...flows.simulator.state import Answer

        if ask.kind == "lambda":
            return self._reply(ask)
        options = [option for option in ask.options if option != answer.label]
        shown = ", ".join(f"{n} = {option}" for n, option in enumerate(options, 1))
        while options:
            words = self._line(f"{ask.subject or ask.kind} is not known: {shown}; Enter = {answer.label}")
            if words in ("", "h"):
                return None
            if words.isdigit() and 1 <= int(words) <= len(options):
                return Answer(options[int(words) - 1])
            self.say(f"{'':{INDENT - 1}}not understood: {words!r}")
        return None

    def _reply(self, ask: Ask) -> Answer | None:
        from ...flows.simulator.outcome import FAILS, OK
        from ...flows.simulator.script import is_object
        from ...flows.simulator.state import Answer

        fails = ", f = it fails" if FAILS in ask.options else ""
        while True:
            words = self._line(f'function {ask.subject} answers: {{"key": "value"}}{fails}; Enter = not known')
            if words in ("", "h"):
                return None
            if words == "f" and fails:
                return Answer(FAILS)
            if is_object(words):
                return Answer(OK, words)
            self.say(f"{'':{INDENT - 1}}no JSON object: {words!r}")

    def _line(self, prompt: str) -> str:
        self.say(f"{'':{INDENT - 1}}[{prompt}]")
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            raise Interrupted("The call was broken off.", hint="Nothing is kept of a call; h hangs up.") from None
        return line.strip() if line else "h"

    def _read(self, prompt: str, wait: bool = False) -> str:
        from ...specs import durations

        while True:
            words = self._line(prompt)
            if words in ("h", "hang up"):
                return "hang_up"
            if words in ("t", "timeout") or (wait and not words):
                return "timeout"
            if words.startswith("w"):
                time = durations.seconds(words[1:].strip() or "1m")
                if time:
                    self.wait_left = float(time)
                    return "timeout"
            elif words and set(words) <= set("0123456789*#+"):
                return words
            if not words:  # the prompt again says what can be typed
                continue
            self.say(f"{'':{INDENT - 1}}not understood: {words!r}")


def outcome_text(world: World, outcome: Outcome, colour: bool) -> str:
    """A failed script: what differed, what was heard, where the call went."""
    script, result = outcome.script, outcome.result
    lines = [f"{paint('FAILED', RED, colour)} {script.name} ({script.where})"]
    lines += [f"    {text}" for text in outcome.differences]
    lines += [f"    heard: {text}" for text in _cut([f'"{h[:70]}"' for h in result.heard], 6)]
    steps = list(dict.fromkeys(f"{p.flow}.{p.step}" for p in result.path if p.step != "head"))
    lines.append("    path:  " + " > ".join(_cut(steps, 14)))
    if result.at is not None:
        lines.append(f"    placed at {result.at:%a %Y-%m-%d %H:%M}")
    del world
    return "\n".join(lines)


def _cut(items: list[str], most: int) -> list[str]:
    return items if len(items) <= most else ["…", *items[-most:]]


def coverage_text(world: World, found: Coverage, colour: bool, verbose: bool = False) -> str:
    """A line a flow, and the branches that no call takes, with file and line."""
    from ...flows.simulator.coverage import described

    width = max((len(flow.flow) for flow in found.flows), default=4)
    lines = [f"{'flow':{width}}   steps     branches"]
    for flow in found.flows:
        dead = f"  {len(flow.dead)} dead" if flow.dead else ""
        code = GREEN if flow.percent == 100 else YELLOW
        alive = len(flow.branches - flow.dead)
        share = paint(f"{flow.percent:5.0f} %", code, colour)
        steps = f"{flow.steps_taken}/{flow.steps}"
        lines.append(f"{flow.flow:{width}} {steps:>7} {f'{len(flow.taken - flow.dead)}/{alive}':>9} {share}{dead}")
    lines.append(f"{'all branches':{width}} {'':7} {'':9} {found.percent:5.1f} %")
    missing = [branch for flow in found.flows for branch in flow.missing]
    for branch in missing if verbose else missing[:20]:
        told = described(world, branch)
        place = f"{told['file']}:{told['line']}" if told["file"] else told["flow"]
        lines.append(f"  not taken: {place} {told['action']}: {told['branch']} -> {told['to'] or 'on'}")
    if len(missing) > 20 and not verbose:
        lines.append(f"  … and {len(missing) - 20} more (--verbose); ccdeploy calls --suggest writes the scripts")
    if verbose:
        for branch, why in sorted(found.why_dead.items()):
            lines.append(f"  dead: {branch[0]} {branch[1]} -> {branch[2]}: {why}")
    return "\n".join(lines)


def coloured(stream: object = None) -> bool:
    """Whether standard output takes colour."""
    del stream
    return wanted(sys.stdout)
