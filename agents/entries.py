"""What the ledger knows of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from ..specs.frozen import dataclass
from .sets import doubt

Patch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of ours. `user_id` None: a create was begun and its answer never came.

    `traits` holds what was applied: keys of the centre in clear, personal values as fingerprints. `since` is the ISO
    date of the suspension, `base` the made username before its number, `mail` a fingerprint of the address.
    """

    username: str
    file: str
    user_id: str | None = None
    traits: Mapping[str, str] = field(default_factory=dict)
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
        return replace(self, **{**patch, "traits": traits})

    def doubted(self, patch: Patch) -> Entry:
        """The entry while a change may or may not have arrived."""
        unsure = {t: doubt(t, self.traits.get(t, ""), after) for t, after in patch.get("traits", {}).items()}
        return replace(self, traits={**self.traits, **unsure})
