"""The collector of cyclic garbage, held back while many values are built that all stay.

It looks through everything that is alive each time so many objects were made; a reader of 40,000 lines makes nothing
but objects that stay, and would be looked through again and again: a third of its time, growing faster than the file.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_back() -> Iterator[None]:
    """No collection inside. What was off before stays off, so that these may be nested."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
