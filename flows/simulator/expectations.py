"""Did a call turn out as its script says? What differed is told with what was heard and where the call went."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from ...specs.frozen import dataclass
from .place import Result, ending, place
from .script import Script
from .world import World

_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A script and what came of it; `differences` is empty when it held."""

    script: Script
    result: Result
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


def run(world: World, scripts: Iterable[Script], told: Callable[[Outcome], None] | None = None) -> list[Outcome]:
    """Place every call of `scripts`, one after another."""
    made = []
    for script in scripts:
        outcome = check(world, script, place(world, script))
        if told is not None:
            told(outcome)
        made.append(outcome)
    return made


def check(world: World, script: Script, result: Result) -> Outcome:
    """Compare what came of a call with what its script expects."""
    differences: list[str] = []
    heard = [_folded(text) for text in result.heard]
    unheard = [text for text in script.expect.hears if not any(_folded(text) in one for one in heard)]
    differences += [f'never heard "{text}"' for text in unheard]
    for text in script.expect.hears_not:
        found = next((one for one, flat in zip(result.heard, heard, strict=True) if _folded(text) in flat), None)
        if found is not None:
            differences.append(f'heard "{text}", in "{found[:80]}"')
    if script.expect.ends is not None and not _ends(world, script.expect.ends, result):
        told = f" ({result.ends.message})" if result.ends.message else ""
        differences.append(f"ended as {ending(result.ends)}{told}, not as {script.expect.ends}")
    elif script.expect.ends is None and result.ends.how == "error":
        differences.append(f"ended in an error: {result.ends.message}")
    for key, value in script.expect.attributes.items():
        have = result.attributes.get(key)
        if have != value:
            differences.append(f'attribute {key} is {_shown(have)}, not "{value}"')
    if result.unused:
        differences.append(f"never asked for: {', '.join(result.unused)}")
    if result.unmatched:
        differences.append(f"the call never came to: {', '.join(result.unmatched)}")
    return Outcome(script, result, tuple(differences))


def _shown(value: str | None) -> str:
    return "not set" if value is None else f'"{value}"'


def _ends(world: World, expected: str, result: Result) -> bool:
    how, _, rest = expected.partition(" ")
    ends = result.ends
    if how != ends.how:
        return False
    if not rest:
        return True
    if how in ("queue", "callback"):
        info = world.queues.get(ends.queue)
        return rest in (ends.queue, info.behind if info else "", info.shown if info else "")
    if how == "transfer":
        wanted = rest.strip('"')
        return ends.number in (wanted, world.external.get(wanted, wanted))
    return rest == ends.agent


def _folded(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).casefold().strip()
