"""A centre in a folder of its own, run in this process, and the same instance as somebody with a console has it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ccdeploy.deploy import actions, target
from ccdeploy.deploy.events import Event, Note, Result
from ccdeploy.deploy.pipeline import Preview
from ccdeploy.deploy.settings import Settings
from ccdeploy.stacks.cloud.client import Cloud

SETTINGS = Settings(today=dt.date(2026, 11, 22))


class Console:
    """Somebody's hands in the instance: `console("update_queue_name", QueueId=…)`."""

    def __init__(self, cloud: Cloud, status: dict[str, Any]) -> None:
        self.cloud = cloud
        self.status = status
        self.instance = str(status["instance"]["id"])

    def __call__(self, operation: str, **words: Any) -> dict[str, Any]:
        return self.cloud.call("connect", operation, InstanceId=self.instance, **words)

    def id(self, group: str, key: str) -> str:
        return str(self.status[group][key]["id"])

    def named(self, listing: str, answer: str, name: str) -> str:
        """The id of the thing called `name`."""
        found = self.cloud.pages("connect", listing, answer, InstanceId=self.instance)
        return next(str(item["Id"]) for item in found if item["Name"] == name)


class Line:
    """One centre. Every command opens and closes all of its own, as the command line does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []

    def up(self, keep: Any = None, *, write: bool = False, rosters: bool = True) -> Result:
        self.events.clear()
        found = actions.read(SETTINGS, self.folder, "up")
        notes: tuple[str, ...] = ()
        if write:
            found, notes = actions.write_theirs(SETTINGS, found)
        return actions.up(
            SETTINGS, found, self.events.append, rosters=rosters, allow_suspend=None, keep=keep, notes=notes
        )

    def preview(self, keep: Any = None) -> Preview:
        found = actions.read(SETTINGS, self.folder, "preview")
        return actions.preview(SETTINGS, found, rosters=True, allow_suspend=None, keep=keep)

    def status(self) -> dict[str, Any]:
        return actions.status(SETTINGS, self.folder)

    def drift(self) -> list[str]:
        """`Type name field` of everything that drifted."""
        return [f"{d['type'].rpartition(':')[2]} {d['name']} {d['field']}" for d in self.status()["drift"]]

    @property
    def said(self) -> list[str]:
        """The notes of the last run."""
        return [event.text for event in self.events if isinstance(event, Note)]

    @contextmanager
    def console(self) -> Iterator[Console]:
        status = self.status()
        with target.sandbox(self.folder, writing=True) as endpoint:
            yield Console(Cloud("eu-central-1", endpoint_url=endpoint), status)

    def edit(self, old: str, new: str, file: str = "center.yaml") -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def line(tmp_path: Path) -> Callable[..., Line]:
    """`line(center, {name: flow})`: a folder with these texts."""

    count = itertools.count()

    def make(center: str, flows: Mapping[str, str]) -> Line:
        folder = tmp_path / f"line-{next(count)}"
        (folder / "flows").mkdir(parents=True)
        (folder / "center.yaml").write_text(center, encoding="utf-8")
        for name, text in flows.items():
            (folder / "flows" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return Line(folder)

    return make
