"""The backend: moto's own Connect backend, widened by every area, over one store."""

from __future__ import annotations

import functools
import json

from moto.connect.models import ConnectBackend as MotoConnectBackend

from .associations import Associations
from .base import ACCOUNT, PLAIN, Base, Json, Manner, Settings
from .floor import Floor
from .hours import Hours
from .instances import Instances
from .later import settle
from .modules import Modules
from .numbers import Numbers
from .prompts import Prompts, Vocabularies
from .queues import Queues
from .quick_connects import QuickConnects
from .search import Search
from .security import SecurityProfiles
from .shapes import Operation
from .statuses import AgentStatuses, PredefinedAttributes
from .store import Change, Store
from .tags import Tags
from .users import Users


class Request(
    Instances,
    Associations,
    Hours,
    Queues,
    QuickConnects,
    Modules,
    SecurityProfiles,
    Users,
    AgentStatuses,
    PredefinedAttributes,
    Prompts,
    Vocabularies,
    Numbers,
    Tags,
    Search,
    Floor,
):
    """One request: every operation that the sandbox answers is a method named like it."""

    def __init__(
        self, store: Store, settings: Settings, region: str, account: str, operation: Operation, manner: Manner
    ) -> None:
        self.manner = manner
        self.store = store
        self.settings = settings
        self.region = region
        self.account = account
        self.operation = operation
        self.change = Change()


class ConnectBackend(MotoConnectBackend):
    """One account and Region. `store` and `settings` are shared by all of them and set by `Backends`."""

    store: Store
    settings: Settings

    def run(self, operation: Operation, params: Json, manner: Manner = PLAIN) -> tuple[Json, int]:
        """Do what `operation` asks; the answer and how many objects changed. Raises ConnectError or OSError.

        When it returns, the change is on the disk.
        """
        request = Request(self.store, self.settings, self.region_name, self.account_id, operation, manner)
        method = getattr(request, operation.method_name)
        with self.store.lock:
            settle(self.store, request.now)
            token = self._token(request, params)
            if token and (known := self.store.get(request.here, "token", token)):
                return dict(known["answer"]), 0
            if params.get("Tags"):
                request.check_tags(params["Tags"])
            answer: Json = method(params)
            effects = len(request.change.effects)
            if not effects:
                return answer, 0
            if token:
                kept = {"Id": token, "_n": self.store.next_number(), "answer": operation.write(answer)}
                request.change.put(request.here, "token", token, kept)
            written = self.store.commit(request.change)
        self.store.wait(written)
        return answer, effects

    @staticmethod
    def _token(request: Base, params: Json) -> str:
        """What makes a repeated request with a ClientToken the same one: operation, token and arguments."""
        token = params.get("ClientToken")
        if not token:
            return ""
        return json.dumps([request.operation.name, token, request._digest(params)])


@functools.cache
def answered() -> frozenset[str]:
    """The method names of all operations that the sandbox answers."""
    from .shapes import operations

    return frozenset(o.method_name for o in operations().values() if callable(getattr(Request, o.method_name, None)))


class Backends:
    """A backend for each Region of the sandbox's one account, all over the same store."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self._made: dict[str, ConnectBackend] = {}

    def __getitem__(self, region: str) -> ConnectBackend:
        """The backend of a Region; whether Connect exists there is the caller's question."""
        found = self._made.get(region)
        if found is None:
            found = ConnectBackend(region, ACCOUNT)
            found.store, found.settings = self.store, self.settings
            self._made[region] = found
        return found
