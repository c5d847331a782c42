"""What a row may name: the centre as the roster's checks need it. Without a centre only the form is checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from ..specs.frozen import dataclass
from .headers import loose

if TYPE_CHECKING:
    from ..specs.model import AgentDefaults, Center, RoutingVariant

Identity = Literal["connect", "saml", "directory"]
AFTER_CONTACT_WORK = 60  # seconds, when nobody says otherwise
CENTRAL = frozenset({"bs", "cs", "hr", "hu", "pl", "ro", "sk", "sl", "sq"})
REMOVE_AFTER_DAYS = 30
CONFIRM_SHARE = 0.10
CONFIRM_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a blank cell means for one routing profile: the profile's `agents`, then the centre's, then these."""

    security_profiles: tuple[str, ...] = ()
    phone_type: Literal["soft", "desk"] = "soft"
    auto_accept: bool = False
    after_contact_work: int = AFTER_CONTACT_WORK
    hierarchy_group: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Names are looked up by their loose form (`loose`); values are the centre's keys.

    `groups` maps a path or a leaf to every group path that it can mean; more than one is ambiguous.
    """

    identity: Identity = "connect"
    known: bool = False  # False: no centre, so names are taken as they stand
    profiles: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, tuple[RoutingVariant, ...]] = field(default_factory=dict)
    security: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # attribute -> loose value -> value
    defaults: Mapping[str, Defaults] = field(default_factory=dict)
    country: str | None = None
    center: Center | None = None
    today: dt.date | None = None

    @property
    def central(self) -> bool:
        """Whether a language of the centre is written in Windows-1250, so that its spreadsheets are."""
        spoken = self.center.languages.values() if self.center is not None else ()
        return any(language.code.split("-")[0] in CENTRAL for language in spoken)


def spoken(center: Center | None) -> tuple[str, ...]:
    """The languages of the centre as `fr`, in its own order."""
    codes = center.languages.values() if center is not None else ()
    return tuple(dict.fromkeys(language.code.split("-")[0].lower() for language in codes))


def rules_of(center: Center | None) -> Rules:
    """The rules of a centre, or those of form alone."""
    if center is None:
        return Rules()
    return Rules(
        identity=center.instance.identity,
        known=True,
        profiles=_profiles(center),
        variants={key: p.variants for key, p in center.routing_profiles.items()},
        security=_named({key: p.title for key, p in center.security_profiles.items()}),
        groups=_groups(center),
        languages=_named({key: language.code for key, language in center.languages.items()}),
        skills={key: {loose(value): value for value in values} for key, values in center.skills.items()},
        defaults={key: _defaults(p.agents, center.agents) for key, p in center.routing_profiles.items()},
        center=center,
        today=center.today,
    )


def _named(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles and keys, loosely; a key beats a title."""
    return {loose(title): key for key, title in titles.items()} | {loose(key): key for key in titles}


def _profiles(center: Center) -> dict[str, str]:
    """A real profile (`nurse-fr-en`) is found by its own name too, as `nurse-fr-en`."""
    profiles = center.routing_profiles
    real = {name: v.key for p in profiles.values() for v in p.variants for name in (loose(v.title), loose(v.key))}
    return real | _named({key: p.title for key, p in profiles.items()})


def _groups(center: Center) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for group in center.hierarchy.groups:
        for name in {path_key(group.path), path_key(group.title)}:
            found.setdefault(name, []).append(group.path)
    whole = {path_key(group.path): [group.path] for group in center.hierarchy.groups}  # a whole path is never ambiguous
    return {name: tuple(paths) for name, paths in (found | whole).items()}


def path_key(path: str) -> str:
    """The loose form of a path of titles."""
    return "/".join(loose(part) for part in path.split("/"))


def _defaults(own: AgentDefaults, shared: AgentDefaults) -> Defaults:
    base = Defaults()

    def first(name: str) -> object:
        for level in (own, shared, base):
            value = getattr(level, name)
            if value is not None:
                return value
        return None

    return Defaults(
        security_profiles=first("security_profiles"),  # type: ignore[arg-type]
        phone_type=first("phone_type"),  # type: ignore[arg-type]
        auto_accept=first("auto_accept"),  # type: ignore[arg-type]
        after_contact_work=first("after_contact_work"),  # type: ignore[arg-type]
        hierarchy_group=own.hierarchy_group if own.hierarchy_group is not None else shared.hierarchy_group,
    )
