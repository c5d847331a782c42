"""Which operations of Amazon Connect the sandbox answers, as a table for the documentation."""

from __future__ import annotations

from .models import Request, answered
from .shapes import operations


def rows() -> list[tuple[str, str, str]]:
    """(area, operation, what it says of itself) of everything that is answered, by area and name."""
    found = []
    for operation in operations().values():
        if operation.method_name not in answered():
            continue
        method = getattr(Request, operation.method_name)
        area = method.__module__.rsplit(".", 1)[-1].replace("_", " ")
        says = (method.__doc__ or "").strip().splitlines()[0]
        found.append((area, operation.name, says))
    return sorted(found)


def markdown() -> str:
    """The table, and what happens with every other operation of the service's model."""
    lines = [
        f"{len(rows())} of the {len(operations())} operations of Amazon Connect are answered; each other one gets",
        "`UnknownOperationException` (HTTP 501) with its name.",
        "",
        "| area | operation | notes |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {area} | `{name}` | {says} |" for area, name, says in rows()]
    return "\n".join(lines) + "\n"
