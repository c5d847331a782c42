"""Pulumi's own Python runtime in this process, with our monitor in the place of its engine."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from ..plan import Program

if TYPE_CHECKING:
    from .monitor import Monitor

# One registration blocks one thread; asyncio's default pool has six on two cores, whatever `parallel` says.
_THREADS: Final = 32


def run_program(
    program: Program,
    monitor: Monitor,
    *,
    project: str,
    stack: str,
    config: Mapping[str, str],
    parallel: int,
    preview: bool,
) -> None:
    """Run `program` to its end. Raises what the program raises; the resources that it registered stay registered.

    Works from any thread without a running loop; each run has a context of its own, so two at once stay apart.
    """
    contextvars.copy_context().run(
        lambda: asyncio.run(_main(program, monitor, project, stack, dict(config), parallel, preview))
    )


async def _main(
    program: Program, monitor: Monitor, project: str, stack: str, config: dict[str, str], parallel: int, preview: bool
) -> None:
    from pulumi.runtime import config as pulumi_config
    from pulumi.runtime import settings
    from pulumi.runtime.stack import run_in_stack

    from .monitor import EngineLog

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="pulumi") as pool:
        loop.set_default_executor(pool)
        settings.configure(
            settings.Settings(
                project=project,
                stack=stack,
                parallel=parallel,
                dry_run=preview,
                organization="organization",
                monitor=monitor,
                engine=EngineLog(),
            )
        )
        pulumi_config.set_all_config(config, [])
        await run_in_stack(program)
