"""Which column is which, however the header spells it.

Names are compared without case, accents, spaces and punctuation, in six languages (`headers.json`): "Prénom", "prenom"
and "PRENOM" are all `first_name`. "group" finds "Group " with a no-break space, too.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from ..specs.frozen import dataclass

# The order in which our own templates and exports write the columns.
COLUMNS = (
    "username",
    "email",
    "first_name",
    "last_name",
    "routing_profile",
    "languages",
    "security_profiles",
    "hierarchy_group",
    "status",
    "starts_on",
    "ends_on",
    "phone_type",
    "desk_phone",
    "auto_accept",
    "after_contact_work",
    "skills",
    "tags",
)
HEAD = 20  # rows among which the header is looked for
ALL_COLUMNS = (*COLUMNS, "secondary_email", "mobile", "password")


def loose(text: str) -> str:
    """`text` as it is compared: no accents, case, spaces or punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())


@cache
def words(name: str) -> dict[str, str]:
    """The loose form of every known word of `name` ("headers" or "words"), and what it means."""
    table: dict[str, list[str]] = json.loads(Path(__file__).with_name(f"{name}.json").read_text("utf-8"))
    known = {loose(word): meaning for meaning, spellings in table.items() for word in spellings}
    return known | {loose(meaning): meaning for meaning in table}


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of one file. `index` maps our name to the position from 0; `names` are the cells as written."""

    names: tuple[str, ...]
    index: dict[str, int]
    unknown: tuple[int, ...]
    doubled: tuple[tuple[int, int], ...]  # (position of the second, position of the first)

    def written(self, column: str) -> str:
        """How the file itself spells our column `column`; our own name when it is not there."""
        at = self.index.get(column)
        return column if at is None else self.names[at]


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names at least two columns."""
    return any(cells) and len(read_header(cells).index) >= 2


def find_header(
    rows: Iterator[tuple[int, list[str]]],
) -> tuple[int, list[str], tuple[int, ...], Iterator[tuple[int, list[str]]]]:
    """Line and cells of the header, the lines above it (titles, a second header row), and the rows below.

    Without one among the first rows it is the first that holds anything; line 0 when there is none.
    """
    above: list[tuple[int, list[str]]] = []
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if is_header(cells):
            return line, cells, tuple(n for n, _ in above), rows
        above.append((line, cells))
        if len(above) == HEAD:
            break
    if not above:
        return 0, [], (), rows
    return *above[0], (), chain(above[1:], rows)


def read_header(cells: Sequence[str]) -> Columns:
    """Recognise a header. Empty cells at the end are dropped; unknown and doubled names are listed."""
    names = [c.replace("\u00a0", " ").strip() for c in cells]
    while names and not names[-1]:
        names.pop()
    index: dict[str, int] = {}
    unknown: list[int] = []
    doubled: list[tuple[int, int]] = []
    for at, name in enumerate(names):
        column = words("headers").get(loose(name))
        if column is None:
            unknown.append(at)
        elif column in index:
            doubled.append((at, index[column]))
        else:
            index[column] = at
    return Columns(tuple(names), index, tuple(unknown), tuple(doubled))
