"""Calls to providers: configured once, at most `parallel` at a time, none after a cancel; failures become one kind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from ...durable.files import crash_point
from ...provider.base import CheckFailure, InitFailed, Provider, ProviderError
from .. import urns

T = TypeVar("T")

# After these the service may have done what was asked: the operation stays pending and the next run looks.
_AMBIGUOUS: Final = frozenset(
    {"", "InternalServiceException", "InternalServerError", "InternalFailure", "ServiceUnavailable", "RequestTimeout"}
)


class StepFailed(Exception):
    """A step could not be done: one sentence, the service's code, what to do next."""

    def __init__(self, message: str, *, code: str = "", hint: str = "", ambiguous: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.ambiguous = ambiguous


class Cancelled(Exception):
    """The run was asked to stop: no new call is made."""


class Calls:
    """The door from the engine to its providers."""

    def __init__(self, providers: Mapping[str, Provider], config: Mapping[str, str], parallel: int) -> None:
        self._providers = providers
        self._config = config
        self._slots = threading.BoundedSemaphore(max(1, parallel))
        self._lock = threading.Lock()
        self._configured: set[str] = set()
        self._cancelled = threading.Event()
        self.mutations = 0
        self.bugs: list[Exception] = []

    @property
    def cancelled(self) -> bool:
        """Whether the run was asked to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Make no new call; those in flight finish."""
        self._cancelled.set()
        for provider in self._providers.values():
            provider.cancel()

    def config_of(self, package: str) -> dict[str, str]:
        """The stack's config of one package, without the prefix."""
        prefix = f"{package}:"
        return {key[len(prefix) :]: value for key, value in self._config.items() if key.startswith(prefix)}

    def provider(self, token: str) -> Provider:
        """The configured provider of a type or function token. Raises StepFailed when there is none."""
        package = urns.package(token)
        provider = self._providers.get(package)
        if provider is None:
            known = ", ".join(sorted(self._providers)) or "none"
            raise StepFailed(
                f"there is no provider for package {package!r} (known: {known})",
                code="no-provider",
                hint="the embedded engine runs the providers of the sandbox; use `--engine pulumi` for others",
            )
        with self._lock:
            if package not in self._configured:
                self.run(f"configure:{package}", lambda: provider.configure(self.config_of(package)))
                self._configured.add(package)
        return provider

    def run(self, point: str, call: Callable[[], T], *, mutates: bool = False) -> T:
        """Make one call. Raises StepFailed, Cancelled, or InitFailed when the resource exists unfinished."""
        if not mutates:
            return self._guarded(call)
        with self._slots:
            if self._cancelled.is_set():
                raise Cancelled
            with self._lock:
                self.mutations += 1
            crash_point(f"call:before:{point}")
            try:
                result = self._guarded(call)
            except StepFailed as failed:
                # A create that was plainly refused made nothing; an update or a delete may have gone half the way.
                if point.startswith("create:") and not failed.ambiguous:
                    with self._lock:
                        self.mutations -= 1
                raise
            crash_point(f"call:after:{point}")
            return result

    def _guarded(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except InitFailed:
            raise
        except ProviderError as error:
            raise StepFailed(
                error.message, code=error.code, hint=error.hint, ambiguous=error.code in _AMBIGUOUS
            ) from error
        except Exception as error:
            # A bug in a provider must not lose the rest of the run; the engine raises it once the state is safe.
            self.bugs.append(error)
            raise StepFailed(f"{type(error).__name__}: {error}", code="bug", ambiguous=True) from error


def refused(failures: tuple[CheckFailure, ...]) -> StepFailed:
    """The inputs of a resource, or the arguments of a function, are wrong: all reasons in one."""
    return StepFailed("; ".join(failure.reason for failure in failures), code="invalid-inputs")
