"""One call as it is asked for on the command line, checked, as a script."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..specs.errors import Invalid, Refused
from ..specs.frozen import dataclass
from ..specs.problems import Problems, Where
from .settings import real

if TYPE_CHECKING:
    from ..flows.simulator.script import Given, Script
    from ..flows.simulator.world import World
    from .calls import Line

_KEYS = re.compile(r"[0-9*#]+|\+[0-9]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One call as it is asked for on the command line. `at` is wall-clock time in the centre's zone, `given` YAML."""

    number: str | None = None
    flow: Path | None = None
    caller: str | None = None
    at: str | None = None
    press: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()  # crisis switches that are on
    given: str | None = None


def script_of(line: Line, wanted: Wanted) -> Script:
    """The call that was asked for. Raises Refused for a number or a time that does not exist."""
    from ..flows.simulator.calendar import local_moment
    from ..flows.simulator.script import Given, Script
    from ..flows.simulator.world import CALLER

    at = None
    if wanted.at is not None:
        try:
            at = local_moment(dt.datetime.fromisoformat(wanted.at), line.world.time_zone)
        except ValueError as error:
            what = str(error) if "does not exist" in str(error) else f'"{wanted.at}" is no moment'
            hint = "Write it as 2026-12-23T23:10, in the centre's time zone."
            raise Refused(f"{what}.", hint=hint, code="impossible-time") from None
    caller = CALLER if wanted.caller is None else _caller(wanted.caller)
    press = tuple(item for keys in wanted.press for item in _items(keys))
    given = _given(line, wanted.given) if wanted.given is not None else Given()
    if wanted.flow is not None and line.center is not None:
        name = next((n for n, f in line.center.flows.items() if _same(line, f.file, wanted.flow)), "")
        return Script(name="call", flow=name, caller=caller, at=at, press=press, given=given)
    switches = frozenset(_switch(line.world, name) for name in wanted.switches)
    to = _number(line.world, wanted.number)
    given = replace(given, switches=given.switches | switches)
    return Script(name="call", to=to, caller=caller, at=at, press=press, given=given)


def _items(keys: str) -> list[str]:
    """What one --press holds: keys, a whole entry, timeout, hang_up, `wait 5m`. Raises Refused for anything else."""
    from ..specs import durations

    found: list[str] = []
    words = keys.replace(",", " ").split()
    while words:
        word = words.pop(0)
        if word == "wait" and words and durations.seconds(words[0]):
            found.append(f"wait {words.pop(0)}")
        elif word in ("timeout", "hang_up") or _KEYS.fullmatch(word):
            found.append(word)
        else:
            hint = 'Keys are 0 to 9, * and #; or timeout, hang_up, "wait 5m".'
            raise Refused(f'"{word}" is no key.', hint=hint, code="bad-choice", where="--press")
    return found


def _given(line: Line, text: str) -> Given:
    """`given:` of a call script as one YAML value. Raises Invalid with every mistake in it."""
    import tempfile

    from ..flows.simulator.scripts import read_file

    inside = line.center is not None and bool(line.world.numbers)
    key, name = ("to", next(iter(line.world.numbers))) if inside else ("flow", next(iter(line.world.flows)))
    lines = f"calls:\n- name: call\n  {key}: {name}\n  expect: {{ends: agent}}\n  given:\n"
    inner = "\n".join(f"    {row}" for row in text.splitlines())
    problems = Problems()
    with tempfile.TemporaryDirectory(prefix="ccdeploy-") as folder:
        path = Path(folder) / "given.yaml"
        path.write_text(f"{lines}{inner}\n", encoding="utf-8")
        found = read_file(path, "--given", line.center, line.world, problems)
    if problems.errors or not found:
        listed = [replace(p, where=_shifted(p.where, lines.count("\n"))) for p in problems.listed()]
        raise Invalid("--given has mistakes; no call was placed.", listed, where="--given")
    return found[0].given


def _shifted(where: Where, lines: int) -> Where:
    """A place in the text that was given, not in the script around it."""
    return where._replace(line=max(1, where.line - lines), column=max(1, where.column - 4))


def _switch(world: World, name: str) -> str:
    if f"switch {name}" not in world.switches:
        known = ", ".join(sorted(key.removeprefix("switch ") for key in world.switches))
        hint = f"There are: {known}." if known else "Crisis switches stand under `switches:` in center.yaml."
        raise Refused(f'There is no switch "{name}".', hint=hint, code="unknown-reference", where="--switch")
    return name


def _same(line: Line, file: str, path: Path) -> bool:
    return line.folder is not None and real(line.folder / file) == real(path)


def _caller(text: str) -> str:
    from ..specs.phone import complaint

    if text == "withheld":
        return ""
    wrong = complaint(text)
    if wrong:
        raise Refused(f"{wrong[0]}.", hint=f"{wrong[1]}, or withheld", code="bad-phone", where="--from")
    return text


def _number(world: World, wanted: str | None) -> str:
    """The key of the number that is dialled: by key, by the number itself, or the only one."""
    if wanted is None:
        if len(world.numbers) == 1:
            return next(iter(world.numbers))
        if not world.numbers:
            raise Refused("The centre has no phone number.", hint="Name a flow: --flow FILE", code="no-number")
        return next(iter(world.numbers))
    for key, number in world.numbers.items():
        if wanted in (key, number.number):
            return key
    from ..specs.suggest import did_you_mean

    hint = did_you_mean(wanted, world.numbers) or f"There are: {', '.join(world.numbers)}."
    if Path(wanted).is_dir():
        hint = f"To name the centre's folder: ccdeploy call --dir {wanted}"
    raise Refused(f'There is no number "{wanted}".', hint=hint, code="unknown-number", where=wanted)
