"""The cells that many rows share become `Terms`; each combination of cells is looked at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from ..specs.suggest import did_you_mean
from .cells import (
    LANGUAGES,
    MANY,
    TITLES,
    clean,
    read_after_contact_work,
    read_date,
    read_tags,
    read_word,
    read_yes_no,
    refuse_formula,
    visible,
)
from .headers import loose
from .mistakes import Mistake
from .model import Terms
from .rules import Defaults, Rules, path_key
from .skills import read_skills

SHARED: Final = (
    "routing_profile",
    "languages",
    "security_profiles",
    "hierarchy_group",
    "status",
    "starts_on",
    "ends_on",
    "phone_type",
    "auto_accept",
    "after_contact_work",
    "skills",
    "tags",
)
PROFICIENCIES: Final = 10  # a person (Connect facts 3.10)
T = TypeVar("T")
Found = list[tuple[str, Mistake]]  # (column, what is wrong in it)


class Reader:
    """Reads one combination of shared cells. Collects every mistake in `found` and carries on with a harmless value."""

    def __init__(self, rules: Rules, cells: Mapping[str, str]) -> None:
        self.rules = rules
        self.cells: dict[str, str] = {}
        self.found: Found = []
        for column, text in cells.items():
            if text:
                value = self.attempt(column, lambda text=text: clean(text), "")  # type: ignore[misc]
                if value and column != "tags":
                    self.attempt(column, lambda value=value: refuse_formula(value), None)  # type: ignore[misc]
                self.cells[column] = value

    def attempt(self, column: str, read: Callable[[], T], otherwise: T) -> T:
        """`read()`, or `otherwise` with the mistake noted."""
        try:
            return read()
        except Mistake as mistake:
            self.found.append((column, mistake))
            return otherwise

    def cell(self, column: str, read: Callable[[str], Any], blank: Any) -> Any:
        """The value of a cell, or `blank` when there is nothing in it or something wrong."""
        text = self.cells.get(column, "")
        return self.attempt(column, lambda: read(text), blank) if text else blank


def read_terms(rules: Rules, cells: Mapping[str, str]) -> tuple[Terms, Found]:
    """The terms that `cells` (column to text) stand for, and every mistake in them."""
    reader = Reader(rules, cells)
    profile = reader.cell("routing_profile", lambda t: _profile(rules, t), "")
    if not reader.cells.get("routing_profile") and not any(c == "routing_profile" for c, _ in reader.found):
        reader.found.append(("routing_profile", _missing(rules)))
    defaults = rules.defaults.get(_declared(rules, profile), Defaults())
    none: tuple[str, ...] = ()
    spoken = reader.cells.get("languages", "")
    variant, languages = reader.attempt("languages", lambda: _variant(rules, profile, spoken), (profile, none))
    if rules.known and len(set(rules.languages.values())) == 1:
        languages = ()  # with one language there is nothing to tell apart, and no attribute that holds it
    skills = reader.cell("skills", lambda t: read_skills(rules, t), none)
    reader.attempt("skills" if skills else "languages", lambda: _not_too_many(languages, skills), None)
    starts = reader.cell("starts_on", read_date, None)
    ends = reader.cell("ends_on", read_date, None)
    reader.attempt("ends_on", lambda: _in_order(starts, ends), None)
    work = reader.cell("after_contact_work", read_after_contact_work, defaults.after_contact_work)
    if work == 0 and reader.cells.get("after_contact_work"):
        reader.found.append(("after_contact_work", _endless()))
    terms = Terms(
        routing_profile=variant,
        languages=languages,
        security_profiles=_security(reader, defaults, bool(profile)),
        hierarchy_group=reader.cell("hierarchy_group", lambda t: _group(rules, t), defaults.hierarchy_group),
        status=reader.cell(
            "status",
            lambda t: read_word(t, ("active", "suspended", "removed"), "active, suspended or removed"),
            "active",
        ),
        starts_on=starts,
        ends_on=ends,
        phone_type=reader.cell(
            "phone_type", lambda t: read_word(t, ("soft", "desk"), "soft or desk"), defaults.phone_type
        ),
        auto_accept=reader.cell("auto_accept", read_yes_no, defaults.auto_accept),
        after_contact_work=work,
        skills=skills,
        tags=reader.cell("tags", read_tags, ()),
    )
    if terms.phone_type == "desk" and terms.auto_accept and reader.cells.get("auto_accept"):
        hint = "Connect answers by itself on soft phones only: write no, or phone_type soft"
        reader.found.append(
            ("auto_accept", Mistake("auto-accept-desk", "a desk phone cannot accept calls by itself", hint))
        )
    return terms, reader.found


def _profile(rules: Rules, text: str) -> str:
    if not rules.known:
        return text
    key = rules.profiles.get(loose(text))
    if key is None:
        raise Mistake(
            "unknown-routing-profile", f"unknown routing profile {visible(text)}", did_you_mean(text, rules.variants)
        )
    return key


def _missing(rules: Rules) -> Mistake:
    known = ", ".join(list(rules.variants)[:8])
    hint = f"write one of: {known}" if known else "every person needs one"
    return Mistake("missing-cell", "the cell is blank", hint)


def _declared(rules: Rules, profile: str) -> str:
    """The key as declared of a real profile's key: `nurse` of `nurse-fr-en`."""
    if profile in rules.variants:
        return profile
    return next((key for key, vs in rules.variants.items() if any(v.key == profile for v in vs)), "")


def _variant(rules: Rules, profile: str, text: str) -> tuple[str, tuple[str, ...]]:
    """The real profile and the languages of a person. Raises Mistake when the profile lacks the combination."""
    wanted = [w for w in LANGUAGES.split(text) if w]
    if not rules.known or not profile:
        return profile, tuple(wanted)
    keys: list[str] = []
    for word in wanted:
        key = rules.languages.get(loose(word))
        if key is None:
            raise Mistake(
                "unknown-language",
                f"unknown language {visible(word)}",
                did_you_mean(word, set(rules.languages.values())),
            )
        if key not in keys:
            keys.append(key)
    variants = rules.variants[_declared(rules, profile)]
    direct = [v for v in variants if v.key == profile and profile not in rules.variants]
    choices = direct or [v for v in variants if not v.languages or set(v.languages) == set(keys)]
    if not keys and not direct:
        choices = list(variants) if len(variants) == 1 else [v for v in variants if not v.languages]
    if len(choices) == 1:
        spoken = choices[0].languages or tuple(keys)
        if direct and keys and set(spoken) != set(keys):
            raise Mistake("languages-differ", f"{visible(text)} is not what {profile} stands for", "|".join(spoken))
        return choices[0].key, spoken
    listed = ", ".join("|".join(v.languages) for v in variants)
    what = (
        f"{visible(text)} is no combination of this profile" if keys else f"the profile {profile!r} asks for languages"
    )
    raise Mistake("no-such-combination", what, f"write one of: {listed}")


def _security(reader: Reader, defaults: Defaults, has_profile: bool) -> tuple[str, ...]:
    rules, text = reader.rules, reader.cells.get("security_profiles", "")
    if not text:
        if rules.known and has_profile and not defaults.security_profiles:
            hint = "write one here, or security_profiles under `agents` of the routing profile in center.yaml"
            reader.found.append(("security_profiles", Mistake("no-security-profile", "nothing says which one", hint)))
        return tuple(sorted(defaults.security_profiles))
    keys: list[str] = []
    for word in (w for w in TITLES.split(text) if w):
        key = rules.security.get(loose(word)) if rules.known else word
        if key is None:
            hint = did_you_mean(word, set(rules.security.values()))
            reader.found.append(
                (
                    "security_profiles",
                    Mistake("unknown-security-profile", f"unknown security profile {visible(word)}", hint),
                )
            )
        elif key not in keys:
            keys.append(key)
    if len(keys) > 10:
        reader.found.append(
            ("security_profiles", Mistake("too-many-profiles", f"{len(keys)} security profiles", "Connect allows 10"))
        )
    return tuple(sorted(keys))


def _group(rules: Rules, text: str) -> str:
    path = text if "/" in text else MANY.sub("/", text)
    path = "/".join(part.strip() for part in path.split("/"))
    if not rules.known:
        return path
    found = rules.groups.get(path_key(path), ())
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(found)
        raise Mistake(
            "ambiguous-group", f"{visible(text)} can be {len(found)} groups", f"write the whole path: {listed}"
        )
    known = {paths[0] for paths in rules.groups.values()}
    hint = did_you_mean(path, known) if known else "center.yaml names no hierarchy"
    raise Mistake("unknown-group", f"unknown hierarchy group {visible(text)}", hint)


def _not_too_many(languages: tuple[str, ...], skills: tuple[str, ...]) -> None:
    count = len(languages) + len(skills)
    if count > PROFICIENCIES:
        hint = f"Connect allows {PROFICIENCIES} in all: keep those by which calls are routed"
        raise Mistake("too-many-skills", f"{count} languages and skills", hint)


def _in_order(starts: dt.date | None, ends: dt.date | None) -> None:
    if starts and ends and ends < starts:
        text = f"ends on {ends.isoformat()}, before it starts on {starts.isoformat()}"
        raise Mistake("dates-reversed", text, "exchange the two dates")


def _endless() -> Mistake:
    hint = "a forgetful person is then a lost seat: write 60s or what the work needs"
    return Mistake("endless-work", "0 means no limit to after-contact work", hint, "warning")
