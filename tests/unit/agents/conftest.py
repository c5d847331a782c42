"""A Connect of users by hand, and centres and stores for it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ccdeploy.agents.directory import Directory
from ccdeploy.agents.events import AgentEvent
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.plan import AgentPlan
from ccdeploy.agents.rosters import AgentResult, apply_plan, plan_rosters
from ccdeploy.specs.errors import CloudError
from ccdeploy.specs.load import load
from ccdeploy.specs.model import Center
from ccdeploy.stacks.cloud.connect_users import FoundUser, Proficiency, UserDoor, UserFields, UserSummary
from ccdeploy.stacks.cloud.store import FileStore

CENTER = """\
center: line
region: eu-central-1
time_zone: Europe/Paris
languages:
  fr: {code: fr-FR, voice: Lea}
  en: {code: en-GB, voice: Amy}
instance: {alias: line-example}
hours_of_operation: {always: 24x7}
queues:
  triage: {hours: always, languages: [fr, en]}
  information: {hours: always}
routing_profiles:
  nurse: {title: Nurse, queues: [triage], languages: [[fr], [fr, en]], agents: {security_profiles: [volunteer]}}
  helper: {queues: [information], agents: {security_profiles: [volunteer], after_contact_work: 90s}}
  bare: {queues: [information]}
security_profiles:
  volunteer: {base: agent}
  lead: {title: Team lead, base: supervisor}
skills: {product: [fibre, tv, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10]}
hierarchy:
  levels: [Site, Team]
  groups:
    Paris: [Day, Night]
    Lyon: [Day, Phones]
flows: {}
""".replace("flows: {}\n", "")

HEADER = (
    "username,email,first_name,last_name,routing_profile,languages,security_profiles,hierarchy_group,status,starts_on"
)


READS = {"ListUsers", "DescribeUser", "ListUserProficiencies", "GetCurrentUserData", "SearchUsers"}


@dataclass
class User:
    """One user as the fake instance holds it."""

    id: str
    fields: UserFields
    password: str | None
    routing: str
    security: tuple[str, ...]
    group: str | None
    good_at: dict[tuple[str, str], int] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def languages(self) -> set[str]:
        return {value for attribute, value in self.good_at if attribute == "language"}


class FakeUsers:
    """Connect's users in memory, with its rules of names; `on_call(operation)` may raise before or after the effect."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.calls: list[str] = []
        self.created: list[str] = []
        self.before: Callable[[str, str], None] = lambda _operation, _who: None
        self.after: Callable[[str, str], None] = lambda _operation, _who: None
        self.on_a_call: set[str] = set()  # usernames
        self._lock = threading.Lock()
        self._number = 0

    def _enter(self, operation: str, who: str = "") -> None:
        with self._lock:
            self.calls.append(operation)
        self.before(operation, who)

    def named(self, username: str) -> User:
        return next(u for u in self.users.values() if u.fields.username == username)

    def listing(self) -> Iterator[UserSummary]:
        self._enter("ListUsers")
        return iter([UserSummary(u.id, u.fields.username) for u in list(self.users.values())])

    def tags(self, user_id: str) -> Mapping[str, str]:
        return self._change("DescribeUser", user_id).tags

    def proficiencies(self, user_id: str) -> set[Proficiency]:
        self._enter("ListUserProficiencies")
        return {Proficiency(*pair, level) for pair, level in self.users[user_id].good_at.items()}

    def busy(self, profiles: Sequence[str]) -> frozenset[str]:
        self._enter("GetCurrentUserData")
        return frozenset(u.id for u in self.users.values() if u.fields.username in self.on_a_call)

    def _found(self, user: User, *, whole: bool) -> FoundUser:
        f = user.fields
        addresses = (f.email, f.secondary_email, f.mobile) if whole else ("", "", "")
        return FoundUser(
            user.id,
            f.username,
            f.first_name,
            f.last_name,
            *addresses,
            user.routing,
            user.security,
            user.group,
            f.phone_type,
            f.desk_phone,
            f.auto_accept,
            f.after_contact_work,
            user.tags,
        )

    def search(self) -> Iterator[FoundUser]:
        self._enter("SearchUsers")
        return iter([self._found(u, whole=False) for u in list(self.users.values())])

    def describe(self, user_id: str) -> FoundUser:
        return self._found(self._change("DescribeUser", user_id), whole=True)

    def create(self, user: UserFields, password: str | None) -> str:
        self._enter("CreateUser", user.username)
        with self._lock:
            if any(u.fields.username == user.username for u in self.users.values()):
                raise refusal("CreateUser", "DuplicateResourceException", 409)
            self._number += 1
            made = f"id-{self._number}"
            self.users[made] = User(
                made,
                user,
                password,
                user.routing_profile,
                user.security_profiles,
                user.hierarchy_group,
                {},
                dict(user.tags),
            )
            self.created.append(user.username)
        self.after("CreateUser", user.username)
        return made

    def by_hand(self, username: str) -> None:
        fields = UserFields(username, "A", "B", "a@example.org", "r", ("s",), None, "soft", "", False, 0)
        self.users[f"hand-{username}"] = User(f"hand-{username}", fields, None, "r", ("s",), None)

    def _change(self, operation: str, user_id: str) -> User:
        self._enter(operation, user_id)
        if user_id not in self.users:
            raise refusal(operation, "ResourceNotFoundException", 404)
        return self.users[user_id]

    def set_identity(self, user_id: str, user: UserFields) -> None:
        self._change("UpdateUserIdentityInfo", user_id).fields = user
        self.after("UpdateUserIdentityInfo", user_id)

    def set_phone(self, user_id: str, user: UserFields) -> None:
        self._change("UpdateUserPhoneConfig", user_id).fields = user
        self.after("UpdateUserPhoneConfig", user_id)

    def set_routing_profile(self, user_id: str, profile: str) -> None:
        self._change("UpdateUserRoutingProfile", user_id).routing = profile
        self.after("UpdateUserRoutingProfile", user_id)

    def set_security_profiles(self, user_id: str, profiles: Sequence[str]) -> None:
        self._change("UpdateUserSecurityProfiles", user_id).security = tuple(profiles)
        self.after("UpdateUserSecurityProfiles", user_id)

    def set_hierarchy_group(self, user_id: str, group: str | None) -> None:
        self._change("UpdateUserHierarchy", user_id).group = group
        self.after("UpdateUserHierarchy", user_id)

    def add_proficiencies(self, user_id: str, values: Sequence[Proficiency]) -> None:
        user = self._change("AssociateUserProficiencies", user_id)
        if user.good_at.keys() & {v[:2] for v in values}:
            raise refusal("AssociateUserProficiencies", "InvalidParameterException", 400)
        user.good_at |= {v[:2]: v.level for v in values}
        self.after("AssociateUserProficiencies", user_id)

    def drop_proficiencies(self, user_id: str, values: Sequence[Proficiency]) -> None:
        user = self._change("DisassociateUserProficiencies", user_id)
        if not user.good_at.keys() >= {v[:2] for v in values}:
            raise refusal("DisassociateUserProficiencies", "InvalidParameterException", 400)
        for value in values:
            del user.good_at[value[:2]]
        self.after("DisassociateUserProficiencies", user_id)

    def tag(self, user_id: str, tags: Mapping[str, str]) -> None:
        self._change("TagResource", user_id).tags.update(tags)
        self.after("TagResource", user_id)

    def untag(self, user_id: str, keys: Sequence[str]) -> None:
        user = self._change("UntagResource", user_id)
        for key in keys:
            user.tags.pop(key, None)
        self.after("UntagResource", user_id)

    def delete(self, user_id: str) -> None:
        self._change("DeleteUser", user_id)
        del self.users[user_id]
        self.after("DeleteUser", user_id)

    @property
    def mutations(self) -> list[str]:
        return [c for c in self.calls if c not in READS]


def lost(operation: str) -> CloudError:
    """What the door raises when no answer comes."""
    return CloudError(f"{operation}: no answer", operation=operation, code="unanswered")


def refusal(operation: str, code: str, status: int) -> CloudError:
    """What the door raises when the service says no."""
    return CloudError(f"{operation} was refused ({code})", operation=operation, service_code=code, status=status)


DIRECTORY = Directory(
    "instance",
    "arn:aws:connect:eu-central-1:123456789012:instance/instance",
    {k: f"rp-{k}" for k in ("nurse-fr", "nurse-fr-en", "helper", "bare")},
    {"volunteer": "sp-volunteer", "lead": "sp-lead"},
    {k: f"group {k}" for k in ("Paris", "Lyon", "Paris/Day", "Paris/Night", "Lyon/Day", "Lyon/Phones")},
    "rp-suspended",
    "sp-suspended",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "center.yaml").write_text(CENTER, encoding="utf-8")
    return tmp_path


@pytest.fixture
def center(folder: Path) -> Center:
    loaded = load(folder, today=dt.date(2026, 4, 1))
    assert loaded.center is not None
    assert not loaded.problems.errors, loaded.problems.listed()
    return loaded.center


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / ".ccdeploy" / "stacks" / "line.dev")


@pytest.fixture
def users() -> FakeUsers:
    return FakeUsers()


TODAY = dt.date(2026, 4, 1)


class Hurry:
    """A clock that nothing but sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class World:
    """A folder, an instance and a store, driven as the commands drive them."""

    def __init__(self, center: Center, folder: Path, users: FakeUsers, store: FileStore) -> None:
        self.center, self.folder, self.users, self.store = center, folder, users, store

    def roster(self, *rows: str, name: str = "a.csv") -> Path:
        """Write a roster of these rows."""
        path = self.folder / name
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return path

    def plan(self, *files: Path, today: dt.date = TODAY, allow: int | None = None) -> AgentPlan:
        """What `roster plan` shows."""
        door: UserDoor = self.users
        return plan_rosters(self.center, files, DIRECTORY, door, self.store, today=today, allow_suspend=allow)

    def apply(
        self,
        *files: Path,
        today: dt.date = TODAY,
        allow: int | None = None,
        cancel: threading.Event | None = None,
        on_event: Callable[[AgentEvent], None] = lambda _event: None,
    ) -> AgentResult:
        """What `roster apply` does, without waiting."""
        plan, time = self.plan(*files, today=today, allow=allow), Hurry()
        return apply_plan(
            plan,
            self.users,
            self.store,
            pacer=Pacer(None, clock=time),
            sleep=time.sleep,
            cancel=cancel,
            on_event=on_event,
        )


def row(name: str, profile: str = "helper", languages: str = "", **cells: str) -> str:
    """One row under HEADER."""
    rest = ",".join(cells.get(c, "") for c in ("security", "group", "status", "starts"))
    return f"{name},{name}@example.org,{name.title()},Example,{profile},{languages},{rest}"


@pytest.fixture
def world(center: Center, folder: Path, users: FakeUsers, store: FileStore) -> World:
    return World(center, folder, users, store)
