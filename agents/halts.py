"""What ends a run of the rosters, or a person's turn in it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..specs.errors import CloudError, StateError

if TYPE_CHECKING:
    from ..stacks.cloud.store import Store

_FATAL: Final = frozenset(
    {"AccessDeniedException", "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException",
     "InvalidClientTokenId", "InvalidSignatureException"}
)  # fmt: skip


def unwritable(error: OSError, store: Store) -> StateError:
    """A full disk or a folder that became read-only: nothing is sent that cannot be recorded."""
    reason = (error.strerror or str(error)).lower()
    text = f"{store.where} cannot be written: {reason}"
    hint = "make room or correct its permissions, then run the same command again: it carries on where it stopped"
    return StateError(text, where=store.where, hint=hint, code="unwritable")


def unseen(error: CloudError) -> CloudError:
    """Somebody of that name is there, and no listing shows yet whether an earlier attempt of ours made them."""
    return CloudError(
        "somebody of that name is there already, whom the listing does not show yet",
        operation=error.operation,
        service_code=error.service_code,
        status=error.status,
        hint="run the same command again in a minute",
    )


def ends_all(error: CloudError) -> bool:
    """Whether the reason is not the person's: with these credentials nobody else fares better."""
    return error.service_code in _FATAL or error.code in {"credentials", "cloud-setup"}
