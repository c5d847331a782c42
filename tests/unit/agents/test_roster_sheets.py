"""Passwords on a sheet that only the operator's key opens, on the disk before the first of them is used."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyrage
import pytest
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.rosters import AgentResult, apply_plan
from ccdeploy.agents.sheets import DOUBTFUL, Recipients, with_sheet
from ccdeploy.specs.errors import Refused

from .conftest import World, lost, refusal, row

IDENTITY = pyrage.x25519.Identity.generate()
KEY = str(IDENTITY.to_public())


def opened(path: Path) -> dict[str, list[str]]:
    text = pyrage.decrypt(path.read_bytes(), [IDENTITY]).decode("utf-8-sig")
    return {cells[0]: cells for cells in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]}


def apply_sealed(world: World, *rows: str) -> tuple[AgentResult, Path]:
    plan, sheet = with_sheet(world.plan(world.roster(*rows)), Recipients(KEY), world.folder / "sheets")
    sheet.begin()
    result = apply_plan(plan, world.users, world.store, pacer=Pacer(None), sleep=lambda _seconds: None)
    sheet.finish(result.made)
    return result, sheet.path


def passwords(world: World) -> dict[str, str | None]:
    return {u.fields.username: u.password for u in world.users.users.values()}


def test_the_sheet_holds_the_passwords_that_the_people_have_and_nothing_else_does(world: World) -> None:
    result, path = apply_sealed(world, row("anna"), row("bert"))
    assert result.error is None
    assert {name: cells[1] for name, cells in opened(path).items()} == passwords(world)
    assert opened(path)["anna"][2:] == ["Anna", "Example", "anna@example.org", ""]
    stored = b"".join(p.read_bytes() for p in world.folder.rglob("*") if p.is_file() and "users" not in p.name)
    assert not any((word or "").encode() in stored for word in passwords(world).values())
    assert path.name == "sheet-0001.csv.age"
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.generate()])


def test_the_sheet_is_on_the_disk_before_the_first_call(world: World) -> None:
    seen: list[dict[str, list[str]]] = []
    sheet = world.folder / "sheets" / "sheet-0001.csv.age"
    world.users.before = lambda operation, _who: seen.append(opened(sheet)) if operation == "CreateUser" else None
    apply_sealed(world, row("anna"), row("bert"))
    assert [set(found) for found in seen] == [{"anna", "bert"}] * 2


def test_a_sheet_that_cannot_be_written_makes_nobody(world: World) -> None:
    (world.folder / "sheets").write_text("in the way")
    with pytest.raises(Refused, match="Nobody was made"):
        apply_sealed(world, row("anna"))
    assert world.users.created == []


def test_who_was_refused_is_not_on_the_sheet_and_without_anybody_there_is_none(world: World) -> None:
    def poison(operation: str, who: str) -> None:
        if who == "anna":
            raise refusal(operation, "InvalidParameterException", 400)

    world.users.before = poison
    _, path = apply_sealed(world, row("anna"), row("bert"))
    assert set(opened(path)) == {"bert"}
    _, second = apply_sealed(world, row("anna"), row("bert"))
    assert not second.exists()


def test_after_a_kill_every_person_has_a_password_on_one_of_the_sheets(world: World) -> None:
    class Killed(BaseException):
        pass

    def die(_operation: str, who: str) -> None:
        if len(world.users.created) == 3:
            raise Killed

    rows = [row(f"p{n}x") for n in range(8)]
    plan, sheet = with_sheet(world.plan(world.roster(*rows)), Recipients(KEY), world.folder / "sheets")
    sheet.begin()
    world.users.after = die
    with pytest.raises(Killed):
        apply_plan(plan, world.users, world.store, pacer=Pacer(None))
    world.users.after = lambda _operation, _who: None
    result, second = apply_sealed(world, *rows)
    assert result.error is None
    first = opened(sheet.path)
    newest = {**first, **opened(second)} if second.exists() else first
    assert {name: cells[1] for name, cells in newest.items()} == passwords(world)
    assert len(newest) == 8


def test_a_lost_answer_that_a_later_run_finds_out_about_keeps_the_first_password(world: World) -> None:
    def silent(operation: str, who: str) -> None:
        if who in world.users.created:
            raise lost(operation)

    world.users.before = world.users.after = silent
    plan, sheet = with_sheet(world.plan(world.roster(row("anna"))), Recipients(KEY), world.folder / "sheets")
    sheet.begin()
    dead = apply_plan(plan, world.users, world.store, pacer=Pacer(None), sleep=lambda _seconds: None)
    assert sheet.finish(dead.made) == 1  # she may have been made
    world.users.before = world.users.after = lambda _operation, _who: None
    kept = dict(world.users.users)
    world.users.users.clear()  # the listing lags: the next plan does not see her
    again, other = with_sheet(world.plan(world.folder / "a.csv"), Recipients(KEY), world.folder / "sheets")
    other.begin()
    assert opened(other.path)["anna"][5] == DOUBTFUL
    world.users.users.update(kept)
    result = apply_plan(again, world.users, world.store, pacer=Pacer(None), sleep=lambda _seconds: None)
    assert result.error is None
    assert other.finish(result.made) == 0
    assert opened(sheet.path)["anna"][1] == passwords(world)["anna"]


def test_a_key_is_an_age_or_ssh_public_key_or_a_file_of_them(folder: Path) -> None:
    file = folder / "keys.txt"
    file.write_text(f"# the shift leads\n{KEY}\n\n{pyrage.x25519.Identity.generate().to_public()}\n")
    assert pyrage.decrypt(Recipients(str(file)).seal("hello"), [IDENTITY]) == b"hello"
    for bad, why in (
        ("age1nonsense", "line 1 is no age"),
        ("no/such/file", "neither"),
        (str(IDENTITY), "secret key"),
        (str(folder / "center.yaml"), "line 1 is no age"),
    ):
        with pytest.raises(Refused, match=why) as caught:
            Recipients(bad)
        assert str(IDENTITY)[20:] not in str(caught.value)


def test_with_saml_there_is_nothing_to_seal(world: World) -> None:
    from dataclasses import replace

    plan = replace(world.plan(world.roster(row("anna"))), identity="saml")
    with pytest.raises(Refused, match="identity provider"):
        with_sheet(plan, Recipients(KEY), world.folder)


def test_a_lost_answer_that_the_same_run_finds_out_about_keeps_its_password(world: World) -> None:
    dropped: set[str] = set()

    def lose(operation: str, who: str) -> None:
        if operation == "CreateUser" and who not in dropped:
            dropped.add(who)
            raise lost(operation)

    world.users.after = lose
    _, path = apply_sealed(world, row("anna"), row("bert"))
    assert {name: (cells[1], cells[5]) for name, cells in opened(path).items()} == {
        name: (password, "") for name, password in passwords(world).items()
    }
