"""A printable sheet for people who test by telephone: call, press, hear, tick. One HTML page, nothing loaded."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .place import Result, ending
from .script import Script
from .world import World

_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --quiet: #5c5c5c; --line: #c9c9c9; --paper: #fff; --key: #eef2f7 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eee; --quiet: #a8a8a8; --line: #4a4a4a; --paper: #161616; --key: #2a3340 }
}
@media print { :root { --ink: #000; --quiet: #444; --line: #999; --paper: #fff; --key: #eee } }
* { box-sizing: border-box }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 48rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.5rem; margin: 0 0 .3rem }
.lead { color: var(--quiet); margin: 0 0 1.2rem }
.who { display: flex; gap: 1.5rem; margin-bottom: 1.5rem; color: var(--quiet) }
.who span { flex: 1; border-bottom: 1px solid var(--line); padding-bottom: .2rem }
article { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; margin-bottom: 1rem;
  break-inside: avoid }
h2 { font-size: 1.05rem; margin: 0 0 .4rem; display: flex; gap: .6rem }
h2 .n { color: var(--quiet); font-weight: 400 }
.facts { color: var(--quiet); margin: 0 0 .5rem }
ol { list-style: none; margin: 0; padding: 0 }
li { display: grid; grid-template-columns: 1.6rem 5.2rem 1fr; gap: .5rem; padding: .3rem 0;
  border-top: 1px dotted var(--line); align-items: start }
.box { width: 1rem; height: 1rem; border: 1.5px solid var(--ink); border-radius: 3px; margin-top: .2rem }
.verb { color: var(--quiet) }
kbd { font: 600 1em ui-monospace, monospace; background: var(--key); border: 1px solid var(--line);
  border-radius: 4px; padding: 0 .4rem; margin-right: .2rem }
.notes { margin: .6rem 0 0; border-top: 1px solid var(--line); padding-top: .4rem; color: var(--quiet);
  min-height: 2.2rem }
@media print { body { padding: 0; font-size: 12px } }
"""


def sheet(world: World, scripts: Sequence[Script], results: Sequence[Result], title: str = "") -> str:
    """The page."""
    head = escape(f"{title}: test calls" if title else "Test calls")
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{head}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{head}</h1>",
        f'<p class="lead">{_count(scripts)}. Tick what you hear; write down what differs.</p>',
        '<p class="who"><span>Tester</span><span>Date</span><span>Telephone</span></p>',
    ]
    for number, (script, result) in enumerate(zip(scripts, results, strict=True), 1):
        parts.append(_call(world, number, script, result))
    parts.append("</body>\n</html>")
    return "\n".join(parts)


def _count(scripts: Sequence[Script]) -> str:
    return "1 call" if len(scripts) == 1 else f"{len(scripts)} calls"


def _call(world: World, number: int, script: Script, result: Result) -> str:
    line = world.numbers.get(script.to)
    to = (line.number or line.key) if line else f"flow {script.flow}"
    rows = [_row("Call", escape(to) + ("" if script.caller else " with your number withheld"))]
    for kind, text in _steps(result):
        if kind == "pressed":
            rows.append(_row("Press", "".join(f"<kbd>{escape(key)}</kbd>" for key in text)))
        elif kind == "nothing":
            rows.append(_row("Wait", "press nothing"))
        else:
            said = f"« <bdi>{escape(text)}</bdi> »"  # Arabic within the quotes reads from the right
            rows.append(_row("Hear", said if not text.startswith("[") else escape(text.strip("[]"))))
    rows.append(_row("The call", escape(_end(world, result))))
    when = f"{result.at:%A %d %B %Y, %H:%M}" if result.at else "at any time"
    facts = "; ".join([f"Place it as on {when}", *_needs(script)])
    return (
        f'<article>\n<h2><span class="n">{number}</span> <bdi>{escape(script.name)}</bdi></h2>\n'
        f'<p class="facts">{escape(facts)}.</p>\n<ol>\n'
        + "\n".join(rows)
        + '\n</ol>\n<p class="notes">Notes</p>\n</article>'
    )


def _row(verb: str, html: str) -> str:
    return f'<li><span class="box"></span><span class="verb">{verb}</span><span>{html}</span></li>'


def _steps(result: Result) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in result.entries:
        if entry.kind == "heard":
            found.append(("heard", entry.text))
        elif entry.kind == "pressed" and entry.text == "nothing":
            found.append(("nothing", ""))
        elif entry.kind == "pressed" and set(entry.text) <= set("0123456789*#"):
            found.append(("pressed", entry.text))
    return found


def _needs(script: Script) -> list[str]:
    """What somebody must see to before the call."""
    given = script.given
    needs = [f"queue {key} is full" for key, queue in given.queues.items() if queue.full]
    needs += [f"{queue.waiting} callers wait in {key}" for key, queue in given.queues.items() if queue.waiting]
    for key, queue in given.queues.items():
        if queue.available or queue.answered_after is not None:
            needs.append(f"somebody answers {key}")
    needs += [f"{name} is {word.replace('_', ' ')}" for name, word in given.numbers.items()]
    needs += [f"{name} fails (ask the team to arrange it)" for name in sorted(given.fails)]
    return needs + ([f"the agent then: {', '.join(given.agent_does)}"] if given.agent_does else [])


def _end(world: World, result: Result) -> str:
    ends = result.ends
    info = world.queues.get(ends.queue)
    title = info.title if info else ends.queue
    words = {
        "queue": f"ends waiting for {title}: hang up",
        "callback": f"ends; {title} calls you back",
        "transfer": f"is put through to {ends.number}",
        "agent": f"is answered by {title}" if title else "is answered",
        "hung_up": "ends: the line hangs up",
    }
    return words.get(ends.how, f"ends: {ending(ends)}")
