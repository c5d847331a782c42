"""Events, counts of a run, the estimate for AWS, what stays on down, and the stop button."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import jsonschema
import pytest
from ccdeploy.deploy import estimate
from ccdeploy.deploy.events import NO_AGENTS, Event, Meter, Note, Progress, Result, Stage, Started
from ccdeploy.deploy.interrupt import stoppable
from ccdeploy.deploy.settings import Settings, center_folder, hidden_folder
from ccdeploy.deploy.target import check_target
from ccdeploy.specs.errors import Refused, Unfinished
from ccdeploy.stacks.engine.plan import Changes, Step
from ccdeploy.stacks.engine.pulumi_cli.command import find

SCHEMAS = Path(__file__).parents[3] / "docs" / "json"


@pytest.mark.parametrize(
    "event",
    [
        Started("up", "small", "dev", "sandbox", "embedded"),
        Stage("stack", 12),
        Progress("stack", "done", 1, 12, 3.25, "create", "aws:connect/queue:Queue", "triage", 0.01),
        Progress("rosters", "failed", 1, 2),
        Note("A create was found again.", "warning"),
        Result(Changes(create=3), NO_AGENTS, {"instance": None}, 1.2, 30.0),
        Result(Changes(), NO_AGENTS, {}, 0.1, error=Unfinished("half done", hint="run again")),
    ],
    ids=lambda event: type(event).__name__,
)
def test_every_event_fits_the_published_schema(event: Event) -> None:
    schema = json.loads((SCHEMAS / "events.schema.json").read_text())
    jsonschema.validate(json.loads(json.dumps(event.as_json())), schema)


def test_the_schemas_are_themselves_valid() -> None:
    files = sorted(SCHEMAS.glob("*.schema.json"))
    assert len(files) >= 8
    for file in files:
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text()))


def test_the_result_carries_the_error_and_its_exit_code() -> None:
    result = Result(Changes(), NO_AGENTS, {}, 0.1, error=Unfinished("half done"))
    assert result.exit_code == 3
    assert result.as_json()["error"] == {"code": "unfinished", "message": "half done", "hint": "", "where": ""}
    assert Result(Changes(), NO_AGENTS, {}, 0.1).exit_code == 0


def test_a_meter_tells_the_rest_at_the_pace_so_far_and_grows_when_guessed_too_low() -> None:
    now = [100.0]
    meter = Meter("stack", 8, lambda: now[0])
    now[0] = 110.0
    for _ in range(4):
        meter.step()
    assert meter.eta is None, "too early to tell"

    meter.step()
    assert meter.eta == pytest.approx(6.0)

    for _ in range(4):
        meter.step()
    assert (meter.done, meter.total) == (9, 9)
    assert meter.eta == pytest.approx(0.0)


def test_a_short_stage_tells_its_rest_too() -> None:
    now = [0.0]
    meter = Meter("agents", 2, lambda: now[0])
    now[0] = 3.0
    meter.step()
    assert meter.eta is None, "too early to tell"

    meter.step()
    assert meter.eta == pytest.approx(0.0)


def steps(action: str, token: str, number: int) -> list[Step]:
    return [Step(action, token, f"n{n}", f"urn{n}") for n in range(number)]  # type: ignore[arg-type]


def test_aws_needs_no_time_for_nothing_and_two_calls_a_second_after_the_burst() -> None:
    queue = "aws:connect/queue:Queue"
    assert estimate.aws_seconds(steps("same", queue, 50), 0) == 0
    assert estimate.aws_seconds(steps("create", queue, 205), 0) == pytest.approx(101.0)
    assert estimate.aws_seconds([], 1005) == pytest.approx(501.0)


def test_an_instance_and_a_number_add_their_waiting_time() -> None:
    alone = estimate.aws_seconds(steps("create", "aws:connect/instance:Instance", 1), 0)
    assert alone >= estimate.INSTANCE


def test_the_nearest_folder_upwards_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "center.yaml").write_text("")
    inner = tmp_path / "flows" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert center_folder(None) == tmp_path
    assert center_folder(inner) == inner


def test_a_folder_that_is_not_there_is_refused_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        center_folder(tmp_path / "nope")
    assert "ccdeploy init" in refused.value.hint


def test_the_hidden_folder_keeps_itself_out_of_git(tmp_path: Path) -> None:
    hidden_folder(tmp_path)
    assert (tmp_path / ".ccdeploy" / ".gitignore").read_text() == "*\n"


def test_the_embedded_engine_on_an_account_is_refused_and_names_the_way_that_works() -> None:
    with pytest.raises(Refused) as refused:
        check_target(Settings(target="aws", engine="embedded"), "up")
    assert "ccdeploy up --target sandbox" in refused.value.hint


@pytest.mark.skipif(find() is not None, reason="the Pulumi CLI is here")
@pytest.mark.parametrize("settings", [Settings(target="aws"), Settings(engine="pulumi")])
def test_without_the_pulumi_cli_the_refusal_says_how_to_get_it(settings: Settings) -> None:
    with pytest.raises(Refused) as refused:
        check_target(settings, "up")
    assert "make pulumi" in refused.value.hint


def test_the_sandbox_with_the_embedded_engine_is_not_refused() -> None:
    check_target(Settings(), "up")


def test_the_first_signal_asks_and_the_second_one_stops() -> None:
    before = signal.getsignal(signal.SIGINT)  # ignored where the tests run in the background of a shell
    told: list[str] = []
    with stoppable() as stop:
        stop.when_asked(lambda: told.append("told"))
        assert not stop.asked

        os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked
        deadline = time.monotonic() + 5
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
        assert told == ["told"]

        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
