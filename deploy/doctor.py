"""What a run needs of this machine and the account, checked one by one. Reads only; a bad finding raises nothing.

Each check says what it found and, where something is wrong, the command that mends it. A check whose ground is missing
(no folder, no credentials) is skipped, so that one fault is told once.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ..specs.errors import CcdeployError, Refused
from ..specs.frozen import dataclass
from .settings import HIDDEN, Settings, center_folder

if TYPE_CHECKING:
    from ..specs.model import Center
    from .account import Door

Status = Literal["ok", "warning", "failed", "skipped"]
_LEAST: Final = 100 * 1024 * 1024  # bytes: a state of thousands of resources with its journals
_SKEW_WARNS: Final = 60.0  # seconds
_SKEW_FAILS: Final = 240.0  # AWS refuses signatures that are five minutes off
_OLDEST_CLI: Final = (3, 200, 0)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `fix` is a command or a step, "" where nothing is wrong."""

    name: str
    status: Status
    said: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings in their order."""

    checks: tuple[Check, ...]

    @property
    def failed(self) -> int:
        """How many checks failed."""
        return sum(check.status == "failed" for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The object of the JSON contract."""
        warnings = sum(check.status == "warning" for check in self.checks)
        return {"checks": [asdict(check) for check in self.checks], "failed": self.failed, "warnings": warnings}


def examine(settings: Settings, folder: Path | None, *, clock: Callable[[], float] = time.time) -> Report:
    """Everything that can be checked."""
    return Report(tuple(_checks(settings, folder, clock)))


def _checks(settings: Settings, folder: Path | None, clock: Callable[[], float]) -> Iterator[Check]:
    yield _program()
    place, center, check = _folder(settings, folder)
    yield check
    yield _disk(place)
    yield _cli(settings)
    if settings.target == "sandbox":
        yield _sandbox(place)
        for name in ("account", "region", "quotas", "clock"):
            yield Check(name, "skipped", "the sandbox needs none; for an account: --target aws")
    else:
        yield from _account(center, clock)
    if center is None:
        for name in ("lease", "state", "audit"):
            yield Check(name, "skipped", "which stack is meant is not known")
    else:
        yield from _stack(settings, place, center)


def _program() -> Check:
    from importlib.metadata import version

    python = ".".join(map(str, sys.version_info[:3]))
    return Check("program", "ok", f"ccdeploy {version('ccdeploy')} on Python {python}")


def _folder(settings: Settings, folder: Path | None) -> tuple[Path, Center | None, Check]:
    from .validate import valid

    try:
        place = center_folder(folder)
    except Refused as error:
        return Path.cwd(), None, Check("folder", "failed", error.message, error.hint)
    try:
        center = valid(place, stack=settings.stack, today=settings.today)[0]
    except CcdeployError as error:
        return place, None, Check("folder", "failed", error.message, f"ccdeploy validate {place}")
    return place, center, Check("folder", "ok", f"{center.stack_name} in {place}")


def _disk(place: Path) -> Check:
    where = place / HIDDEN if (place / HIDDEN).is_dir() else place
    if not os.access(where, os.W_OK | os.X_OK):
        return Check("disk", "failed", f"{where} cannot be written", f"chmod u+rwx {where}")
    free = shutil.disk_usage(where).free
    said = f"{free / 1e9:.1f} GB free for {where}"
    if free < _LEAST:
        return Check("disk", "failed", said, f"make room: du -sh {where}/* | sort -h")
    return Check("disk", "ok", said)


def _cli(settings: Settings) -> Check:
    if settings.engine_name == "embedded":
        return Check("pulumi", "skipped", "the embedded engine needs no CLI")
    import subprocess

    from ..stacks.engine.pulumi_cli.command import require

    try:
        binary = require()
        said = subprocess.run([binary, "version"], capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
        version = tuple(int(part) for part in said.stdout.strip().lstrip("v").split("-")[0].split("."))
    except CcdeployError as error:
        return Check("pulumi", "failed", error.message, error.hint)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Check("pulumi", "failed", f"the Pulumi CLI does not tell its version: {error}", "pulumi version")
    shown = ".".join(map(str, version))
    if version < _OLDEST_CLI:
        oldest = ".".join(map(str, _OLDEST_CLI))
        return Check("pulumi", "failed", f"{binary} is {shown}, {oldest} or newer is needed", "make pulumi")
    return Check("pulumi", "ok", f"{shown} ({binary})")


def _sandbox(place: Path) -> Check:
    from ..sandbox import process

    found = process.find(place)
    said = f"runs at {found.endpoint} (process {found.pid})" if found else "none runs: each run serves its own"
    return Check("sandbox", "ok", said)


# ------------------------------------------------------------ the account


def _account(center: Center | None, clock: Callable[[], float]) -> Iterator[Check]:
    rest = ("region", "quotas")
    if center is None:
        for name in ("account", *rest, "clock"):
            yield Check(name, "skipped", "which Region is meant is not known")
        return
    yield _clock(center, clock)
    from .account import door

    try:
        found = door(center)
    except CcdeployError as error:
        yield Check("account", "failed", error.message, error.hint)
        for name in rest:
            yield Check(name, "skipped", "there is no way into the account")
        return
    yield Check("account", "ok", f"{found.account}, as {found.identity}")
    yield _region(found, center)
    yield _quotas(found)


def _region(found: Door, center: Center) -> Check:
    try:
        found.cloud.call("connect", "list_instances", MaxResults=1)
    except CcdeployError as error:
        return Check("region", "failed", error.message, error.hint or f"check region: {center.region} in center.yaml")
    return Check("region", "ok", f"Amazon Connect answers in {center.region}")


def _quotas(found: Door) -> Check:
    try:
        listed = list(found.cloud.pages("service-quotas", "list_service_quotas", "Quotas", ServiceCode="connect"))
    except CcdeployError as error:
        return Check("quotas", "failed", error.message, error.hint or "ccdeploy doctor --policy")
    return Check("quotas", "ok", f"{len(listed)} quotas of Amazon Connect can be read")


def _clock(center: Center, clock: Callable[[], float]) -> Check:
    from .account import ENDPOINT

    address = os.environ.get(ENDPOINT) or f"https://sts.{center.region}.amazonaws.com"
    there = _time_at(address)
    if there is None:
        return Check("clock", "warning", f"{address} did not tell the time", f"curl -sI {address}")
    off = clock() - there
    side = "ahead of" if off > 0 else "behind"
    said = f"{abs(off):.0f} s {side} AWS" if abs(off) >= 2 else "agrees with AWS"
    if abs(off) <= _SKEW_WARNS:
        return Check("clock", "ok", said)
    status: Status = "failed" if abs(off) > _SKEW_FAILS else "warning"
    return Check("clock", status, said, "sudo timedatectl set-ntp true")


def _time_at(address: str) -> float | None:
    """What time a server says it is, in seconds since the epoch. Any answer will do, a refusal too."""
    import urllib.error
    import urllib.request

    asked = urllib.request.Request(address, method="HEAD")  # noqa: S310 - https, or the operator's own endpoint
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - as above
            told = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        with error:
            told = error.headers.get("Date")
    except (OSError, ValueError):
        return None
    try:
        return parsedate_to_datetime(told).timestamp() if told else None
    except ValueError:
        return None


# ------------------------------------------------------------ the stack


def _stack(settings: Settings, place: Path, center: Center) -> Iterator[Check]:
    yield _lease(settings, place)
    yield _state(settings, place, center)
    yield _audit(settings, place)


def _lease(settings: Settings, place: Path) -> Check:
    from .actions import lease_holder

    try:
        holder = lease_holder(settings, place)
    except CcdeployError as error:
        return Check("lease", "failed", error.message, error.hint)
    if holder is None:
        return Check("lease", "ok", "nobody is at work")
    told = holder.sentence.rstrip(".")
    return Check("lease", "warning", told, f"wait, or if that run is gone: ccdeploy unlock {place}")


def _state(settings: Settings, place: Path, center: Center) -> Check:
    """Files of the stack that others on this machine could read."""
    from .wiring import engine_of, store_of

    store = store_of(settings, place, center)
    root = Path(store.where)
    if not store.names():
        return Check("state", "ok", "nothing stands yet")
    if center.state is not None:
        return Check("state", "ok", f"engine {engine_of(store) or 'none'}, shared, in {store.where}")
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]  # folders in a closed folder are closed
    bare = [path for path in (root, *files) if path.stat().st_mode & 0o077]
    if bare:
        more = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
        return Check("state", "failed", f"others can read {bare[0]}{more}", f"chmod -R go-rwx {root}")
    return Check("state", "ok", f"engine {engine_of(store) or 'none'}, for its owner only, in {root}")


def _audit(settings: Settings, place: Path) -> Check:
    from .audit import read

    try:
        log = read(settings, place)
    except CcdeployError as error:
        return Check("audit", "failed", error.message, error.hint)
    if log.faults:
        return Check(
            "audit", "failed", f"the log was tampered with: {len(log.faults)}", f"ccdeploy audit verify {place}"
        )
    return Check("audit", "ok", f"whole, {len(log.entries)} entries" if log.entries else "empty")
