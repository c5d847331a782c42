"""Throttles, lost answers, bad people, Ctrl-C: one person's trouble is that person's only."""

from __future__ import annotations

import errno
import os
import threading
from collections import Counter

import pytest
from ccdeploy.agents.events import AgentDone, AgentEvent
from ccdeploy.agents.ledger import JOURNAL, LEDGER
from ccdeploy.agents.pacer import Pacer
from ccdeploy.agents.rosters import apply_plan, total
from ccdeploy.specs.errors import CcdeployError, CloudError, Interrupted, StateError, Unfinished
from ccdeploy.stacks.cloud.connect_users import without
from ccdeploy.stacks.durable.files import CRASH

from .conftest import World, lost, refusal, row

NAMES = [f"p{n}x" for n in range(30)]


def everybody(world: World) -> set[str]:
    return {u.fields.username for u in world.users.users.values()}


def test_a_throttle_is_never_an_error(world: World) -> None:
    seen: Counter[str] = Counter()

    def storm(operation: str, who: str) -> None:
        seen[who] += 1
        if operation == "CreateUser" and seen[who] <= 3:
            raise refusal(operation, "ThrottlingException", 429)

    world.users.before = storm
    result = world.apply(world.roster(*map(row, NAMES)))
    assert result.error is None
    assert everybody(world) == set(NAMES)


def test_an_answer_that_was_lost_after_the_effect_makes_nobody_twice(world: World) -> None:
    seen: Counter[str] = Counter()

    def lose(operation: str, who: str) -> None:
        seen[who] += 1
        if operation == "CreateUser" and seen[who] == 1:
            raise lost(operation)

    world.users.after = lose
    result = world.apply(world.roster(*map(row, NAMES[:8])))
    assert result.error is None
    assert sorted(world.users.created) == sorted(NAMES[:8])
    assert world.plan(world.folder / "a.csv").empty


def test_a_duplicate_that_appears_from_elsewhere_is_a_failure_and_not_ours(world: World) -> None:
    def race(operation: str, who: str) -> None:
        if operation == "CreateUser" and who == "p1x" and "hand-p1x" not in world.users.users:
            world.users.by_hand("p1x")

    world.users.before = race
    file = world.roster(*map(row, NAMES[:4]))
    result = world.apply(file)
    assert [(f.line, f.code) for f in result.failures] == [(3, "DuplicateResourceException")]
    assert isinstance(result.error, Unfinished)
    assert [p.where.line for p in world.plan(file).conflicts] == [3]
    assert world.users.users["hand-p1x"].routing == "r"


def test_one_bad_person_costs_that_person_only_and_the_remainder_is_named(world: World) -> None:
    bad = {"p3x", "p17x"}

    def poison(operation: str, who: str) -> None:
        if who in bad:
            raise refusal(operation, "InvalidParameterException", 400)

    world.users.before = poison
    result = world.apply(world.roster(*map(row, NAMES)))
    assert everybody(world) == set(NAMES) - bad
    assert {NAMES[f.line - 2] for f in result.failures} == bad
    assert result.error is not None
    assert result.error.exit_code == 3
    bad.clear()
    assert world.apply(world.folder / "a.csv").as_json()["create"] == 2


def test_a_full_quota_stops_the_creates_after_the_calls_under_way(world: World) -> None:
    def full(operation: str, who: str) -> None:
        if operation == "CreateUser" and len(world.users.users) >= 10:
            raise refusal(operation, "LimitExceededException", 429)

    world.users.before = full
    result = world.apply(world.roster(*map(row, NAMES)))
    assert len(everybody(world)) == 10
    assert len(result.failures) == 20
    assert world.users.calls.count("CreateUser") <= 10 + 8


def test_expired_credentials_stop_the_run_and_a_rerun_repeats_nothing(world: World) -> None:
    def expire(operation: str, who: str) -> None:
        if len(world.users.users) >= 12:
            raise refusal(operation, "ExpiredTokenException", 403)

    world.users.before = expire
    result = world.apply(world.roster(*map(row, NAMES)))
    assert isinstance(result.error, Unfinished)
    assert result.left >= 30 - 12 - 8
    world.users.before = lambda _operation, _who: None
    assert world.apply(world.folder / "a.csv").error is None
    assert sorted(world.users.created) == sorted(NAMES)


def test_credentials_that_were_never_good_are_told_with_how_many_are_left_and_nothing_is_called_unfinished(
    world: World,
) -> None:
    def expire(operation: str, who: str) -> None:
        if operation != "ListUsers":
            raise refusal(operation, "ExpiredTokenException", 403)

    world.users.before = expire
    error = world.apply(world.roster(*map(row, NAMES))).error
    assert isinstance(error, CloudError)
    assert (error.exit_code, error.service_code) == (1, "ExpiredTokenException")
    assert f"0 people done, 0 failed, {len(NAMES)} left" in error.message
    assert error.message == str(error)
    assert "the same command again" in error.hint


def test_a_listener_that_cannot_write_down_what_was_done_stops_the_run_cleanly(world: World) -> None:
    heard = list[AgentEvent]()

    def hear(event: AgentEvent) -> None:
        heard.append(event)
        if len(heard) > 5:
            raise StateError("the log cannot be written", hint="make room")

    error = world.apply(world.roster(*map(row, NAMES)), on_event=hear).error
    assert isinstance(error, Unfinished)
    assert "the log cannot be written" in error.message
    assert len(world.users.created) < len(NAMES)
    assert world.apply(world.folder / "a.csv").error is None
    assert sorted(world.users.created) == sorted(NAMES)


def test_a_service_that_answers_nobody_stops_the_run(world: World) -> None:
    def silence(operation: str, who: str) -> None:
        if operation == "CreateUser":
            raise lost(operation)

    world.users.before = silence
    result = world.apply(world.roster(*map(row, NAMES)))
    assert result.stopped is not None
    assert world.users.calls.count("CreateUser") < 60


def test_ctrl_c_lets_calls_under_way_finish_and_begins_no_new_one(world: World) -> None:
    cancel = threading.Event()

    def press(event: AgentEvent) -> None:
        if isinstance(event, AgentDone) and event.done == 5:
            cancel.set()

    release = threading.Event()

    def slow(operation: str, who: str) -> None:
        if len(world.users.users) > 9:
            release.wait(5)

    world.users.before = slow
    threading.Timer(0.6, release.set).start()
    result = world.apply(world.roster(*map(row, NAMES)), cancel=cancel, on_event=press)
    assert isinstance(result.error, Interrupted)
    assert result.error.exit_code == 130
    assert 5 <= len(everybody(world)) <= 5 + 5 + 8
    assert result.left == 30 - len(everybody(world))
    assert total("line.dev", world.store) == len(everybody(world))
    world.users.before = lambda _operation, _who: None
    assert world.apply(world.folder / "a.csv").error is None
    assert sorted(world.users.created) == sorted(NAMES)


def test_nothing_personal_is_in_the_store_the_events_or_the_errors(world: World) -> None:
    said: list[str] = []

    def poison(operation: str, who: str) -> None:
        if who == "canaryuser":
            raise refusal(operation, "InvalidParameterException", 400)

    world.users.before = poison
    roster = world.roster("canaryuser,canary-mail@example.org,Canaryfirst,Canarylast,helper,,,,,", *map(row, NAMES[:3]))
    result = world.apply(roster, on_event=lambda event: said.append(repr(event.as_json())))
    said += [repr(f.as_json()) for f in result.failures] + [str(result.error)]
    stored = b"".join(world.store.read(name) or b"" for name in world.store.names())
    for token in ("canary", "p1x", "Example"):
        assert token.encode().lower() not in stored.lower()
        assert not any(token.lower() in text.lower() for text in said)
    passwords = [u.password for u in world.users.users.values()]
    assert all(p and p.encode() not in stored for p in passwords)
    assert len(set(passwords)) == 3


def test_what_the_service_says_about_a_refused_user_loses_every_personal_value() -> None:
    error = CloudError("CreateUser: Anna Example <anna@example.org> is bad", operation="CreateUser")
    assert without(error, ["Anna", "Example", "anna@example.org", ""]).message == (
        "CreateUser: [hidden] [hidden] <[hidden]> is bad"
    )


@pytest.mark.parametrize("name", [LEDGER, JOURNAL])
def test_a_flipped_bit_in_the_ledger_or_the_journal_is_refused(world: World, name: str) -> None:
    world.apply(world.roster(*map(row, NAMES[:3])))
    whole = world.store.read(name)
    assert whole is not None
    for at in range(0, len(whole), max(len(whole) // 40, 1)):
        flipped = bytearray(whole)
        flipped[at] ^= 4
        world.store.write(name, bytes(flipped))
        torn = name == JOURNAL and b"\n" not in bytes(flipped)[-1:]  # its last record counts as never written
        if torn:
            assert world.plan(world.folder / "a.csv").counts["same"] == 3
        else:
            with pytest.raises(StateError, match=name):
                world.plan(world.folder / "a.csv")


def test_a_ledger_from_an_older_backup_is_refused(world: World) -> None:
    world.apply(world.roster(*map(row, NAMES[:3])))
    older = world.store.read(LEDGER)
    world.apply(world.roster(*map(row, NAMES[:4])))
    world.apply(world.roster(*map(row, NAMES[:5])))
    assert older is not None
    world.store.write(LEDGER, older)
    with pytest.raises(StateError, match="generation"):
        world.plan(world.folder / "a.csv")


def test_a_plan_that_another_run_overtook_is_refused(world: World) -> None:
    file = world.roster(*map(row, NAMES[:3]))
    plan = world.plan(file)
    world.apply(file)
    with pytest.raises(StateError, match="after this one was planned"):
        apply_plan(plan, world.users, world.store, pacer=Pacer(None))
    assert len(world.users.created) == 3


def test_people_on_a_call_are_done_last(world: World) -> None:
    stay = [row(n) for n in NAMES]
    world.apply(world.roster(*stay))
    world.users.on_a_call = {NAMES[0], NAMES[3]}
    moved = [row(n, "nurse", "fr") for n in NAMES]
    order: list[str] = []

    def see(operation: str, user_id: str) -> None:
        if operation == "UpdateUserRoutingProfile":
            order.append(world.users.users[user_id].fields.username)

    world.users.before = see
    assert world.apply(world.roster(*moved)).error is None
    assert len(order) == len(NAMES)
    assert {NAMES[0], NAMES[3]} <= set(order[-8:])  # eight calls run beside each other
    assert NAMES[0] not in order[:-8]


def test_who_may_not_ask_who_is_on_a_call_still_applies_the_roster(world: World) -> None:
    world.apply(world.roster(*map(row, NAMES[:4])))

    def forbid(operation: str, who: str) -> None:
        if operation == "GetCurrentUserData":
            raise refusal(operation, "AccessDeniedException", 403)

    world.users.before = forbid
    assert world.apply(world.roster(*[row(n, "nurse", "fr") for n in NAMES[:4]])).as_json()["update"] == 4


def test_a_fresh_roster_asks_nobody_who_is_on_a_call(world: World) -> None:
    world.apply(world.roster(*map(row, NAMES[:4])))
    assert "GetCurrentUserData" not in world.users.calls


def test_whoever_was_removed_by_hand_is_made_again_and_forgotten_when_the_row_goes(world: World) -> None:
    world.apply(world.roster(*map(row, NAMES)))
    for name in NAMES[:2]:
        del world.users.users[world.users.named(name).id]
    plan = world.plan(world.roster(row(NAMES[0]), *map(row, NAMES[2:])))
    assert plan.counts == {"create": 1, "update": 0, "suspend": 0, "remove": 0, "same": 28}
    assert [s.why for s in plan.steps if s.action == "create"] == [("somebody removed the user by hand",)]
    assert world.apply(world.folder / "a.csv").error is None
    assert total("line.dev", world.store) == 29
    assert world.plan(world.folder / "a.csv").empty


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("after", [-3, -2, -1, 0, 1, 12, 25, 59])
def test_a_disk_that_fails_stops_the_run_before_a_call_that_could_not_be_recorded(
    world: World, code: int, after: int
) -> None:
    crossed = 0

    def full(name: str) -> None:
        nonlocal crossed
        if name == "journal:before" or name.startswith("write:before"):
            crossed += 1
            if crossed > after + 3:  # the key, the journal's head and its base
                raise OSError(code, os.strerror(code))

    file = world.roster(*map(row, NAMES))
    CRASH.point = full
    error: CcdeployError | None
    try:
        error = world.apply(file).error
    except StateError as refused:
        error = refused
    finally:
        CRASH.point = lambda _name: None
    assert error is not None
    assert os.strerror(code).lower() in error.message
    assert error.exit_code == (3 if world.users.created else 1)
    assert len(world.users.created) <= max(after, 0)
    assert world.apply(file).error is None
    assert sorted(world.users.created) == sorted(NAMES)
    assert world.plan(file).empty
