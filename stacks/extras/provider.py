"""The `ccdeploy` provider: what pulumi-aws has no resource for, and the links that would be cycles.

One class reached two ways: the embedded engine calls it in process, the Pulumi CLI over gRPC (`main`). Each kind of
resource is a module of its own; here they get their checks, diffs and previews from the table, and errors their words.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Final

from ...specs.errors import CloudError
from ..cloud.client import Cloud, is_missing
from ..names import PLUGIN_VERSION
from ..provider import schema
from ..provider.base import (
    CheckFailure,
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InvokeResult,
    ProviderError,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from ..provider.values import Properties, plain
from .agent_status import AgentStatus
from .associations import ApprovedOrigin, LexBot
from .attributes import InstanceAttribute, PredefinedAttribute
from .flow_content import FlowContent
from .hours_override import HoursOverride
from .kind import Kind
from .log_retention import LogRetention
from .number_flow import NumberFlow
from .numbers import AdoptedNumber, NumberChoice
from .prompt import Prompt
from .queue_links import QueueOutbound, QueueQuickConnects
from .quick_connect import QuickConnect
from .security_scope import SecurityProfileScope

_ALL: Final[tuple[Kind, ...]] = (
    AdoptedNumber(),
    AgentStatus(),
    ApprovedOrigin(),
    FlowContent(),
    HoursOverride(),
    InstanceAttribute(),
    LexBot(),
    LogRetention(),
    NumberChoice(),
    NumberFlow(),
    PredefinedAttribute(),
    Prompt(),
    QueueOutbound(),
    QueueQuickConnects(),
    QuickConnect(),
    SecurityProfileScope(),
)
KINDS: Final[Mapping[str, Kind]] = {kind.spec.type: kind for kind in _ALL}


class CcdeployProvider:
    """Implements `Provider` over one `Cloud`. Without one, `configure` makes it from region and endpoint."""

    package = "ccdeploy"
    version = PLUGIN_VERSION

    def __init__(self, cloud: Cloud | None = None) -> None:
        self._cloud = cloud
        self._given = cloud is not None
        self._lock = threading.Lock()
        self._configured: tuple[str, str | None] | None = None
        self._cancelled = False

    def configure(self, config: Mapping[str, str]) -> None:
        """Take `region` and `endpoint`; else AWS_REGION and AWS_ENDPOINT_URL. Other values than before are refused.

        The Pulumi CLI cancels an attached provider when a run ends and configures it again for the next: that starts
        it anew.
        """
        with self._lock:
            self._cancelled = False
            if self._given:
                return
            region = config.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
            endpoint = config.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL") or None
            if not region:
                raise ProviderError(
                    "the ccdeploy provider does not know its Region",
                    code="not-configured",
                    hint="set it: pulumi config set ccdeploy:region REGION, or AWS_REGION",
                )
            if self._configured not in {None, (region, endpoint)}:
                raise ProviderError(
                    f"the ccdeploy provider is already set up for {self._configured}, not for {(region, endpoint)}",
                    code="not-configured",
                    hint="use one Region and one endpoint in a program",
                )
            if self._configured is None:
                self._configured = (region, endpoint)
                self._cloud = Cloud(region, endpoint_url=endpoint)

    def check(self, request: CheckRequest) -> CheckResult:
        """Validate and complete by the table."""
        kind = KINDS.get(request.type)
        if kind is None:
            known = ", ".join(sorted(KINDS))
            return CheckResult(request.news, (CheckFailure("", f"there is no {request.type}; there are {known}"),))
        return schema.check(kind.spec, request)

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compare by the table."""
        return schema.diff(_kind(request.type).spec, request)

    def create(self, request: CreateRequest) -> CreateResult:
        """Make it, unless this is a preview."""
        kind = _kind(request.type)
        if request.preview:
            return CreateResult("", schema.preview_create(kind.spec, request.inputs))
        inputs = _clean(request.inputs)
        try:
            id_, own = kind.create(self._ready(), inputs)
        except CloudError as error:
            raise _told(error) from error
        return CreateResult(id_, {**inputs, **own})

    def read(self, request: ReadRequest) -> ReadResult:
        """What stands; id None when it is gone."""
        kind = _kind(request.type)
        try:
            outputs = kind.read(self._ready(), request.id, _clean(request.state or request.inputs))
        except CloudError as error:
            if is_missing(error):
                return ReadResult(None)
            raise _told(error) from error
        if outputs is None:
            return ReadResult(None)
        if request.state:  # what the service filled in by itself is no input of ours
            computed = {key for key, prop in kind.spec.properties.items() if prop.computed}
            outputs = {key: value for key, value in outputs.items() if key not in computed or key in request.state}
        inputs = {key: value for key, value in outputs.items() if key in kind.spec.properties}
        return ReadResult(request.id, inputs, outputs)

    def update(self, request: UpdateRequest) -> Properties:
        """Change it in place, unless this is a preview."""
        kind = _kind(request.type)
        if request.preview:
            return schema.preview_update(kind.spec, request.old_outputs, request.news)
        news = _clean(request.news)
        for name in request.ignore_changes:
            if name in request.old_outputs:
                news[name] = request.old_outputs[name]
        try:
            own = kind.update(self._ready(), request.id, _clean(request.old_outputs), news)
        except CloudError as error:
            raise _told(error) from error
        return {**news, **own}

    def delete(self, request: DeleteRequest) -> None:
        """Remove it; what is gone already counts as done."""
        try:
            _kind(request.type).delete(self._ready(), request.id, _clean(request.outputs))
        except CloudError as error:
            if not is_missing(error):
                raise _told(error) from error

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        """There are no functions in this package."""
        return InvokeResult({}, (CheckFailure("", f"there is no function {token}"),))

    def cancel(self) -> None:
        """Start no further call."""
        self._cancelled = True

    def _ready(self) -> Cloud:
        if self._cancelled:
            raise ProviderError("stopped before this step began", code="cancelled", hint="run the same command again")
        if self._cloud is None:
            self.configure({})
        assert self._cloud is not None
        return self._cloud


def _kind(type_: str) -> Kind:
    kind = KINDS.get(type_)
    if kind is None:
        raise ProviderError(
            f"there is no {type_}", code="unknown-type", hint="this stack was made by another version of ccdeploy"
        )
    return kind


def _clean(properties: Properties) -> Properties:
    """Plain values without the checker's own notes."""
    return {key: plain(value) for key, value in properties.items() if key != schema.DEFAULTS}


def _told(error: CloudError) -> ProviderError:
    if error.problems:
        return ProviderError(error.message, code=error.service_code, hint="look at the flow: ccdeploy flow compile")
    if error.status >= 500 or error.code == "unanswered":
        return ProviderError(error.message, hint=error.hint)  # no code: whether it was done is not known
    return ProviderError(error.message, code=error.service_code or error.code, hint=error.hint)
