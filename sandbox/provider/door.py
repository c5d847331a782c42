"""The sandbox provider's way to the services: botocore clients that can only reach this machine.

No settings, profile or credentials of the operator are read; the key is the word "sandbox". The SDK's retries are off:
throttling is waited out here, a full quota is not (the plugin retries LimitExceededException for minutes, which looks
like a hang; Pulumi AWS facts 1.5).
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ...stacks.provider.base import ProviderError
from ...stacks.provider.models import shared_loader

Answer = dict[str, Any]

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_THROTTLED: Final = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "SlowDown"})
_FULL: Final = frozenset({"LimitExceededException", "ServiceQuotaExceededException", "LimitExceeded"})
_GONE: Final = frozenset(
    {
        "ResourceNotFoundException", "NotFoundException", "ResourceNotFound", "NoSuchEntity", "NoSuchBucket",
        "NoSuchKey", "404",
    }
)  # fmt: skip
_PATIENCE: Final = 120.0  # seconds for which throttling is waited out


class Refused(ProviderError):
    """A service's refusal: `code` is its error name, `status` the HTTP code."""

    def __init__(self, message: str, *, code: str = "", hint: str = "", status: int = 0) -> None:
        super().__init__(message, code=code, hint=hint)
        self.status = status

    @property
    def gone(self) -> bool:
        """Whether the object is not (any longer) there."""
        return self.code in _GONE


class Cancelled(ProviderError):
    """The run was interrupted: no further call is started."""


def require_loopback(endpoint: str) -> str:
    """`endpoint` without its last slash. Raises ProviderError unless it is http on this machine."""
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK:
        raise ProviderError(
            f"the sandbox provider only talks to this machine, not to {endpoint}",
            hint="use an endpoint such as http://127.0.0.1:PORT (ccdeploy sandbox status), or --target aws",
        )
    return endpoint.rstrip("/")


class Clients:
    """Clients by service and Region, made once, used by any thread."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = require_loopback(endpoint)
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str) -> Any:
        """The client; making the first costs 200 ms, each further service about 10."""
        client = self._clients.get((service, region))
        if client is None:
            with self._lock:  # sessions are not thread-safe, clients are
                client = self._clients.get((service, region))
                if client is None:
                    client = self._clients[service, region] = self._make(service, region)
        return client

    def _make(self, service: str, region: str) -> Any:
        import botocore.config
        import botocore.session

        if self._session is None:
            nothing = (None, None, None, None)
            self._session = botocore.session.Session(
                session_vars={"profile": nothing, "config_file": (None, None, os.devnull, None)}
            )
            self._session.register_component("data_loader", shared_loader())
        config = botocore.config.Config(
            proxies={},  # a proxy of the environment is not for this machine
            retries={"total_max_attempts": 1, "mode": "standard"},
            max_pool_connections=64,
            parameter_validation=False,  # the service decides; inputs were checked
            connect_timeout=10,
            read_timeout=120,
            tcp_keepalive=True,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
        )
        return self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",  # noqa: S106 - a word, not a secret
            config=config,
        )


@dataclass(frozen=True, slots=True)
class Door:
    """The services of one Region, with the time limit of one request (`timeout`, seconds; 0 = the type's own)."""

    clients: Clients
    region: str
    timeout: float = 0.0

    def call(self, service: str, method: str, /, **params: Any) -> Answer:
        """One call by its boto3 name; parameters that are None are left out.

        Raises Refused with the service's error name. Throttling is waited out with growing, random pauses; lost
        answers and failures of the service are asked for once more where a call is safe to repeat.
        """
        import botocore.exceptions

        given = {key: value for key, value in params.items() if value is not None}
        operation = getattr(self.clients.get(service, self.region), method)
        started, attempt = time.monotonic(), 0
        while True:
            self._check_cancelled()
            try:
                answer: Answer = operation(**given)
            except botocore.exceptions.ClientError as error:
                refusal = _refusal(error, service, method)
                again = refusal.status >= 500 and attempt < _lost_answers(method)
                patient = refusal.code in _THROTTLED and time.monotonic() - started <= _PATIENCE
                if not (again or patient):
                    raise refusal from None
            except botocore.exceptions.BotoCoreError as error:
                if attempt >= _lost_answers(method):
                    raise ProviderError(
                        f"{service} {_operation(method)}: {error}",
                        hint="the sandbox did not answer: ccdeploy sandbox status",
                    ) from None
            else:
                return answer
            attempt += 1
            self.pause(min(0.05 * 2**attempt, 5.0) * random.uniform(0.5, 1.0))  # noqa: S311 - jitter

    def connect(self, method: str, /, **params: Any) -> Answer:
        """`call` of Amazon Connect."""
        return self.call("connect", method, **params)

    def pages(self, service: str, method: str, key: str, /, **params: Any) -> Iterator[Any]:
        """The items under `key` of every page."""
        token: str | None = None
        while True:
            answer = self.call(service, method, NextToken=token, **params)
            yield from answer.get(key, ())
            token = answer.get("NextToken")
            if not token:
                return

    def poll(self, probe: Callable[[], bool], limit: float, what: str) -> None:
        """Ask `probe` until it says True; pauses grow from 20 ms to 1 s.

        `limit` (seconds) gives way to the request's own timeout. Raises ProviderError when the time is over.
        """
        limit = self.timeout or limit
        started, pause = time.monotonic(), 0.02
        while not probe():
            if time.monotonic() - started > limit:
                raise ProviderError(f"{what} was not done after {limit:g} s", hint="run the same command again")
            self.pause(pause)
            pause = min(pause * 2, 1.0)

    def pause(self, seconds: float) -> None:
        """Sleep, but not after an interrupt."""
        self.clients.stop.wait(seconds)
        self._check_cancelled()

    def _check_cancelled(self) -> None:
        if self.clients.stop.is_set():
            raise Cancelled("interrupted: no further call is made", hint="run the same command again")


def _lost_answers(method: str) -> int:
    """How often a call is repeated when its answer was lost: creations carry no token, so they are not."""
    return 0 if method.startswith(("create_", "claim_", "associate_", "search_available")) else 2


def _operation(method: str) -> str:
    """The operation's name: `create_queue` → `CreateQueue`."""
    return "".join(part.title() for part in method.split("_"))


def _refusal(error: Any, service: str, method: str) -> Refused:
    """The service's own words; a flow's `problems` are joined to them (Connect facts 1.2)."""
    body = error.response
    code = str(body.get("Error", {}).get("Code", ""))
    text = str(body.get("Error", {}).get("Message", "") or body.get("Message", ""))
    problems = body.get("problems") or body.get("Problems") or ()
    told = "; ".join(str(problem.get("message", problem.get("Message", ""))) for problem in problems)
    hint = ""
    if code in _FULL:
        hint = "a quota is full: write what the account has been granted under quotas: in center.yaml, or make fewer"
    elif code in ("AccessDeniedException", "AccessDenied"):
        hint = "the credentials lack a permission; the policy that they need: ccdeploy doctor --policy"
    elif code == "ResourceInUseException":
        hint = "something still uses it; remove that first"
    message = ": ".join(part for part in (f"{service} {_operation(method)}", code, text, told) if part)
    status = body.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500:
        code = ""  # whether it was done is not known, whatever each service calls its failures
    return Refused(message, code=code, hint=hint, status=status)
