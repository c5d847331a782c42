"""What every area of the emulated Connect stands on: look things up, name them, page them, count quotas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import paging
from ..clock import Clock
from ..neighbours import Neighbours
from ..quotas import QUOTAS
from . import exceptions as ex
from .kinds import KINDS, Kind
from .later import Leaving, drop, leave
from .shapes import Operation
from .store import Change, Store, new_id

Json = dict[str, Any]
ACCOUNT = "123456789012"


class Settings:
    """What a server lets be switched: its clock, whether quotas count, and how long asynchronous work takes."""

    def __init__(
        self,
        clock: Clock,
        *,
        quotas: bool = True,
        describes: int = 0,
        search_lag: float = 0.0,
        seconds: float = 0.0,
        neighbours: Neighbours | None = None,
    ) -> None:
        """`describes` is how many times a new instance or number still answers "in progress"; 0 for at once.

        `search_lag` is by how many seconds searches are late, `seconds` how long it takes until what was deleted is
        gone or a bot is built; `neighbours` tells what the other services hold (None: not asked).
        """
        self.clock = clock
        self.quotas = quotas
        self.describes = describes
        self.search_lag = search_lag
        self.seconds = seconds
        self.neighbours = neighbours


@dataclass(frozen=True, slots=True)
class Manner:
    """How one request is answered beside what it asks: what planned faults want, and where the server is.

    `lag` (seconds) makes a List or Search late, `fails` lets what is created asynchronously fail, `host` is the
    server's own address as the client called it.
    """

    lag: float = 0.0
    fails: bool = False
    host: str = "127.0.0.1"


PLAIN = Manner()
_LOOKING = ("Describe", "List", "Get", "Search", "BatchGet", "DeleteInstance")


def arn_tail(reference: str) -> str:
    """The identifier in an ARN, or `reference` itself: most members take either (Connect facts 3.0)."""
    return reference.rsplit("/", 1)[-1] if reference.startswith("arn:") else reference


class Base:
    """The state of one request: `change` collects its effects, `operation` is what was asked for.

    Methods of the areas are named like the operations and take the request's members by name; each runs under the
    store's lock and puts nothing before it has checked everything.
    """

    store: Store
    settings: Settings
    region: str
    account: str
    change: Change
    operation: Operation
    manner: Manner = PLAIN

    # -- places

    @property
    def here(self) -> str:
        """The scope of what belongs to no instance."""
        return f"{self.account}/{self.region}"

    def arn(self, rest: str) -> str:
        """An ARN of this account and Region."""
        return f"arn:aws:connect:{self.region}:{self.account}:{rest}"

    @property
    def now(self) -> float:
        """Seconds since the epoch, as timestamps go out (a JSON number)."""
        return self.settings.clock.now()

    # -- looking up

    def instance(self, p: Json) -> Json:
        """The instance that `p` names by id or ARN. Raises ResourceNotFound, or InvalidRequest while it is deleted."""
        reference = p.get("InstanceId") or ""
        found = self.store.get(self.here, "instance", arn_tail(reference))
        if found is None or (reference.startswith("arn:") and reference != found["Arn"]):
            raise ex.ResourceNotFound(f"Instance not found: {reference} in {self.region}")
        if "_leaving" in found and not self.operation.name.startswith(_LOOKING):
            raise ex.InvalidRequest(f"Instance {found['Id']} is being deleted")
        return found

    def find(self, instance: Json, kind: str, reference: str) -> Json:
        """A thing of the instance by id or ARN. Raises ResourceNotFound."""
        found = self.look(instance, kind, reference)
        if found is None:
            raise ex.ResourceNotFound(f"{KINDS[kind].words} not found: {reference}")
        return found

    def look(self, instance: Json, kind: str, reference: str) -> Json | None:
        """As `find`, but None. An ARN of another instance, Region or account does not resolve."""
        if not reference.startswith("arn:"):
            return self.store.get(instance["Id"], kind, reference)
        found = self.store.get(instance["Id"], kind, arn_tail(reference).split(":")[0])
        return found if found is not None and reference.split(":$")[0] == found["Arn"] else None

    def refer(self, instance: Json, kind: str, reference: str, member: str) -> Json:
        """A thing that a request's member refers to. Raises InvalidParameter where the operation declares it."""
        found = self.look(instance, kind, reference)
        if found is None:
            raise ex.ResourceNotFound(f"{member}: {KINDS[kind].words} not found: {reference}")
        return found

    def things(self, instance: Json, kind: str) -> Iterable[Json]:
        """All of a kind in the instance, oldest first."""
        return self.shown_now(instance["Id"], kind).values()

    def shown_now(self, scope: str, kind: str) -> Mapping[str, Json]:
        """What a request sees of a kind: searches are late by the service's lag, lists only by a planned one."""
        name, lag = self.operation.name, self.manner.lag
        if name.startswith("Search") and not name.startswith("SearchAvailable"):
            lag = max(lag, self.settings.search_lag)
        elif not name.startswith("List"):
            return self.store.all(scope, kind)
        return self.store.past(scope, kind, self.now - lag) if lag else self.store.all(scope, kind)

    # -- changing

    def stamp(self) -> Json:
        """The members that every change renews."""
        return {"LastModifiedTime": self.now, "LastModifiedRegion": self.region}

    def create(self, instance: Json, kind: str, members: Mapping[str, Any], *, unique: str = "") -> Json:
        """Put a new thing with an id, ARN and number. Raises DuplicateResource or LimitExceeded.

        `unique` is the name that must be free, by default that of the kind's own member.
        """
        info = KINDS[kind]
        name = unique or str(members[info.name])
        self.free_name(instance, kind, name, shown=str(members.get(info.name, name)))
        self.room(instance, info.quota, len(self.store.all(instance["Id"], kind)), 1)
        thing = self.fresh(instance, info, members, name)
        self.change.put(instance["Id"], kind, thing["Id"], thing)
        return thing

    def fresh(self, instance: Json, kind: Kind, members: Mapping[str, Any], name: str) -> Json:
        """A new object with its identifiers under every spelling that answers use."""
        key = new_id()
        thing: Json = {
            "Id": key,
            "_name": name,
            "_n": self.store.next_number(),
            **self.stamp(),
            **{k: v for k, v in members.items() if v is not None},
        }
        if kind.segment:
            thing["Arn"] = f"{instance['Arn']}/{kind.segment}/{key}"
        if kind.prefix:
            thing[f"{kind.prefix}Id"] = key
            if kind.segment:
                thing[f"{kind.prefix}{kind.arn_suffix}"] = thing["Arn"]
        return thing

    def free_name(self, instance: Json, kind: str, name: str, *, shown: str = "", mine: str = "") -> None:
        """Raises DuplicateResource when another thing than `mine` has the name."""
        other = self.store.named(instance["Id"], kind, name)
        if other is not None and other["Id"] != mine:
            raise ex.DuplicateResource(f"{KINDS[kind].words} with name {shown or name} already exists")

    def edit(self, instance: Json, kind: str, thing: Json, changes: Mapping[str, Any], *, name: str = "") -> Json:
        """Put `thing` with `changes` (a value of None removes the member) and fresh time stamps."""
        edited = {**thing, **changes, **self.stamp()}
        if name:
            edited["_name"] = name
        edited = {k: v for k, v in edited.items() if v is not None}
        self.change.put(instance["Id"], kind, thing["Id"], edited)
        return edited

    def rename(self, instance: Json, kind: str, thing: Json, p: Json, *members: str) -> None:
        """Update the name and the other `members` that `p` gives. Raises DuplicateResource."""
        changes = {m: p[m] for m in members if m in p}
        name = p.get("Name")
        if name is not None:
            self.free_name(instance, kind, name, mine=thing["Id"])
            changes["Name"] = name
        self.edit(instance, kind, thing, changes, name=name or "")

    def drop(self, instance: Json, kind: str, thing: Json) -> None:
        """Remove a thing."""
        self.change.drop(instance["Id"], kind, thing["Id"])

    def vanish(self, *things: Leaving) -> bool:
        """Let things go in the service's own time; whether they are still there for a while."""
        if self.settings.seconds:
            leave(self.store, self.change, self.now + self.settings.seconds, things)
            return True
        for thing in things:
            drop(self.change, thing)
        return False

    # -- quotas

    def quota(self, instance: Json | None, key: str) -> int:
        """The quota as granted to the instance, or to the account."""
        grants = self.store.get(instance["Id"] if instance else self.here, "quota", "granted") or {}
        everywhere = self.store.get(ACCOUNT, "quota", "granted") or {}
        granted = {key: QUOTAS[key].default, **everywhere, **grants}[key]
        return int(granted)

    def room(self, instance: Json | None, key: str, have: int, more: int) -> None:
        """Raises LimitExceeded (or the quota error that the operation declares) when `more` do not fit."""
        if not key or not self.settings.quotas:
            return
        limit = self.quota(instance, key)
        if have + more > limit:
            message = f"The quota for {QUOTAS[key].name} is reached: {limit}"
            if self.operation.declares("LimitExceededException"):
                raise ex.LimitExceeded(message)
            raise ex.ServiceQuotaExceeded(message)

    # -- refusing

    def invalid(self, message: str) -> ex.ConnectError:
        """The error for a bad value: InvalidParameter where the operation declares it, else InvalidRequest."""
        if self.operation.declares("InvalidParameterException"):
            return ex.InvalidParameter(message)
        return ex.InvalidRequest(message)

    # -- paging

    def page(self, p: Json, key: str, rows: Iterable[Json], show: Callable[[Json], Json] | None = None) -> Json:
        """One page of objects in order of creation; what is deleted or added meanwhile moves nothing."""
        limit = min(int(p.get("MaxResults") or self.operation.page_limit), self.operation.page_limit)
        after = self._after(p)
        found: list[Json] = []
        for row in rows:
            if row["_n"] > after:
                found.append(row)
                if len(found) > limit:
                    break
        answer: Json = {}
        if len(found) > limit:
            found.pop()
            answer["NextToken"] = self._token(p, found[-1]["_n"])
        answer[key] = [show(row) for row in found] if show is not None else found
        return answer

    def page_of(self, p: Json, key: str, values: Sequence[Any]) -> Json:
        """One page of plain values, by position."""
        limit = min(int(p.get("MaxResults") or self.operation.page_limit), self.operation.page_limit)
        start = self._after(p)
        answer: Json = {key: list(values[start : start + limit])}
        if start + limit < len(values):
            answer["NextToken"] = self._token(p, start + limit)
        return answer

    def _digest(self, p: Json) -> str:
        return paging.digest(self.operation.name, self.region, p, "NextToken", "MaxResults")

    def _token(self, p: Json, position: int) -> str:
        return paging.token(position, self._digest(p))

    def _after(self, p: Json) -> int:
        if not p.get("NextToken"):
            return 0
        try:
            return paging.position(p["NextToken"], self._digest(p))
        except paging.BadToken as error:
            raise self.invalid(f"NextToken: {error}") from None
