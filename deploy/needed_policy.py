"""`doctor --policy`: for which account and instance the policy is narrowed, and the policy."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Final

from ..specs.frozen import dataclass
from .policy import INLINE, Granted, Place, policy_of
from .settings import Settings, center_folder
from .validate import valid
from .wiring import last_applied, store_of

SANDBOX_ACCOUNT: Final = "123456789012"


@dataclass(frozen=True, slots=True)
class Needed:
    """The policy of a stack's operator, its name, what it is narrowed to, and how it is attached."""

    granted: Granted
    name: str
    account: str
    notes: tuple[str, ...]
    how: tuple[str, ...]

    def write(self, folder: Path) -> list[str]:
        """Write it as managed policies that fit; the commands that make and attach them, for an administrator.

        What an earlier call wrote and this one does not is removed. Raises OSError.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{self.name}-[0-9]*.json"):
            old.unlink()
        lines = []
        for number, part in enumerate(self.granted.parts(), 1):
            name = f"{self.name}-{number}"
            path = folder / f"{name}.json"
            path.write_text(json.dumps(part, indent=2) + "\n", encoding="utf-8")
            document = shlex.quote(f"file://{path}")
            lines.append(f"aws iam create-policy --policy-name {name} --policy-document {document}")
            arn = f"arn:aws:iam::{self.account}:policy/{name}"
            lines.append(f"aws iam attach-role-policy --role-name ROLE --policy-arn {arn}")
        return lines


def needed(settings: Settings, folder: Path | None) -> Needed:
    """The policy that the stack's operator needs.

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
    name = f"ccdeploy-{center.key}-{center.stack}"
    return Needed(granted, name, account, tuple(notes), _how(granted, name))


def _how(granted: Granted, name: str) -> tuple[str, ...]:
    """How the policy is attached."""
    count = len(granted.parts())
    managed = f"{count} managed polic{'y' if count == 1 else 'ies'}: ccdeploy doctor --policy --into FOLDER"
    if granted.size > INLINE:
        return (f"{granted.size} characters are too many for the inline policies of a role ({INLINE})", f"as {managed}")
    line = f"aws iam put-role-policy --role-name ROLE --policy-name {name} --policy-document file://policy.json"
    return (f"{granted.size} characters fit into an inline policy of a role ({INLINE}):\n  {line}", f"or as {managed}")


def recorded_instance(settings: Settings, place: Path) -> str:
    """The id of the instance by the audit log, which both engines write; "*" where none stands."""
    from .audit import read
    from .retiring import INSTANCE

    found = "*"
    for entry in read(settings, place).entries:
        if entry.get("type") == INSTANCE and entry.get("outcome") == "done" and entry.get("id"):
            found = "*" if entry["action"] == "delete" else str(entry["id"])
    return found
