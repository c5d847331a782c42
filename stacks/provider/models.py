"""botocore's service models, read once a process.

Every botocore session reads the models of its services by itself: 0.1 s for Connect, 0.1 s for the table of endpoints.
The sandbox's provider and the door to AWS live in one process, so their sessions share one loader, which keeps what it
has read.
"""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def shared_loader() -> Any:
    """The `data_loader` component for botocore sessions of this process."""
    from botocore.loaders import create_loader

    return create_loader()
