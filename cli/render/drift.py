"""What somebody changed by hand, as text: one line a thing, its changes under it where there are several."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .colour import DIM, YELLOW, paint, wanted
from .words import kind, width

if TYPE_CHECKING:
    from ...deploy.pipeline import Preview

_KINDS = {"FlowContent": "flow", "NumberFlow": "phone number"}


def drift_lines(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Lines for the `drift` objects of the JSON contract."""
    on = wanted(sys.stdout)
    for item in found:
        what = _KINDS.get(item["type"].rpartition(":")[2]) or kind(item["type"])
        sign = paint("!", YELLOW, on)
        settled = paint(" (the folder says so too)", DIM, on) if item.get("settled") else ""
        said = list(item["said"])
        if len(said) == 1 and len(f"  !  {what}: {item['name']}: {said[0]}") <= width():
            yield f"  {sign}  {what}: {item['name']}: {said[0]}{settled}"
            continue
        yield f"  {sign}  {what}: {item['name']}{settled}"
        for sentence in said:
            yield from textwrap.wrap(sentence, width(), initial_indent=" " * 7, subsequent_indent=" " * 9)


def drift_text(plan: Preview) -> str:
    """The drift of a plan, what `up` does about it, and what `--keep theirs` would have in the folder."""
    lines = ["Changed by hand since the last up:", *drift_lines(plan.as_json()["drift"])]
    if not plan.drifted.open:
        lines.append("The folder says all of that too: up goes on.")
    elif plan.keep is None:
        lines.append("up stops at this. To put it back: --keep ours. To leave it: --keep theirs.")
    elif plan.keep == "ours":
        lines.append("With --keep ours, up puts it back, as planned below.")
    else:
        lines.append("With --keep theirs, up leaves it. With --write too, it writes:")
        for edit in plan.edits:
            if edit.text:
                lines += [f"  {edit.file}:", *(f"    {line}" for line in edit.lines)]
            else:
                lines += textwrap.wrap(str(edit), width(), initial_indent="  ", subsequent_indent="      ")
    return "\n".join([*lines, ""])
