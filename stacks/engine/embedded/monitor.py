"""Pulumi's resource monitor as an object: what the SDK asks for in protobuf, answered by the steps of a run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ...provider import wire
from ...provider.values import Properties, has_unknown
from .. import urns
from . import record as records
from .calls import Calls, StepFailed, refused
from .outcomes import Answer
from .record import Record
from .registration import Refusal, read, read_lookup
from .steps import Steps

if TYPE_CHECKING:
    from google.protobuf.empty_pb2 import Empty
    from pulumi.runtime.proto import resource_pb2

    from .state import State


class InvokeFailed(Exception):
    """A function that the program called was refused; ends the program."""

    def __init__(self, token: str, error: StepFailed) -> None:
        super().__init__(f"{token}: {error.message}")
        self.token = token
        self.error = error


class Monitor:
    """The methods that the SDK calls, each with one request, from many threads."""

    def __init__(self, steps: Steps, calls: Calls, record: Record, state: State, *, preview: bool) -> None:
        self._steps = steps
        self._calls = calls
        self._record = record
        self._state = state
        self._preview = preview
        self._lock = threading.Lock()
        self.outputs: dict[str, Properties] = {}

    def GetDeploymentInfo(self, _request: Empty) -> resource_pb2.DeploymentInfo:  # noqa: N802 - Pulumi's names
        """The features that this engine has; the SDK works out alias URNs itself where they are missing."""
        from pulumi.runtime.proto import resource_pb2

        return resource_pb2.DeploymentInfo(
            dryRun=self._preview,
            supportedFeatures=[
                resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
                resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
            ],
        )

    def SupportsFeature(  # noqa: N802
        self, request: resource_pb2.SupportsFeatureRequest
    ) -> resource_pb2.SupportsFeatureResponse:
        """The same for older SDKs."""
        from pulumi.runtime.proto import resource_pb2

        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in {"secrets", "resourceReferences"})

    def RegisterResource(  # noqa: N802
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Never raises for what a user can cause: a failed step answers FAIL, so that the rest goes on."""
        from pulumi.runtime.proto import resource_pb2

        try:
            answer = self._steps.register(read(request))
        except (Refusal, wire.NotSupported, OSError) as error:
            answer = self._refuse(request.parent, request.type, request.name, error)
        if not answer.ok:
            return resource_pb2.RegisterResourceResponse(urn=answer.urn, result=resource_pb2.FAIL)
        return resource_pb2.RegisterResourceResponse(
            urn=answer.urn, id=answer.id, object=wire.to_struct(answer.outputs or {})
        )

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        """Look up what somebody else made."""
        from pulumi.runtime.proto import resource_pb2

        try:
            goal = read_lookup(request)
            if request.id == wire.UNKNOWN_STRING:
                # The id comes from a resource that is not there yet, or that failed.
                answer = Answer(self._steps.urn(goal), ok=self._preview)
            else:
                answer = self._steps.read(goal, request.id)
        except (Refusal, wire.NotSupported, OSError) as error:
            answer = self._refuse(request.parent, request.type, request.name, error)
        if not answer.ok:
            return resource_pb2.ReadResourceResponse(urn=answer.urn, result=resource_pb2.FAIL)
        if answer.outputs is None:
            return resource_pb2.ReadResourceResponse(urn=answer.urn, unknown=True)
        return resource_pb2.ReadResourceResponse(
            urn=answer.urn, id=answer.id, properties=wire.to_struct(answer.outputs)
        )

    def _refuse(self, parent: str, type: str, name: str, error: Exception) -> Answer:  # noqa: A002
        from .registration import Registration

        urn = self._steps.urn(Registration(type=type, name=name, custom=True, inputs={}, parent=parent))
        code = "asset" if isinstance(error, OSError) else "refused"
        said = f"{error.strerror} ({error.filename})" if isinstance(error, OSError) and error.filename else str(error)
        self._record.failure(records.step("create", urn), StepFailed(said, code=code))
        return Answer(urn, ok=False)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> Empty:  # noqa: N802
        """The exports of the Stack, or the outputs of a component."""
        from google.protobuf.empty_pb2 import Empty

        with self._lock:
            self.outputs[request.urn] = wire.from_struct(request.outputs)
        return Empty()

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        """Run a provider's function. Raises InvokeFailed, which ends the program."""
        from pulumi.runtime.proto import resource_pb2

        args = wire.from_struct(request.args)
        if has_unknown(args):
            # In a preview, or after a failure: a provider is never asked about what nobody knows yet.
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        try:
            if request.tok == "pulumi:pulumi:getResource":
                value = self._get_resource(str(args.get("urn", "")))
            else:
                provider = self._calls.provider(request.tok)
                result = self._calls.run("invoke", lambda: provider.invoke(request.tok, args))
                if result.failures:
                    raise refused(result.failures)
                value = result.value
        except StepFailed as error:
            raise InvokeFailed(request.tok, error) from error
        answer = resource_pb2.ResourceInvokeResponse()
        getattr(answer, "return").CopyFrom(wire.to_struct(value))
        return answer

    def _get_resource(self, urn: str) -> Properties:
        resource = self._state.live(urn)
        if resource is None:
            raise StepFailed(f"there is no resource {urn}", code="not-found")
        return {"urn": urn, "id": resource.id, "state": resource.outputs}

    def RegisterPackage(self, request: resource_pb2.RegisterPackageRequest) -> Any:  # noqa: N802
        """Parameterised packages are refused."""
        raise InvokeFailed(request.name, StepFailed("parameterised packages are not supported", code="refused"))

    def Call(self, request: Any) -> Any:  # noqa: N802
        """Methods of remote components are refused."""
        raise InvokeFailed(str(request.tok), StepFailed("calls of methods are not supported", code="refused"))

    def RegisterStackTransform(self, _request: Any) -> Any:  # noqa: N802
        """Transforms of the whole stack are refused."""
        raise InvokeFailed("stack transform", StepFailed("transforms are not supported", code="refused"))

    RegisterStackInvokeTransform = RegisterStackTransform

    def RegisterResourceHook(self, _request: Any) -> Any:  # noqa: N802
        """Hooks are refused."""
        raise InvokeFailed("resource hook", StepFailed("resource hooks are not supported", code="refused"))

    RegisterErrorHook = RegisterResourceHook

    def SignalAndWaitForShutdown(self, _request: Empty) -> Empty:  # noqa: N802
        """The program is through; nothing here needs it to wait."""
        from google.protobuf.empty_pb2 import Empty

        return Empty()

    @property
    def exports(self) -> Properties:
        """What the program exported."""
        for urn, outputs in self.outputs.items():
            if urns.kind(urn) == urns.STACK_TYPE:
                return outputs
        return {}


class EngineLog:
    """Pulumi's engine service: only its log, which goes nowhere; messages of errors come as exceptions as well."""

    def Log(self, _request: Any) -> Any:  # noqa: N802 - Pulumi's names
        """Drop it."""
        from google.protobuf.empty_pb2 import Empty

        return Empty()

    def RequirePulumiVersion(self, _request: Any) -> Any:  # noqa: N802
        """Any version will do: there is no Pulumi CLI."""
        from google.protobuf.empty_pb2 import Empty

        return Empty()
