"""AWS Regions: which ones have Amazon Connect, and the nearest of those (Connect facts 2)."""

from __future__ import annotations

import json
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from .frozen import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A Region: its name, city and place in degrees; `connect` when Amazon Connect is there.

    `callable_countries` are the countries a new instance may call without asking; empty = not known. `eea`: it lies in
    the European Economic Area, which London and Zurich do not.
    """

    name: str
    city: str
    latitude: float
    longitude: float
    connect: bool
    callable_countries: frozenset[str] = frozenset()
    eea: bool = False


@cache
def all_regions() -> dict[str, Region]:
    """Every AWS Region by name."""
    text = Path(__file__).with_name("regions.json").read_text(encoding="utf-8")
    data = json.loads(text)
    dialled = data["callable_countries"]
    return {
        name: Region(
            name, city, lat, lon, name in data["connect"], frozenset(dialled.get(name, ())), name in data["eea"]
        )
        for name, (city, lat, lon) in data["regions"].items()
    }


def with_connect() -> tuple[str, ...]:
    """The Regions that have Connect."""
    return tuple(name for name, region in all_regions().items() if region.connect)


def nearest_with_connect(name: str, count: int = 2) -> tuple[Region, ...]:
    """The Regions with Connect nearest to the Region `name`, by great circle. Raises KeyError for no Region."""
    regions = all_regions()
    here = regions[name]
    ranked = sorted((r for r in regions.values() if r.connect), key=lambda r: (_kilometres(here, r), r.name))
    return tuple(ranked[:count])


def _kilometres(one: Region, other: Region) -> float:
    lat1, lat2 = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(east / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))
