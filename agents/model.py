"""What a roster says, as values.

Thousands of people share a dozen combinations of profile, group, status and phone settings, so a `Person` is what is
their own and a reference to the `Terms` that they share. `Person` is a NamedTuple and not a dataclass because 36,000 of
them are built while a supervisor waits, at a quarter of the cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..specs.frozen import dataclass
from ..specs.problems import Problem

if TYPE_CHECKING:
    from .mistakes import Findings

Status = Literal["active", "suspended", "removed"]
PhoneType = Literal["soft", "desk"]


class Hidden:
    """A password on its way from a file to the one call that takes it. Never shown, compared or stored."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; for the call and for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "[secret]"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a group of people has in common; every reference is a key of the centre.

    `routing_profile` is the key of a real profile (`RoutingVariant.key`), `hierarchy_group` a path of titles,
    `after_contact_work` whole seconds with 0 for no limit, dates are inclusive, `skills` sorted as
    `product=fibre:4`, `tags` pairs sorted by key.
    """

    routing_profile: str = ""
    languages: tuple[str, ...] = ()
    security_profiles: tuple[str, ...] = ()
    hierarchy_group: str | None = None
    status: Status = "active"
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    phone_type: PhoneType = "soft"
    auto_accept: bool = False
    after_contact_work: int = 60
    skills: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


class Person(NamedTuple):
    """One row. `line` is the physical line of the file, or the row of a sheet; `file` as problems show it."""

    username: str
    first_name: str
    last_name: str
    email: str
    terms: Terms
    file: str
    line: int
    desk_phone: str = ""  # E.164
    derived: str = ""  # first.last when the username was made from the name, before a number was added
    secondary_email: str = ""
    mobile: str = ""
    password: Hidden | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rosters say and every problem in them. With an error among the problems `people` must not be applied.

    `files` are the rosters as problems show them, those without people included: they decide who belongs to a file.
    `remarks` are plain notes (unknown columns that were kept out, nothing checked against a centre).
    """

    people: tuple[Person, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    central: bool = False  # files without a mark are Windows-1250 (`read.decode`)
    languages: tuple[str, ...] = ()  # of the centre, its own first: en, fr
    findings: Mapping[str, Findings] = field(default_factory=dict, repr=False, compare=False)  # by file, none grouped

    @property
    def errors(self) -> int:
        """How many of the problems are errors."""
        return sum(p.severity == "error" for p in self.problems)
