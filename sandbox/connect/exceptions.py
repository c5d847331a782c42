"""The errors of Amazon Connect as moto service exceptions (Connect facts 1.2).

The code is the name of an error shape of the service's model, which also gives the HTTP status; attributes named like
members of that shape (`problems`, `ResourceType`, …) travel in the body.
"""

from __future__ import annotations

from collections.abc import Sequence

from moto.core.exceptions import ServiceException

from .shapes import Operation


class ConnectError(ServiceException):
    """A refusal in the service's own words; `code` names the shape."""

    code = "InvalidRequestException"


class _Other(ConnectError):
    """The same refusal under another name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidRequest(ConnectError):
    """The request makes no sense in the present state."""

    code = "InvalidRequestException"


class InvalidParameter(ConnectError):
    """A value is malformed, too long, out of range or unknown."""

    code = "InvalidParameterException"


class ResourceNotFound(ConnectError):
    """What the request names is not there."""

    code = "ResourceNotFoundException"


class DuplicateResource(ConnectError):
    """The name is taken."""

    code = "DuplicateResourceException"


class ResourceConflict(ConnectError):
    """Another association or change stands in the way."""

    code = "ResourceConflictException"


class LimitExceeded(ConnectError):
    """A service quota is full (HTTP 429, yet not worth a retry)."""

    code = "LimitExceededException"


class ServiceQuotaExceeded(ConnectError):
    """A quota is full, for operations that declare this error instead of LimitExceeded (HTTP 402)."""

    code = "ServiceQuotaExceededException"


class Throttling(ConnectError):
    """Too many calls of one operation (HTTP 429)."""

    code = "ThrottlingException"


class AccessDenied(ConnectError):
    """The caller may not do this."""

    code = "AccessDeniedException"


class FlowNotPublished(ConnectError):
    """The flow was only ever saved; its draft is read with the suffix :$SAVED."""

    code = "ContactFlowNotPublishedException"


_TYPES_IN_USE = frozenset(
    (
        "CONTACT",
        "CONTACT_FLOW",
        "INSTANCE",
        "PARTICIPANT",
        "HIERARCHY_LEVEL",
        "HIERARCHY_GROUP",
        "USER",
        "PHONE_NUMBER",
    )
)
# What is said in place of an error that an operation does not declare, in this order.
_INSTEAD = {
    "DuplicateResourceException": ("ResourceConflictException",),
    "ResourceConflictException": ("DuplicateResourceException",),
    "LimitExceededException": ("ServiceQuotaExceededException",),
    "ServiceQuotaExceededException": ("LimitExceededException",),
}
_REFUSALS = ("InvalidRequestException", "InvalidParameterException", "AccessDeniedException")


def declared(error: ConnectError, operation: Operation) -> ConnectError:
    """`error`, or the nearest one that the operation declares."""
    if operation.declares(error.code):
        return error
    for code in (*_INSTEAD.get(error.code, ()), *_REFUSALS):
        if operation.declares(code):
            return _Other(code, error.message)
    return error


class UserNotFound(ConnectError):
    """The user of a federation request is not there."""

    code = "UserNotFoundException"


class ResourceInUse(ConnectError):
    """Something else still uses what is to be deleted; its type is told where the service has a word for it."""

    code = "ResourceInUseException"

    def __init__(self, message: str, resource_type: str, resource_id: str) -> None:
        super().__init__(message)
        if resource_type in _TYPES_IN_USE:
            self.ResourceType = resource_type
        self.ResourceId = resource_id


class InvalidContactFlow(ConnectError):
    """A flow breaks the rules of the Flow language: no message, only `problems` (1 to 50 of at most 256 characters)."""

    code = "InvalidContactFlowException"

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("")
        self.problems = _problems(messages)


class InvalidContactFlowModule(ConnectError):
    """The same for a module, where the member is spelled `Problems`."""

    code = "InvalidContactFlowModuleException"

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("")
        self.Problems = _problems(messages)


def _problems(messages: Sequence[str]) -> list[dict[str, str]]:
    return [{"message": message[:256]} for message in messages[:50]]
