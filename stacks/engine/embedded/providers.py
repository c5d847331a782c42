"""Provider resources: one default for each package and version that the program names, as Pulumi itself has it."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable

from ...provider.wire import UNKNOWN_STRING
from .. import urns
from .calls import Calls, StepFailed
from .ledger import Ledger
from .state import Resource


class DefaultProviders:
    """`pulumi:providers:aws::default_7_51_1`, made when first needed and kept while a resource refers to it."""

    def __init__(
        self, ledger: Ledger, calls: Calls, *, project: str, stack: str, preview: bool, now: Callable[[], str]
    ) -> None:
        self._ledger = ledger
        self._calls = calls
        self._project = project
        self._stack = stack
        self._preview = preview
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def reference(self, token: str, version: str, explicit: str) -> str:
        """The reference `urn::id` of a resource's provider. Raises StepFailed for an explicit one."""
        if explicit:
            raise StepFailed(
                "explicit providers are not supported",
                code="refused",
                hint=f"set the config of package {urns.package(token)} instead, such as aws:region",
            )
        package = urns.package(token)
        name = "default" + ("_" + re.sub(r"[^0-9A-Za-z]", "_", version) if version else "")
        urn = urns.make(self._stack, self._project, "", urns.PROVIDER_PREFIX + package, name)
        with self._lock:
            if urn not in self._known:
                self._known[urn] = self._ensure(urn, package, version)
            return self._known[urn]

    def _ensure(self, urn: str, package: str, version: str) -> str:
        inputs = dict(self._calls.config_of(package)) | ({"version": version} if version else {})
        old = self._ledger.state.live(urn)
        if self._preview:
            return f"{urn}::{old.id if old else UNKNOWN_STRING}"
        now = self._now()
        resource = Resource(
            urn=urn,
            type=urns.PROVIDER_PREFIX + package,
            custom=True,
            id=old.id if old else str(uuid.uuid4()),
            inputs=inputs,
            outputs=inputs,
            created=old.created if old else now,
            modified=old.modified if old else now,
        )
        self._ledger.put(resource, durable=old is None)
        return f"{urn}::{resource.id}"

    def unused(self) -> list[str]:
        """The keys of the provider resources that nothing refers to."""
        resources = self._ledger.state.resources.values()
        used = {resource.provider.rpartition("::")[0] for resource in resources if resource.provider}
        return [
            resource.key
            for resource in resources
            if resource.type.startswith(urns.PROVIDER_PREFIX) and resource.urn not in used
        ]
