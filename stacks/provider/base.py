"""What a resource provider is: one class, reached in process by the embedded engine and over gRPC by the real CLI.

All methods are plain and synchronous; engines call them from worker threads. Requests carry plain values (values.py).
A method that fails raises `ProviderError`; a create or update that got an id but did not finish raises `InitFailed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from ...specs.frozen import dataclass
from .values import Properties


class ProviderError(Exception):
    """A refusal in one sentence for the user; `code` is the service's error name where there is one."""

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint


class InitFailed(ProviderError):
    """The resource exists (`id`) but is not finished: its state is kept and the next run updates it."""

    def __init__(self, id: str, outputs: Properties, reasons: list[str]) -> None:  # noqa: A002 - Pulumi's word
        super().__init__("; ".join(reasons))
        self.id = id
        self.outputs = outputs
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """One input that is wrong. `property` is the path in camelCase (`configs[0].day`), empty for the whole."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Inputs to validate and complete. `olds` is None for a create. `random_seed` makes auto-names repeatable."""

    urn: str
    type: str
    name: str
    olds: Properties | None
    news: Properties
    random_seed: bytes = b""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Completed inputs, or why they are refused."""

    inputs: Properties
    failures: tuple[CheckFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """Old inputs and outputs against new inputs (which may hold UNKNOWN)."""

    urn: str
    type: str
    name: str
    id: str
    old_inputs: Properties
    old_outputs: Properties
    news: Properties
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DiffResult:
    """What would change. `changed` and `replaces` are top-level input names; replaces ⊆ changed."""

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    stables: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """Checked inputs. In a preview nothing is called and outputs may be UNKNOWN."""

    urn: str
    type: str
    name: str
    inputs: Properties
    preview: bool = False
    timeout: float = 0.0  # seconds; 0 = the provider's own


@dataclass(frozen=True, slots=True)
class CreateResult:
    """The new id ("" in a preview) and all outputs, `id` not among them."""

    id: str
    outputs: Properties


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Look a resource up. `inputs` and `state` are empty for an import."""

    urn: str
    type: str
    name: str
    id: str
    inputs: Properties = field(default_factory=dict)
    state: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What stands; `id` None = it is gone."""

    id: str | None
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """Bring an existing resource from the old to the new inputs."""

    urn: str
    type: str
    name: str
    id: str
    old_inputs: Properties
    old_outputs: Properties
    news: Properties
    preview: bool = False
    timeout: float = 0.0
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteRequest:
    """Remove a resource; gone already counts as done."""

    urn: str
    type: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties
    timeout: float = 0.0


@dataclass(frozen=True, slots=True)
class InvokeResult:
    """The answer of a function, or why its arguments are refused."""

    value: Properties
    failures: tuple[CheckFailure, ...] = ()


class Provider(Protocol):
    """One package's resources."""

    @property
    def package(self) -> str:
        """The package's name: the part of a type token before the first colon."""
        ...

    @property
    def version(self) -> str:
        """Semantic version that the provider answers for."""
        ...

    def configure(self, config: Mapping[str, str]) -> None:
        """Take the package's config (`{"region": …}`, JSON strings for non-strings). A second, different one fails."""
        ...

    def check(self, request: CheckRequest) -> CheckResult:
        """Validate and complete inputs; never calls the service."""
        ...

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compare; never calls the service."""
        ...

    def create(self, request: CreateRequest) -> CreateResult:
        """Make it. Raises InitFailed once an id exists and a later step failed."""
        ...

    def read(self, request: ReadRequest) -> ReadResult:
        """Look it up."""
        ...

    def update(self, request: UpdateRequest) -> Properties:
        """Change it in place; returns all outputs."""
        ...

    def delete(self, request: DeleteRequest) -> None:
        """Remove it."""
        ...

    def invoke(self, token: str, args: Properties) -> InvokeResult:
        """Run a function (`aws:index/getRegion:getRegion`)."""
        ...

    def cancel(self) -> None:
        """Start no further call; calls in flight finish."""
        ...
