"""A page of the whole centre: one drawing from the numbers to who answers, then every flow. One file, no scripts."""

from __future__ import annotations

from collections.abc import Sequence

from .picture import Picture
from .svg import escape, quoteattr, styles, svg

_STYLE = """
:root { color-scheme: light dark; --page: #f3f5f8; --card: #ffffff; --ink: #1c2430; --soft: #5d6878; --rule: #d6dbe3; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0e1116; --card: #14181f; --ink: #e6eaf0; --soft: #9aa6b8; --rule: #2d3440; }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", sans-serif; }
main, header { max-width: 1400px; margin: 0 auto; padding: 20px 28px; }
h1 { font-size: 26px; margin: 12px 0 2px; } h2 { font-size: 19px; margin: 0 0 10px; }
h2 small { color: var(--soft); font-weight: 400; font-size: 14px; }
p { color: var(--soft); margin: 0 0 10px; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; } a { color: inherit; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 18px; margin: 0 0 20px; }
.wide { overflow-x: auto; } .wide svg { display: block; margin: 0 auto; max-width: none; }
@media print { section { break-inside: avoid; } .wide svg { max-width: 100%; height: auto; } }
"""


def page(title: str, about: str, pictures: Sequence[Picture], whole: Picture | None = None) -> str:
    """The page; `whole` is the drawing of the centre, where there is one."""
    links = "".join(f"<a href={quoteattr('#' + _anchor(p))}>{escape(p.title)}</a>" for p in pictures)
    nav = f"<nav>{links}</nav>" if whole else ""
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}{styles()}</style></head><body>",
        f"<header><h1>{escape(title)}</h1><p>{escape(about)}</p>{nav}</header><main>",
    ]
    if whole is not None:
        what = "Phone numbers, the flows that they ring, the queues behind them and who answers"
        parts.append(_section("centre", "The centre", what, whole))
    parts += [_section(_anchor(p), p.title, p.type.replace("_", " "), p) for p in pictures]
    return "\n".join([*parts, "</main></body></html>"])


def _anchor(picture: Picture) -> str:
    return f"flow-{picture.name}"


def _section(anchor: str, title: str, about: str, picture: Picture) -> str:
    head = f"<h2>{escape(title)} <small>{escape(about)}</small></h2>"
    return f'<section id={quoteattr(anchor)}>{head}<div class="wide">{svg(picture, style=False)}</div></section>'
