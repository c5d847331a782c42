"""What the ledger knows of one person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from .sets import doubt

Patch = dict[str, Any]


class Entry(NamedTuple):
    """One person of ours, a NamedTuple as `Person` is. `user_id` None: a create was begun and its answer never came.

    `traits` holds what was applied: keys of the centre in clear, personal values as fingerprints. `since` is the ISO
    date of the suspension, `base` the made username before its number, `mail` a fingerprint of the address.
    """

    username: str
    file: str
    user_id: str | None = None
    traits: Mapping[str, str] = MappingProxyType({})
    since: str | None = None
    base: str = ""
    mail: str = ""

    @property
    def suspended(self) -> bool:
        """Moved to the suspended profiles."""
        return self.since is not None

    def patched(self, patch: Patch) -> Entry:
        """The entry after a change arrived; `traits` are merged, the rest is replaced."""
        traits = {**self.traits, **patch.get("traits", {})}
        return self._replace(**{**patch, "traits": traits})

    def doubted(self, patch: Patch) -> Entry:
        """The entry while a change may or may not have arrived."""
        unsure = {t: doubt(t, self.traits.get(t, ""), after) for t, after in patch.get("traits", {}).items()}
        return self._replace(traits={**self.traits, **unsure})
