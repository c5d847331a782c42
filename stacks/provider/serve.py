"""A provider over gRPC: what the real Pulumi CLI attaches (`PULUMI_DEBUG_PROVIDERS=pkg:PORT`) or starts as a plugin.

The engine asks Handshake (unimplemented is a fine answer), Attach, GetPluginInfo, CheckConfig, DiffConfig, Configure,
then Check, Diff, Create and so on. One provider object serves every provider instance of the run: the requests do not
say which one they belong to, so a second Configure with other values is an error of the provider's own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from .base import (
    CheckFailure,
    CheckRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    InitFailed,
    Provider,
    ProviderError,
    ReadRequest,
    UpdateRequest,
)
from .values import UNKNOWN, Properties, Secret
from .wire import NotSupported, from_struct, to_struct

if TYPE_CHECKING:
    import grpc
    from google.protobuf.struct_pb2 import Struct

_THREADS: Final = 32
_MESSAGE_SIZE: Final = 400 * 1024 * 1024  # bytes, as Pulumi's own plugins allow


class _Status(NamedTuple):
    """What grpc's abort_with_status takes."""

    code: Any
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class Running:
    """A served provider."""

    port: int
    _server: grpc.Server

    def stop(self) -> None:
        """Answer what is in flight (at most 5 s), then close."""
        self._server.stop(grace=5).wait()

    def wait(self) -> None:
        """Return when the server was stopped."""
        self._server.wait_for_termination()


def start(provider: Provider, port: int = 0) -> Running:
    """Serve `provider` on loopback in background threads; port 0 takes a free one."""
    import grpc
    from pulumi.runtime.proto import provider_pb2_grpc

    server = grpc.server(
        ThreadPoolExecutor(_THREADS, thread_name_prefix=f"provider-{provider.package}"),
        options=[("grpc.max_receive_message_length", _MESSAGE_SIZE), ("grpc.max_send_message_length", _MESSAGE_SIZE)],
    )
    servicer = _servicer(provider)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return Running(bound, server)


def serve(provider: Provider) -> None:
    """Be a plugin: print the port on a line of its own, then serve until the CLI goes away."""
    running = start(provider)
    sys.stdout.write(f"{running.port}\n")
    sys.stdout.flush()
    running.wait()


def _servicer(provider: Provider) -> Any:
    """The servicer class is made here, so that importing this module imports neither grpc nor pulumi."""
    from pulumi.runtime.proto import provider_pb2_grpc

    class Servicer(Adapter, provider_pb2_grpc.ResourceProviderServicer):
        pass

    return Servicer(provider)


class Adapter:
    """The methods of Pulumi's resource provider, each a translation. Those not here answer UNIMPLEMENTED."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._secrets = True

    def Attach(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802 - Pulumi's names
        """The engine came to us; there is nothing to call it for."""
        from google.protobuf.empty_pb2 import Empty

        return Empty()

    def GetPluginInfo(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The version."""
        from pulumi.runtime.proto import plugin_pb2

        return plugin_pb2.PluginInfo(version=self._provider.version)

    def GetSchema(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Name and version; the typed classes are written by hand."""
        from pulumi.runtime.proto import provider_pb2

        schema = {"name": self._provider.package, "version": self._provider.version}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def CheckConfig(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """The config is taken as it is; Configure refuses what it cannot use."""
        from pulumi.runtime.proto import provider_pb2

        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """No change of config replaces a resource."""
        from pulumi.runtime.proto import provider_pb2

        same = from_struct(request.old_inputs or request.olds) == from_struct(request.news)
        changes = provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=changes)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Config of a default provider comes as `args`, of an explicit one as `variables` too; both hold JSON."""
        from pulumi.runtime.proto import provider_pb2

        self._secrets = bool(request.acceptSecrets)
        prefix = f"{self._provider.package}:config:"
        config = {key.removeprefix(prefix): value for key, value in request.variables.items()}
        for key, value in from_struct(request.args).items():
            bare = value.value if isinstance(value, Secret) else value
            if bare is not UNKNOWN:
                config[key] = bare if isinstance(bare, str) else json.dumps(bare)
        config.pop("version", None)
        self._call(context, lambda: self._provider.configure(config))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Inputs."""
        from pulumi.runtime.proto import provider_pb2

        result = self._call(
            context,
            lambda: self._provider.check(
                CheckRequest(
                    *_which(request),
                    olds=from_struct(request.olds) if request.olds.fields else None,
                    news=from_struct(request.news),
                    random_seed=request.randomSeed,
                )
            ),
        )
        return provider_pb2.CheckResponse(inputs=self._struct(result.inputs), failures=_failures(result.failures))

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Differences."""
        from pulumi.runtime.proto import provider_pb2

        result = self._call(
            context,
            lambda: self._provider.diff(
                DiffRequest(
                    *_which(request),
                    id=request.id,
                    old_inputs=from_struct(request.old_inputs),
                    old_outputs=from_struct(request.olds),
                    news=from_struct(request.news),
                    ignore_changes=tuple(request.ignoreChanges),
                )
            ),
        )
        some = provider_pb2.DiffResponse.DIFF_SOME if result.changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some,
            diffs=list(result.changed),
            replaces=list(result.replaces),
            stables=list(result.stables),
            deleteBeforeReplace=result.delete_before_replace,
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Make; in a preview outputs may be unknown."""
        from pulumi.runtime.proto import provider_pb2

        inputs = from_struct(request.properties)
        result = self._call(
            context,
            lambda: self._provider.create(
                CreateRequest(
                    *_which(request),
                    inputs=inputs,
                    preview=request.preview,
                    timeout=request.timeout,
                )
            ),
            inputs,
        )
        return provider_pb2.CreateResponse(id=result.id, properties=self._struct(result.outputs))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Look up; an empty id says that it is gone."""
        from pulumi.runtime.proto import provider_pb2

        result = self._call(
            context,
            lambda: self._provider.read(
                ReadRequest(
                    *_which(request),
                    id=request.id,
                    inputs=from_struct(request.inputs),
                    state=from_struct(request.properties),
                )
            ),
        )
        if result.id is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=result.id, properties=self._struct(result.outputs), inputs=self._struct(result.inputs)
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Change in place."""
        from pulumi.runtime.proto import provider_pb2

        news = from_struct(request.news)
        outputs = self._call(
            context,
            lambda: self._provider.update(
                UpdateRequest(
                    *_which(request),
                    id=request.id,
                    old_inputs=from_struct(request.old_inputs),
                    old_outputs=from_struct(request.olds),
                    news=news,
                    preview=request.preview,
                    timeout=request.timeout,
                    ignore_changes=tuple(request.ignoreChanges),
                )
            ),
            news,
        )
        return provider_pb2.UpdateResponse(properties=self._struct(outputs))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Remove."""
        from google.protobuf.empty_pb2 import Empty

        self._call(
            context,
            lambda: self._provider.delete(
                DeleteRequest(
                    *_which(request),
                    id=request.id,
                    inputs=from_struct(request.old_inputs),
                    outputs=from_struct(request.properties),
                    timeout=request.timeout,
                )
            ),
        )
        return Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Run a function."""
        from pulumi.runtime.proto import provider_pb2

        args = from_struct(request.args)
        result = self._call(context, lambda: self._provider.invoke(request.tok, args))
        answer = provider_pb2.InvokeResponse(failures=_failures(result.failures))
        getattr(answer, "return").CopyFrom(self._struct(result.value))
        return answer

    def Cancel(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Start no further call."""
        from google.protobuf.empty_pb2 import Empty

        self._provider.cancel()
        return Empty()

    def Handshake(self, _request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Not implemented, and said without the traceback that the generated method would log."""
        import grpc

        context.abort(grpc.StatusCode.UNIMPLEMENTED, "not implemented")

    Parameterize = Construct = Call = List = GetMapping = GetMappings = Handshake

    # ------------------------------------------------------------ helpers

    def _struct(self, properties: Properties) -> Struct:
        return to_struct(properties, secrets=self._secrets)

    def _call(self, context: grpc.ServicerContext, call: Callable[[], Any], inputs: Properties | None = None) -> Any:
        """Run `call`; errors end the request as the engine expects them, in one sentence and without a traceback."""
        import grpc

        try:
            return call()
        except InitFailed as error:
            self._abort_unfinished(context, error, inputs or {})
        except ProviderError as error:
            text = (
                f"{error.message} ({error.code})" if error.code and error.code not in error.message else error.message
            )
            context.abort(grpc.StatusCode.UNKNOWN, f"{text}: {error.hint}" if error.hint else text)
        except (NotSupported, OSError) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    def _abort_unfinished(self, context: grpc.ServicerContext, error: InitFailed, inputs: Properties) -> NoReturn:
        """The resource exists: its id, outputs and reasons travel in the status, and land in the state."""
        import grpc
        from pulumi.runtime.proto import provider_pb2, status_pb2

        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.id, properties=self._struct(error.outputs), reasons=error.reasons, inputs=self._struct(inputs)
        )
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=error.message)
        status.details.add().Pack(detail)
        metadata = (("grpc-status-details-bin", status.SerializeToString()),)
        context.abort_with_status(_Status(grpc.StatusCode.UNKNOWN, error.message, metadata))  # type: ignore[arg-type]
        raise AssertionError("abort returns never")


def _which(request: Any) -> tuple[str, str, str]:
    """URN, type token and name of the resource; engines older than the two fields tell them in the URN alone."""
    urn = str(request.urn)
    kind = request.type or urn.split("::", 3)[2].rpartition("$")[2]
    return urn, str(kind), str(request.name or urn.split("::", 3)[3])


def _failures(failures: tuple[CheckFailure, ...]) -> list[Any]:
    from pulumi.runtime.proto import provider_pb2

    return [provider_pb2.CheckFailure(property=failure.property, reason=failure.reason) for failure in failures]
