"""Passwords on a sheet that only the operator's key opens: `--sealed KEY`.

Connect has no call that sets a password again (Connect facts 3.10), so a sheet is encrypted (age, by pyrage) and on the
disk before the first call that uses one of its passwords; nothing else ever holds them. When the run ends the sheet is
written once more with the people whom it really made. A run that was killed leaves the first sheet, which holds
everybody whom it was about to make: of two sheets that name a person, the newer one is right, but for people whose row
says to try the older one.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..specs.errors import Refused
from ..stacks.durable.files import write_atomic
from .cells import neutral
from .model import Hidden
from .plan import AgentPlan, AgentStep

if TYPE_CHECKING:
    from .ledger import Ledger

HEADER: Final = ("username", "password", "first name", "last name", "email", "note")
DOUBTFUL: Final = "if this password is refused, take the one of the sheet before"
LENGTH: Final = 20  # of 55 signs: 115 bits
_SIGNS: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read as another


class Recipients:
    """Who may open a sheet: age keys (`age1…`) or SSH public keys, given as such or in a file of them, one a line."""

    def __init__(self, key: str) -> None:
        """Raises Refused for what is no public key, and for a secret one without showing it."""
        self._found: list[Any] = []
        for number, line in enumerate(_lines(key), start=1):
            self._found.append(_recipient(line, number))
        if not self._found:
            raise _no_key("there is no key in it")

    def seal(self, text: str) -> bytes:
        """The text for these keys."""
        import pyrage

        return bytes(pyrage.encrypt(text.encode(), self._found))


def _lines(key: str) -> list[str]:
    if key.startswith(("age1", "ssh-", "AGE-SECRET")):
        return [key]
    try:
        text = Path(key).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _no_key("it is neither an age key nor a file that can be read") from error
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _recipient(line: str, number: int) -> Any:
    import pyrage

    if line.upper().startswith("AGE-SECRET-KEY") or "PRIVATE KEY" in line:
        raise _no_key(f"line {number} is a secret key; take its public half and keep this one away from here")
    try:
        if line.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(line)
        return pyrage.x25519.Recipient.from_str(line)
    except pyrage.RecipientError as error:
        raise _no_key(f"line {number} is no age or SSH public key") from error


def _no_key(why: str) -> Refused:
    hint = "Make one with age-keygen and give the line that begins with age1, or a file of such lines."
    return Refused(f"The key for the sheet cannot be used: {why}.", hint=hint, code="bad-key")


@dataclass(slots=True)
class Sheet:
    """One run's sheet. `finish` must be called when the run has ended, however it ended."""

    path: Path
    recipients: Recipients
    steps: Sequence[AgentStep]
    doubtful: frozenset[str]

    def begin(self) -> None:
        """Write everybody who is about to be made. Raises Refused when that cannot be: nobody is made then."""
        if self.steps:
            self._write(self.steps)

    def finish(self, made: Mapping[str, bool]) -> int:
        """Keep who was made with the password of this sheet, or (False) may have been; returns how many.

        Without anybody the sheet goes.
        """
        kept = [step for step in self.steps if step.username in made]
        if kept:
            self.doubtful = frozenset(name for name in self.doubtful if not made.get(name, False))
            self._write(kept)
        elif self.steps:
            self.path.unlink(missing_ok=True)
        return len(kept)

    def _write(self, steps: Sequence[AgentStep]) -> None:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";")
        writer.writerow(HEADER)
        for step in steps:
            person = step.person
            assert person is not None
            assert person.password is not None
            note = DOUBTFUL if step.username in self.doubtful else ""
            names = (neutral(person.first_name), neutral(person.last_name), neutral(person.email))
            writer.writerow([step.username, person.password.reveal(), *names, note])
        try:
            write_atomic(self.path, self.recipients.seal("\ufeff" + out.getvalue()))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            text = f"{self.path} cannot be written: {reason}. Nobody was made."
            raise Refused(text, hint="Make room, or name another folder.", code="unwritable") from error


def with_sheet(plan: AgentPlan, recipients: Recipients, folder: Path) -> tuple[AgentPlan, Sheet]:
    """The plan with a password for each new person, and the sheet that holds them. Writes nothing.

    Raises Refused where people sign in without a password.
    """
    if plan.identity != "connect":
        text = "There is nothing to seal: people sign in through the identity provider and have no password here."
        raise Refused(text, hint="Leave --sealed out.", code="no-passwords")
    steps = tuple(_given(step) if step.action == "create" else step for step in plan.steps)
    new = [step for step in steps if step.action == "create"]
    return replace(plan, steps=steps), Sheet(_next(folder), recipients, new, _doubtful(plan.ledger))


def _given(step: AgentStep) -> AgentStep:
    assert step.person is not None
    if step.person.password is not None:
        return step
    return step._replace(person=step.person._replace(password=Hidden(sheet_password())))


def _doubtful(ledger: Ledger) -> frozenset[str]:
    return frozenset(name for name, entry in ledger.entries.items() if entry.user_id is None)


def _next(folder: Path) -> Path:
    """`sheet-0001.csv.age` and so on: the newest has the highest number."""
    numbers = [int(p.name[6:10]) for p in folder.glob("sheet-????.csv.age") if p.name[6:10].isdigit()]
    return folder / f"sheet-{max(numbers, default=0) + 1:04}.csv.age"


def sheet_password() -> str:
    """A password that a person can type: no signs that look alike, by Connect's pattern."""
    while True:
        made = "".join(secrets.choice(_SIGNS) for _ in range(LENGTH))
        if any(c.islower() for c in made) and any(c.isupper() for c in made) and any(c.isdigit() for c in made):
            return made
