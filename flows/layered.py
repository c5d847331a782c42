"""A layered drawing of a graph: who comes first stands higher, ways cross little, and no two boxes overlap.

The classic four steps (Sugiyama): break circles, give each box the layer of its longest way from the start, order each
layer by where its neighbours stand, then move boxes under each other without changing the order. Every label has a
place of its own between two layers, as if it were a small box. Pure and repeatable: the same graph, the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from itertools import pairwise

from ..specs.frozen import dataclass

GAP_X, GAP_Y = 28.0, 16.0
ROW = 900.0  # how wide rows of unconnected parts may be at least
LOOP = 24.0  # how far a way that leads back to its own box goes out
SWEEPS = 8
MOST_CELLS = 8_000  # boxes, labels and bends; a knot of more is drawn in the order in which it is walked
Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Link:
    """A way from one box to another; `label` is the size of what is written at it, `light` ways follow the others."""

    source: str
    target: str
    label: Size | None = None
    light: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where everything stands: upper left corners of boxes, the bends of each link by index (the ends included), the
    middle of each label by index, and the size of the whole."""

    boxes: Mapping[str, Point]
    ways: Mapping[int, tuple[Point, ...]]
    labels: Mapping[int, Point]
    width: float
    height: float


@dataclass(slots=True)
class _Cell:
    """A box, a label, or a bend of a link that passes a layer."""

    name: str
    layer: int
    width: float
    height: float
    up: list[_Cell] = field(default_factory=list)
    down: list[_Cell] = field(default_factory=list)
    room: float = 0.0  # beside it, for a way that leads back to itself
    x: float = 0.0  # of the middle
    bend: bool = True

    def __hash__(self) -> int:
        return id(self)


def draw(sizes: Mapping[str, Size], links: Sequence[Link], start: str = "") -> Drawn:
    """Draw the boxes of `sizes` and the links between them; links to unknown boxes are left out.

    What no link connects with `start` stands in rows below.
    """
    known = {n: link for n, link in enumerate(links) if link.source in sizes and link.target in sizes}
    boxes: dict[str, Point] = {}
    ways: dict[int, tuple[Point, ...]] = {}
    labels: dict[int, Point] = {}
    x = y = width = height = 0.0
    for part in _parts(sizes, known, start):
        own = {n: link for n, link in known.items() if link.source in part}
        drawn = _connected({name: sizes[name] for name in sizes if name in part}, own, start)
        if boxes and (x == 0 or x + drawn.width > max(width, ROW)):
            x, y = 0.0, height + 2 * GAP_Y
        boxes |= {name: (a + x, b + y) for name, (a, b) in drawn.boxes.items()}
        ways |= {n: tuple((a + x, b + y) for a, b in points) for n, points in drawn.ways.items()}
        labels |= {n: (a + x, b + y) for n, (a, b) in drawn.labels.items()}
        width, height = max(width, x + drawn.width), max(height, y + drawn.height)
        x = x + drawn.width + GAP_X if y else 0.0  # beside what belongs to the start there is nothing
    return Drawn(boxes, ways, labels, width, height)


def places(sizes: Mapping[str, Size], links: Sequence[Link], start: str = "", sweeps: int = 3) -> dict[str, Point]:
    """Upper left corners alone, for a surface that draws the ways by itself: no room for labels, and less search."""
    known = {n: link for n, link in enumerate(links) if link.source in sizes and link.target in sizes}
    placed: dict[str, Point] = {}
    y = 0.0
    for part in _parts(sizes, known, start):
        straight = {n: i for n, i in known.items() if i.source in part and i.source != i.target}
        own = {name: sizes[name] for name in sizes if name in part}
        turned = _turned(own, straight, [start] if start in own else [])
        layers_of = _layers(own, straight, turned, 1)
        cells = {name: _Cell(name, layers_of[name], *size, bend=False) for name, size in own.items()}
        far = _far(straight, layers_of)
        chains = [_chain(n, Link(i.source, i.target), n in turned, cells, n in far) for n, i in straight.items()]
        layers = _grid(cells.values(), chains)
        _order(layers, sweeps)
        _place(layers, 2 * sweeps)
        left = min(cell.x - cell.width / 2 for layer in layers for cell in layer)
        bottom = y
        for layer in layers:
            placed |= {c.name: (c.x - c.width / 2 - left, bottom) for c in layer if not c.bend}
            bottom += max((cell.height for cell in layer), default=0.0) + GAP_Y
        y = bottom + GAP_Y
    return placed


def _parts(sizes: Mapping[str, Size], links: Mapping[int, Link], start: str) -> list[set[str]]:
    """Boxes that links connect, in whatever direction; those of the start first."""
    near: dict[str, set[str]] = {name: set() for name in sizes}
    for link in links.values():
        near[link.source].add(link.target)
        near[link.target].add(link.source)
    parts: list[set[str]] = []
    seen: set[str] = set()
    for root in (*([start] if start in sizes else []), *sizes):
        if root in seen:
            continue
        part, stack = {root}, [root]
        while stack:
            more = near[stack.pop()] - part
            part |= more
            stack += more
        seen |= part
        parts.append(part)
    return parts


def _connected(sizes: Mapping[str, Size], known: Mapping[int, Link], start: str) -> Drawn:
    straight = {n: link for n, link in known.items() if link.source != link.target}
    roots = [start] if start in sizes else []
    turned = _turned(sizes, straight, roots)
    layers_of = _layers(sizes, straight, turned)
    cells = {name: _Cell(name, layers_of[name], *size, bend=False) for name, size in sizes.items()}
    for link in known.values():
        if link.source == link.target:
            cell = cells[link.source]
            cell.room = max(cell.room, LOOP + (link.label[0] if link.label else 0.0))
    far = _far(straight, layers_of)
    chains = {n: _chain(n, link, n in turned, cells, n in far) for n, link in straight.items()}
    layers = _grid(cells.values(), chains.values())
    _order(layers)
    _place(layers)
    return _finish(cells, layers, known, chains, turned)


def _turned(sizes: Mapping[str, Size], links: Mapping[int, Link], roots: list[str]) -> set[int]:
    """Links that are drawn upwards, so that the others go round in no circle."""
    out: dict[str, list[tuple[int, str]]] = {name: [] for name in sizes}
    for n, link in sorted(links.items(), key=lambda item: (item[1].light, item[0])):
        out[link.source].append((n, link.target))
    turned: set[int] = set()
    state: dict[str, int] = {}
    for root in (*roots, *sizes):
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(out[root]))]
        while stack:
            name, ways = stack[-1]
            for n, target in ways:
                if state.get(target) == 1:
                    turned.add(n)
                elif target not in state:
                    state[target] = 1
                    stack.append((target, iter(out[target])))
                    break
            else:
                state[name] = 2
                stack.pop()
    return turned


def _layers(sizes: Mapping[str, Size], links: Mapping[int, Link], turned: set[int], step: int = 2) -> dict[str, int]:
    """Every second layer, each below everything that leads there; those between are for labels (none with `step` 1)."""
    into: dict[str, list[str]] = {name: [] for name in sizes}
    waiting = dict.fromkeys(sizes, 0)
    for n, link in links.items():
        high, low = (link.target, link.source) if n in turned else (link.source, link.target)
        into[high].append(low)
        waiting[low] += 1
    layer = dict.fromkeys(sizes, 0)
    ready = [name for name in sizes if not waiting[name]]
    order: list[str] = []
    while ready:
        name = ready.pop(0)
        order.append(name)
        for low in into[name]:
            layer[low] = max(layer[low], layer[name] + step)
            waiting[low] -= 1
            if not waiting[low]:
                ready.append(low)
    for name in reversed(order):  # what only leads on stands right above where it leads
        if into[name] and not any(name in lows for lows in into.values()):
            layer[name] = min(layer[low] for low in into[name]) - step
    return layer


def _far(links: Mapping[int, Link], layers: Mapping[str, int]) -> set[int]:
    """Links for whose bends there is no room: the longest ones of a knot. They go straight, behind the boxes."""
    spans = sorted((abs(layers[link.source] - layers[link.target]), n) for n, link in links.items())
    far: set[int] = set()
    cells = len(layers)
    for span, n in spans:
        cells += span
        if cells > MOST_CELLS:
            far.add(n)
    return far


def _chain(n: int, link: Link, turned: bool, cells: Mapping[str, _Cell], far: bool = False) -> list[_Cell]:
    """The cells of a link from its source to its target: one in every layer between, the label in the first.

    A far one has its label alone, which hangs at the source.
    """
    source, target = cells[link.source], cells[link.target]
    step = -1 if turned else 1
    chain = [source]
    between = range(source.layer + step, target.layer, step)
    for place, layer in enumerate(between[: 1 if link.label else 0] if far else between):
        width, height = link.label if link.label and place == 0 else (8.0, 0.0)
        chain.append(_Cell(f"{n}:{layer}", layer, width, height))
    chain.append(target)
    bound = chain[:-1] if far else chain
    for upper, lower in pairwise(reversed(bound) if turned else bound):
        upper.down.append(lower)
        lower.up.append(upper)
    return chain


def _grid(boxes: Iterable[_Cell], chains: Iterable[list[_Cell]]) -> list[list[_Cell]]:
    """All cells by layer, in the order in which a walk from above meets them."""
    cells = [*boxes, *(cell for chain in chains for cell in chain[1:-1])]
    layers: list[list[_Cell]] = [[] for _ in range(max((cell.layer for cell in cells), default=0) + 1)]
    seen: set[int] = set()
    for root in sorted(cells, key=lambda cell: cell.layer):
        stack = [root]
        while stack:
            cell = stack.pop()
            if id(cell) not in seen:
                seen.add(id(cell))
                layers[cell.layer].append(cell)
                stack += reversed(cell.down)
    return layers


def _order(layers: list[list[_Cell]], sweeps: int = SWEEPS) -> None:
    """Order each layer by the middle of its neighbours, down and up again; the order with the fewest crossings wins."""
    if sum(map(len, layers)) > MOST_CELLS:
        return
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(sweeps):
        downwards = sweep % 2 == 0
        for layer in layers[1:] if downwards else layers[-2::-1]:
            places = _places(layers[layer[0].layer + (-1 if downwards else 1)]) if layer else {}
            own = {cell: float(place) for place, cell in enumerate(layer)}
            for cell in layer:
                near = [places[other] for other in (cell.up if downwards else cell.down)]
                if near:
                    own[cell] = sum(near) / len(near)
            layer.sort(key=own.__getitem__)
        count = _crossings(layers)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
        if not fewest:
            break
    for layer, found in zip(layers, best, strict=True):
        layer[:] = found


def _places(layer: list[_Cell]) -> dict[_Cell, int]:
    return {cell: place for place, cell in enumerate(layer)}


def _crossings(layers: list[list[_Cell]]) -> int:
    """How many pairs of ways cross."""
    total = 0
    for upper, lower in pairwise(layers):
        places = _places(lower)
        ends: list[int] = []
        for cell in upper:
            here = sorted(places[other] for other in cell.down)
            total += sum(1 for end in here for other in ends if other > end)
            ends += here
    return total


def _place(layers: list[list[_Cell]], sweeps: int = SWEEPS * 3) -> None:
    """Move every cell towards the middle of its neighbours, as far as the order and the widths let it."""
    for layer in layers:
        x = 0.0
        for cell in layer:
            cell.x = x + cell.width / 2
            x += cell.width + cell.room + GAP_X
    for sweep in range(sweeps if sum(map(len, layers)) <= MOST_CELLS else 2):
        downwards = sweep % 2 == 0
        for layer in layers if downwards else reversed(layers):
            wanted = []
            for cell in layer:
                near = cell.up if downwards else cell.down
                near = near or (cell.down if downwards else cell.up)
                straight = [other for other in near if other.bend] if cell.bend else []
                near = straight or near
                wanted.append(sum(other.x for other in near) / len(near) if near else cell.x)
            _settle(layer, wanted)


def _settle(layer: list[_Cell], wanted: list[float]) -> None:
    """The places nearest to those wanted that keep the order and the distances: neighbours in each other's way move as
    one block to the mean of their wishes."""
    blocks: list[tuple[float, float, list[_Cell], list[float]]] = []  # (sum of wishes, weight, cells, offsets)
    for cell, wish in zip(layer, wanted, strict=True):
        weight = 4.0 if cell.bend else 1.0
        block = (wish * weight, weight, [cell], [0.0])
        while blocks:
            total, heavy, cells, offsets = blocks[-1]
            gap = offsets[-1] + (cells[-1].width + block[2][0].width) / 2 + cells[-1].room + GAP_X
            if total / heavy + gap <= block[0] / block[1]:
                break
            blocks.pop()
            joined = offsets + [gap + offset for offset in block[3]]
            block = (total + block[0] - gap * block[1], heavy + block[1], cells + block[2], joined)
        blocks.append(block)
    for total, heavy, cells, offsets in blocks:
        for cell, offset in zip(cells, offsets, strict=True):
            cell.x = total / heavy + offset


def _finish(
    cells: Mapping[str, _Cell],
    layers: list[list[_Cell]],
    links: Mapping[int, Link],
    chains: Mapping[int, list[_Cell]],
    turned: set[int],
) -> Drawn:
    every = [cell for layer in layers for cell in layer]
    left = min((cell.x - cell.width / 2 for cell in every), default=0.0)
    tops, y = [], 0.0
    for layer in layers:
        height = max((cell.height for cell in layer), default=0.0)
        tops.append((y, height))
        y += height + GAP_Y
    boxes = {name: (cell.x - cell.width / 2 - left, tops[cell.layer][0]) for name, cell in cells.items()}
    ways: dict[int, tuple[Point, ...]] = {}
    labels: dict[int, Point] = {}
    ports = _ports(chains, turned)
    for n, link in links.items():
        if link.source == link.target:
            x, top = boxes[link.source]
            width, height = cells[link.source].width, cells[link.source].height
            right, middle = x + width, top + height / 2
            out = right + LOOP - 6
            ways[n] = ((right, middle - 8), (out, middle - 8), (out, middle + 8), (right, middle + 8))
            labels[n] = (right + LOOP + (link.label[0] if link.label else 0.0) / 2, middle)
            continue
        chain, up = chains[n], n in turned
        first, last = chain[0], chain[-1]
        points = [(ports[n, "source"] - left, _edge(tops, first, not up))]
        for place, cell in enumerate(chain[1:-1]):
            at, height = tops[cell.layer]
            points += (
                [(cell.x - left, at + height), (cell.x - left, at)]
                if up
                else [
                    (cell.x - left, at),
                    (cell.x - left, at + height),
                ]
            )
            if place == 0:
                labels[n] = (cell.x - left, at + height / 2)
        points.append((ports[n, "target"] - left, _edge(tops, last, up)))
        ways[n] = tuple(points)
    width = max((cell.x + cell.width / 2 + cell.room - left for cell in every), default=0.0)
    return Drawn(boxes, ways, labels, width, max(y - GAP_Y, 0.0))


def _edge(tops: list[tuple[float, float]], cell: _Cell, below: bool) -> float:
    """Where a way leaves or reaches a box: at its lower or its upper side."""
    return tops[cell.layer][0] + (cell.height if below else 0.0)


def _ports(chains: Mapping[int, list[_Cell]], turned: set[int]) -> dict[tuple[int, str], float]:
    """Where along a side each way begins and ends: spread out, in the order in which the ways go on."""
    sides: dict[tuple[int, bool], list[tuple[float, int, str, _Cell]]] = {}
    for n, chain in chains.items():
        up = n in turned
        sides.setdefault((id(chain[0]), not up), []).append((chain[1].x, n, "source", chain[0]))
        sides.setdefault((id(chain[-1]), up), []).append((chain[-2].x, n, "target", chain[-1]))
    ports: dict[tuple[int, str], float] = {}
    for ends in sides.values():
        ends.sort(key=lambda end: (end[0], end[1]))
        cell = ends[0][3]
        spread = min(22.0, (cell.width - 24) / max(len(ends) - 1, 1))
        for place, (_, n, end, _cell) in enumerate(ends):
            ports[n, end] = cell.x + spread * (place - (len(ends) - 1) / 2)
    return ports
