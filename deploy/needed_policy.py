"""`doctor --policy`: for which account and instance the policy is narrowed, and the policy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .policy import Granted, Place, policy_of
from .settings import Settings, center_folder
from .validate import valid
from .wiring import last_applied, store_of

SANDBOX_ACCOUNT: Final = "123456789012"


def needed(settings: Settings, folder: Path | None) -> tuple[Granted, tuple[str, ...]]:
    """The policy that the stack's operator needs, and notes on what it is narrowed to.

    The account is that of center.yaml, on aws else that of the credentials, else the sandbox's. Raises what an invalid
    folder and, on aws without `account:`, missing credentials raise.
    """
    place = center_folder(folder)
    center, _, _ = valid(place, stack=settings.stack, today=settings.today)
    notes: list[str] = []
    if center.account is not None:
        account = center.account
    elif settings.target == "aws":
        from .account import door

        account = door(center).account
    else:
        account = SANDBOX_ACCOUNT
        notes.append(f"for account {account}, the sandbox's; for yours: account: in center.yaml, or --target aws")
    instance = recorded_instance(settings, place)
    if instance == "*":
        notes.append("nothing stands yet: narrower, to the one instance, once it does")
    before = last_applied(store_of(settings, place, center))
    granted = policy_of(center, Place(account, instance), before)
    notes.append(f"{granted.size} characters: an inline policy of a role takes 10240, a managed one 6144")
    return granted, tuple(notes)


def recorded_instance(settings: Settings, place: Path) -> str:
    """The id of the instance by the audit log, which both engines write; "*" where none stands."""
    from .audit import read
    from .retiring import INSTANCE

    found = "*"
    for entry in read(settings, place).entries:
        if entry.get("type") == INSTANCE and entry.get("outcome") == "done" and entry.get("id"):
            found = "*" if entry["action"] == "delete" else str(entry["id"])
    return found
