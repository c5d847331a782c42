"""A flow as SVG: boxes in layers, quiet failures, light and dark. The file needs nothing else to be looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from xml.sax import saxutils

from .layered import Drawn, Link, Point, draw
from .picture import Arrow, Box, Picture

WIDTH = 210.0
CHARACTER, LINE = 6.4, 15.0  # of the text in a box
LABEL_CHARACTER = 6.0
MARGIN = 24.0
MANY = 3  # more failures than this into one box are written in the boxes they come from
STYLE = """
svg.flow { --ink: #1c2430; --soft: #6b7686; --line: #56627a; --faint: #b4bcc9; --back: #ffffff;
  --speak: #e8f1fd; --keys: #fff3d6; --person: #dcf5e4; --reply: #e3f7f3; --out: #eceef2; --check: #f0eafd;
  --plain: #f6f7f9; --net: #fdebea; font: 12px system-ui, "Segoe UI", sans-serif; }
svg.flow .back { fill: var(--back); }
svg.flow .box rect { stroke: var(--line); stroke-width: 1; }
svg.flow .start rect { stroke-width: 2.5; }
svg.flow text { fill: var(--ink); }
svg.flow .title { font-weight: 600; }
svg.flow .verb, svg.flow .fails { fill: var(--soft); font-size: 11px; }
svg.flow .way { fill: none; stroke: var(--line); stroke-width: 1.3; marker-end: url(#tip); }
svg.flow .quiet { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; marker-end: url(#faint-tip); }
svg.flow .label { font-size: 11px; text-anchor: middle; }
svg.flow .label.soft { fill: var(--soft); }
svg.flow .under { fill: var(--back); opacity: .9; }
svg.flow .tip { fill: var(--line); }
svg.flow .faint { fill: var(--faint); }
@media (prefers-color-scheme: dark) {
  svg.flow { --ink: #e6eaf0; --soft: #9aa6b8; --line: #8b98ae; --faint: #566074; --back: #14181f;
    --speak: #1d2f47; --keys: #40341a; --person: #1c3a29; --reply: #18383a; --out: #2a2f38; --check: #2d2744;
    --plain: #20252e; --net: #43262a; }
}
"""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # in XML, however it is escaped
_LOOKS = ("speak", "keys", "person", "reply", "out", "check", "plain", "net")


def svg(picture: Picture, *, style: bool = True) -> str:
    """The drawing, as a document of its own; without `style` for a page that has it (`styles`) already."""
    noted, counts = _noted(picture), _failures(picture)
    lines = {box.key: _lines(box, noted.get(box.key, ())) for box in picture.boxes}
    sizes = {key: (WIDTH, 14 + LINE * len(rows)) for key, rows in lines.items()}
    shown = [arrow for arrow in picture.arrows if arrow.target in sizes and not _is_noted(arrow, counts)]
    links = [Link(a.source, a.target, _label_size(a.label), a.quiet) for a in shown]
    drawn = draw(sizes, links, picture.start)
    width, height = drawn.width + 2 * MARGIN, drawn.height + 2 * MARGIN
    body = [
        f'<svg class="flow" xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(picture.title)}'
        f' width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">',
        f"<title>{escape(picture.title)}</title>" + (f"<style>{styles()}</style>" if style else ""),
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto-start-reverse"><path class="tip" d="M0 0 8 4 0 8z"/></marker><marker id="faint-tip"'
        ' viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        '<path class="faint" d="M0 0 8 4 0 8z"/></marker></defs>',
        f'<rect class="back" width="{width:.0f}" height="{height:.0f}"/>',
        f'<g transform="translate({MARGIN:.0f} {MARGIN:.0f})">',
        *_ways(shown, drawn),
    ]
    for box in picture.boxes:
        body += _drawn_box(box, lines[box.key], drawn.boxes[box.key], sizes[box.key], box.key == picture.start)
    body += _labels(shown, drawn)
    body.append("</g></svg>")
    return "\n".join(body)


def escape(text: str) -> str:
    """Text as XML may hold it."""
    return saxutils.escape(_FORBIDDEN.sub(" ", text))


def quoteattr(text: str) -> str:
    """An attribute as XML may hold it, in quotes."""
    return saxutils.quoteattr(_FORBIDDEN.sub(" ", text))


def styles() -> str:
    """The look of all drawings, light and dark."""
    return STYLE + "".join(f"svg.flow .{look} > rect {{ fill: var(--{look}); }}\n" for look in _LOOKS)


def _noted(picture: Picture) -> dict[str, tuple[str, ...]]:
    """Failures that are written in their box: {box: targets}. A box into which many fail would be a knot of lines."""
    counts = _failures(picture)
    noted: dict[str, tuple[str, ...]] = {}
    titles = {box.key: box.title or box.verb for box in picture.boxes}
    for arrow in picture.arrows:
        if _is_noted(arrow, counts) and arrow.target in titles:
            noted[arrow.source] = (*noted.get(arrow.source, ()), titles[arrow.target])
    return noted


def _failures(picture: Picture) -> Counter[str]:
    """How many failures lead into each box."""
    return Counter(arrow.target for arrow in picture.arrows if arrow.quiet)


def _is_noted(arrow: Arrow, counts: Counter[str]) -> bool:
    return arrow.quiet and counts[arrow.target] > MANY


def _label_size(label: str) -> tuple[float, float] | None:
    return (LABEL_CHARACTER * len(label) + 8, 16.0) if label else None


def _lines(box: Box, fails: tuple[str, ...]) -> list[tuple[str, str]]:
    """(class, text) of every line in a box."""
    rows = [("title", _fitting(box.title))] if box.title else []
    rows.append(("verb" if box.title else "title", _fitting(box.verb)))
    rows += [("text", row) for row in _wrapped(" ".join(box.text.split()), 2)]
    return rows + [("fails", _fitting(f"failed → {target}")) for target in fails]


def _most() -> int:
    return int((WIDTH - 20) / CHARACTER)


def _fitting(text: str) -> str:
    return text if len(text) <= _most() else text[: _most() - 1] + "…"


def _wrapped(text: str, rows: int) -> list[str]:
    """The text in at most so many lines, with … where it is cut."""
    found: list[str] = []
    words = text.split(" ") if text else []
    while words and len(found) < rows:
        line = words.pop(0)
        while words and len(line) + 1 + len(words[0]) <= _most():
            line += " " + words.pop(0)
        found.append(line)
    if words:
        found[-1] += " …" if len(found[-1]) + 2 <= _most() else "…"
    return [_fitting(line) if len(line) > _most() else line for line in found]


def _drawn_box(
    box: Box, rows: list[tuple[str, str]], place: Point, size: tuple[float, float], first: bool
) -> Iterator[str]:
    x, y = place
    start = " start" if first else ""
    whole = " ".join(box.text.split())
    yield (
        f'<g class="box {box.look}{start}" data-step={quoteattr(box.key)} transform="translate({x:.1f} {y:.1f})">'
        f"<title>{escape(f'{box.key}: {box.verb} {whole}'.strip())}</title>"
        f'<rect width="{size[0]:.0f}" height="{size[1]:.0f}" rx="{14 if box.look == "out" else 5}"/>'
    )
    for number, (kind, row) in enumerate(rows):
        yield f'<text class="{kind}" x="10" y="{18 + LINE * number:.0f}">{escape(row)}</text>'
    yield "</g>"


def _ways(arrows: list[Arrow], drawn: Drawn) -> Iterator[str]:
    for number, arrow in enumerate(arrows):
        quiet = " quiet" if arrow.quiet else ""
        ends = f"data-from={quoteattr(arrow.source)} data-to={quoteattr(arrow.target)}"
        yield f'<path class="way{quiet}" {ends} d="{_curve(drawn.ways[number])}"/>'


def _curve(points: tuple[Point, ...]) -> str:
    """A smooth line that leaves and enters each bend upright."""
    found = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        if abs(x - to_x) < 0.5 or abs(y - to_y) < 0.5:
            found.append(f"L{to_x:.1f} {to_y:.1f}")
        else:
            middle = (y + to_y) / 2
            found.append(f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}")
    return " ".join(found)


def _labels(arrows: list[Arrow], drawn: Drawn) -> Iterator[str]:
    for number, arrow in enumerate(arrows):
        if not arrow.label or number not in drawn.labels:
            continue
        x, y = drawn.labels[number]
        width = LABEL_CHARACTER * len(arrow.label) + 4
        soft = " soft" if arrow.quiet else ""
        yield f'<rect class="under" x="{x - width / 2:.1f}" y="{y - 8:.1f}" width="{width:.1f}" height="16" rx="3"/>'
        yield f'<text class="label{soft}" x="{x:.1f}" y="{y + 4:.1f}">{escape(arrow.label)}</text>'
