"""Names that the service wants unique: what steps aside when one thing takes over the name of another.

Connect refuses a name that something of the same kind bears. Two titles that change places, a title that moves from a
key to another one, and a thing that must be replaced under its own name would therefore be refused, or end in a gap
between a deletion and a creation. So such things bear another name for one stage: first everybody concerned steps
aside, what is no longer wanted goes, and then each takes the name that the folder says.

Which those are is known after a program was planned: it tells every name that it wants, the state tells who bears it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .engine import urns

Place = tuple[str, str]  # type token and logical name
QUICK: Final = "aws:connect/quickConnect:QuickConnect"
OWN_QUICK: Final = "ccdeploy:index:QuickConnect"
_DOOMED: Final = "\0"  # in the place of a key: what is about to be deleted
_KEPT: Final = 90  # characters of a name that stay readable in a passing one; the shortest limit of the service is 100


@dataclass(slots=True)
class Naming:
    """The names of one program. `aside` bears another name for now, made with the id that it has ("" for what is new),
    so that a replacement never meets what it replaces; `known` is what a planned program wanted.

    `wanted` is filled while a program runs: the name and the former logical name (or None) by place.
    """

    aside: Mapping[Place, str] = field(default_factory=dict)
    known: Mapping[Place, tuple[str, str | None]] = field(default_factory=dict)
    wanted: dict[Place, tuple[str, str | None]] = field(default_factory=dict)

    def name(self, token: str, key: str, title: str, was: str | None = None) -> str:
        """What the thing is called in this program."""
        place = (token, key)
        self.wanted[place] = (title, was)
        # What only stays until people have left it gives its name to what the folder has.
        leaving = bool(self.known) and place not in self.known
        taken = leaving and (family(token), title) in {(family(kind), name) for (kind, _), (name, _) in self._known()}
        return passing(key, title, self.aside.get(place, "")) if taken or place in self.aside else title

    def _known(self) -> Iterable[tuple[Place, tuple[str, str | None]]]:
        return self.known.items()

    @property
    def any(self) -> bool:
        """Whether anything steps aside."""
        return bool(self.aside)

    def after(self) -> Naming:
        """The naming of the stage that follows: everybody bears the name that the folder says."""
        return Naming(known=self.known)


def family(token: str) -> str:
    """Within which types a name is unique: quick connects are made by two providers."""
    return QUICK if token == OWN_QUICK else token


def passing(key: str, title: str, id_: str) -> str:
    """The name for one stage: readable, of characters that every kind takes, the same while the same thing stands."""
    return f"{title[:_KEPT].rstrip()} - {hashlib.sha256(f'{key}/{title}/{id_}'.encode()).hexdigest()[:6]}"


def stepping_aside(
    wanted: Mapping[Place, tuple[str, str | None]], resources: Iterable[Mapping[str, Any]], replaced: Collection[Place]
) -> Naming:
    """The naming of the first stage. `wanted` was told by a planned program, `resources` are those of the state,
    `replaced` the places that the plan replaces."""
    bearers: dict[Place, set[Place]] = {}  # by family and name; a thing that is about to be deleted is no place
    ids: dict[Place, str] = {}
    for place, name, id_ in _held(wanted, resources):
        bearers.setdefault((family(place[0]), name.casefold()), set()).add(place)
        ids.setdefault(place, id_)
    aside: set[Place] = set()
    for place, (title, _was) in wanted.items():
        found = bearers.get((family(place[0]), title.casefold()), set())
        if found - {place}:
            aside |= {place, *(other for other in found if other[1] != _DOOMED)}
        elif place in found and place in replaced:
            aside.add(place)
    return Naming({place: ids.get(place, "") for place in aside}, wanted)


def _held(
    wanted: Mapping[Place, tuple[str, str | None]], resources: Iterable[Mapping[str, Any]]
) -> Iterable[tuple[Place, str, str]]:
    """What stands by the place that it has in the folder now, with the name that it bears and its id."""
    now = {(token, was): (token, key) for (token, key), (_, was) in wanted.items() if was}
    families = {family(token) for token, _ in wanted}
    for item in resources:
        name = (item.get("inputs") or {}).get("name")
        place = (str(item["type"]), urns.name(str(item["urn"])))
        if not name or not item.get("id") or family(place[0]) not in families:
            continue
        if item.get("delete"):  # the old side of a replacement that did not come to its end
            yield (place[0], _DOOMED), str(name), ""
        else:
            yield (place if place in wanted else now.get(place, place)), str(name), str(item["id"])
