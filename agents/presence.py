"""Who of ours is in the instance, as far as a listing can be trusted.

A listing may lag behind what was just made, and an interrupted run may have made people without hearing the answer.
Both are found out by asking for those people one by one; in the usual case there is nobody to ask for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from ..specs.errors import CloudError
from ..stacks.cloud.client import is_missing
from ..stacks.names import TAG_STACK
from .ledger import Ledger

if TYPE_CHECKING:
    from ..stacks.cloud.connect_users import UserDoor

LATE: Final = 100  # people of ours whom a listing lacks and who are asked for, the newest ones: a minute at 2 a second


def list_people(users: UserDoor | None, ledger: Ledger) -> dict[str, str]:
    """Everybody in the instance, username to id, with those of ours whom the listing does not show yet.

    Raises CloudError.
    """
    if users is None:
        return {}
    listed = {user.username: user.id for user in users.listing()}
    unseen = [e for e in ledger.entries.values() if e.user_id is not None and e.username not in listed]
    for entry in unseen[-LATE:]:
        if entry.user_id is not None and _is_there(users, entry.user_id):
            listed[entry.username] = entry.user_id
    return listed


def list_if_there(users: UserDoor | None, ledger: Ledger) -> dict[str, str]:
    """As `list_people`; nobody when the instance itself is gone."""
    try:
        return list_people(users, ledger)
    except CloudError as error:
        if is_missing(error):
            return {}
        raise


def adopted(ledger: Ledger, listed: Mapping[str, str], users: UserDoor | None, scope: str) -> dict[str, str]:
    """Answers that never came: people of an unanswered create who are in the instance and bear our tag."""
    found: dict[str, str] = {}
    for entry in ledger.entries.values():
        if entry.user_id is None and users is not None and entry.username in listed:
            user_id = listed[entry.username]
            if users.tags(user_id).get(TAG_STACK) == scope:
                found[entry.username] = user_id
    return found


def gone_by_hand(
    ledger: Ledger, listed: Mapping[str, str], present: Collection[str], files: Collection[str], users: UserDoor | None
) -> tuple[str, ...]:
    """Our people of `files` without a row (`present` are the usernames with one) who are not in the instance.

    They are about to be forgotten, so each is asked for: nobody may be forgotten who is still there.
    """
    if users is None:
        return ()
    return tuple(
        entry.username
        for entry in ledger.entries.values()
        if entry.user_id is not None
        and entry.username not in present
        and entry.file in files
        and listed.get(entry.username) != entry.user_id
        and not _is_there(users, entry.user_id)
    )


def _is_there(users: UserDoor, user_id: str) -> bool:
    try:
        users.tags(user_id)
    except CloudError as error:
        if not is_missing(error):
            raise
        return False
    return True
