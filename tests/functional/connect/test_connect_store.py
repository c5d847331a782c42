"""The store of the emulated Connect: what it keeps, in which order, and how its journal stays short."""

from __future__ import annotations

from pathlib import Path

import pytest
from ccdeploy.sandbox.connect import store as module
from ccdeploy.sandbox.connect.store import Change, Store
from ccdeploy.stacks.durable.journal import JournalDamaged


def put(store: Store, key: str, name: str = "", **members: object) -> None:
    change = Change()
    old = store.get("i", "queue", key)
    number = old["_n"] if old else store.next_number()
    change.put("i", "queue", key, {"Id": key, "_name": name or key, "_n": number, **members})
    store.wait(store.commit(change))


def drop(store: Store, key: str) -> None:
    change = Change()
    change.drop("i", "queue", key)
    store.wait(store.commit(change))


def test_names_follow_their_objects(tmp_path: Path) -> None:
    store = Store(tmp_path / "j")
    put(store, "1", "a")
    put(store, "1", "b")
    assert store.named("i", "queue", "a") is None
    found = store.named("i", "queue", "b")
    assert found is not None
    assert found["Id"] == "1"
    drop(store, "1")
    assert store.named("i", "queue", "b") is None


def test_a_snapshot_shortens_the_journal_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SNAPSHOT_AFTER", 20)
    store = Store(tmp_path / "j")
    for number in range(10):
        put(store, f"k{number}")
    for round_ in range(100):
        put(store, f"k{round_ % 10}", value=round_)
    drop(store, "k3")
    lines = (tmp_path / "j").read_bytes().count(b"\n")
    assert lines < 40
    again = Store(tmp_path / "j")
    assert dict(again.all("i", "queue")) == dict(store.all("i", "queue"))
    assert list(again.all("i", "queue")) == [f"k{number}" for number in range(10) if number != 3]
    assert again.next_number() > max(thing["_n"] for thing in again.all("i", "queue").values())


def test_a_torn_last_line_was_never_acknowledged_and_is_dropped(tmp_path: Path) -> None:
    store = Store(tmp_path / "j")
    put(store, "1")
    put(store, "2")
    store.close()
    path = tmp_path / "j"
    path.write_bytes(path.read_bytes()[:-5])
    assert list(Store(path).all("i", "queue")) == ["1"]


def test_a_flipped_bit_is_refused_with_its_offset(tmp_path: Path) -> None:
    store = Store(tmp_path / "j")
    put(store, "1")
    put(store, "2")
    store.close()
    path = tmp_path / "j"
    content = bytearray(path.read_bytes())
    content[60] ^= 4
    path.write_bytes(content)
    with pytest.raises(JournalDamaged, match=r"damaged at byte \d+"):
        Store(path)


def test_a_dropped_scope_takes_its_names_along(tmp_path: Path) -> None:
    store = Store(tmp_path / "j")
    put(store, "1", "a")
    change = Change()
    change.drop_scope("i")
    store.wait(store.commit(change))
    assert store.named("i", "queue", "a") is None
    assert list(Store(tmp_path / "j").scopes()) == []
