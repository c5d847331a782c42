"""A plan as text: what is created is grouped by type, what is changed or deleted stands alone with its reasons."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

from ...stacks.engine.plan import Changes, Step
from .colour import BLUE, GREEN, RED, YELLOW, paint, wanted
from .words import FUTURE, PEOPLE_PAST, SIGN, counts, folded, kind

_COLOURS = {"create": GREEN, "update": YELLOW, "replace": BLUE, "delete": RED}


def plan_text(steps: Sequence[Step], agents: Mapping[str, int], *, verbose: bool = False, drifted: bool = False) -> str:
    """The plan, a blank line, the counts. A plan without changes says so; `drifted` things do not stand as planned."""
    on = wanted(sys.stdout)
    lines = [*_created(steps, on, verbose), *_others(steps, on)]
    if verbose:
        lines += [f"  {SIGN['same']:2} {kind(step.type)} {step.name}" for step in steps if step.action == "same"]
    changes = Changes.of(tuple(steps))
    moved = any(count for word, count in agents.items() if word not in {"same", "failed"})
    if not changes.any and not moved:
        rest = "Nothing else to do." if drifted else "Nothing to do: everything stands as the folder says."
        return "\n".join([*lines, rest])
    lines += ["", f"Resources: {counts(changes.as_json(), FUTURE)}"]
    if any(agents.values()):
        lines.append(f"People:    {counts(agents, {word: FUTURE.get(word, word) for word in PEOPLE_PAST})}")
    return "\n".join(lines)


def _created(steps: Sequence[Step], on: bool, verbose: bool) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for step in steps:
        if step.action == "create":
            groups.setdefault(kind(step.type), []).append(step.name)
    sign = paint("+ ", GREEN, on)
    for word, names in groups.items():
        text = "\n".join(f"{word}: {name}" for name in names) if verbose else folded(f"{word}: ", names, _room())
        for number, line in enumerate(text.split("\n")):
            yield f"  {sign if verbose or not number else '  '} {line}"


def _room() -> int:
    from .words import width

    return width() - 5


def _others(steps: Sequence[Step], on: bool) -> Iterator[str]:
    for step in steps:
        if step.action in {"create", "same"}:
            continue
        yield f"  {paint(f'{SIGN[step.action]:2}', _COLOURS[step.action], on)} {kind(step.type)}: {step.name}"
        yield from (f"       {reason}" for reason in step.why)
