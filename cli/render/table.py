"""Tables, drawn by rich, which is imported only when one is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence

from .words import width


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their heads, no lines; long cells are folded to the screen's width. Plain text."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, show_edge=False, header_style="")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    buffer = io.StringIO()
    Console(file=buffer, width=width(), color_system=None, legacy_windows=False).print(drawn)
    return "\n".join(line.rstrip() for line in buffer.getvalue().rstrip("\n").split("\n"))
