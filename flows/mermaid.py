"""A flow as a Mermaid flowchart: for pull requests and pages that draw Mermaid."""

from __future__ import annotations

from .picture import Box, Picture

_SHAPES = {
    "keys": ("{{", "}}"),
    "check": ("{", "}"),
    "person": ("([", "])"),
    "reply": ("([", "])"),
    "out": ("((", "))"),
    "net": ("[/", "/]"),
}


def mermaid(picture: Picture) -> str:
    """The flowchart; failures are dotted."""
    names = {box.key: f"n{number}" for number, box in enumerate(picture.boxes)}
    lines = ["flowchart TD"]
    lines += [f"    {names[box.key]}{_shape(box)}" for box in picture.boxes]
    for arrow in picture.arrows:
        if arrow.target in names:
            way = "-.->" if arrow.quiet else "-->"
            label = f'|"{_quoted(arrow.label)}"|' if arrow.label else ""
            lines.append(f"    {names[arrow.source]} {way}{label} {names[arrow.target]}")
    return "\n".join(lines)


def _shape(box: Box) -> str:
    opening, closing = _SHAPES.get(box.look, ("[", "]"))
    words = " ".join(box.text.split())
    words = words if len(words) <= 60 else words[:59] + "…"
    parts = [part for part in (box.title, box.verb, words) if part]
    return f'{opening}"{"<br/>".join(_quoted(part) for part in parts)}"{closing}'


def _quoted(text: str) -> str:
    """Text in Mermaid's quotes: what would end them or be read as a mark-up is written as an entity."""
    for mark, code in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        text = text.replace(mark, code)
    return text.replace("\n", " ")
