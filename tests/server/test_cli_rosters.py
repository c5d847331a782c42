"""The supervisors' side from the outside: reports, exports, people who leave, a run taken back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import boto3
import openpyxl
import pyrage


def table(path: Path, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig")), delimiter=delimiter))


def test_a_check_writes_a_report_that_a_supervisor_can_open(small: Any) -> None:
    (roster,) = (small.folder / "rosters").iterdir()
    roster.write_text(roster.read_text().replace("helper,helper-rights", "helpr,helper-rights"))
    for kind in ("xlsx", "csv", "html"):
        ran = small("roster", "check", "--report", f"report.{kind}", code=1)
        assert 'did you mean "helper"' in ran.out
        assert (small.folder / f"report.{kind}").stat().st_mode & 0o077 == 0
    sheet: Any = openpyxl.load_workbook(small.folder / "report.xlsx").active
    assert 'Did you mean "helper"?' in sheet["A2"].value
    assert table(small.folder / "report.csv")[1][1] == "routing_profile"
    assert "already" in small("roster", "check", "--report", "report.csv", code=1).err
    assert ".xlsx" in small("roster", "check", "--report", "report.pdf", code=1).err


def test_a_refused_plan_still_says_in_its_report_who_would_go(small: Any) -> None:
    small("up", "-q")
    (roster,) = (small.folder / "rosters").iterdir()
    roster.write_text(roster.read_text().splitlines()[0] + "\n")
    assert "--allow-suspend 2" in small("roster", "plan", "--report", "plan.html", code=1).err
    page = (small.folder / "plan.html").read_text()
    assert "ada.hill" in page
    assert "Refused: " in page


CENTRE = """\
skills: {product: [fibre, tv]}
languages:
  fr: {code: fr-FR, voice: Lea}
  en: {code: en-GB, voice: Amy}
hierarchy: {levels: [Site], groups: {Paris: , Lyon: }}
queues:
  front: {hours: day, languages: [fr, en]}
routing_profiles:
  helper: {queues: [front], languages: [[fr], [fr, en]]}
"""
PEOPLE = """\
username,email,first_name,last_name,routing_profile,languages,security_profiles,hierarchy_group,phone_type,desk_phone,skills,tags
ada.hill,ada@example.org,Ada,Hill,helper,fr|en,helper-rights,Paris,,,product=fibre:4|product=tv:2,shift=day
ben.moss,ben@example.org,Bén,Moss,helper,fr,helper-rights,,desk,01 99 00 12 34,,
"""


def test_what_stands_is_exported_and_reads_back_as_the_same_people(small: Any) -> None:
    center = small.folder / "center.yaml"
    kept = [
        line for line in center.read_text().splitlines() if not line.startswith(("language:", "queues:", "  front:"))
    ]
    kept = [line for line in kept if not line.startswith(("routing_profiles:", "  helper:"))]
    center.write_text("\n".join([*kept, CENTRE]))
    (small.folder / "flows" / "welcome.yaml").write_text(
        'flow: welcome\ntype: inbound\nsteps:\n  hello: {say: {fr: "Bonjour", en: "Hello"}}\n'
        "  wait: {queue: front, full: bye}\n  bye: {hang_up: true}\n"
    )
    roster = small.folder / "rosters" / "helpers.csv"
    roster.write_text(PEOPLE)
    small("up", "-q")
    for name, more in (("out.csv", []), ("semi.csv", ["--semicolons"]), ("out.xlsx", [])):
        done = small("roster", "export", name, *more, "--json").json
        assert (done["files"], done["people"]) == ([name], 2)
        roster.write_bytes((small.folder / name).read_bytes())  # whatever the name says: the content decides
        assert [(s["action"], s["why"]) for s in small("roster", "plan", "--json").json["steps"]] == [("same", [])] * 2
    rows = {row[0]: row for row in table(small.folder / "out.csv")}
    assert rows["ada.hill"][4:8] == ["helper-fr-en", "fr|en", "helper-rights", "Paris"]
    assert rows["ada.hill"][15:] == ["product=fibre:4|product=tv:2", "shift=day"]
    assert rows["ben.moss"][11:13] == ["desk", "+33 1 99 00 12 34"]  # a spreadsheet takes digits alone for a count
    assert "already" in small("roster", "export", "out.csv", code=1).err

    center.write_text(center.read_text().replace("[fibre, tv]", "[tv]"))
    roster.write_text(PEOPLE.replace("product=fibre:4|product=tv:2", "product=tv:5"))
    assert small("up", "--json").result["agents"]["update"] == 1
    assert {action for action, n in small("up", "--json").result["changes"].items() if n} == {"same"}


def test_the_console_gets_its_own_template_and_people_made_by_hand_only_when_asked(small: Any) -> None:
    endpoint = json.loads(small("sandbox", "start", "--json").out)["endpoint"]
    small("up", "-q")
    connect = boto3.client(
        "connect",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    instance = connect.list_instances()["InstanceSummaryList"][0]["Id"]
    profile = connect.list_routing_profiles(InstanceId=instance)["RoutingProfileSummaryList"][0]["Id"]
    security = connect.list_security_profiles(InstanceId=instance)["SecurityProfileSummaryList"][0]["Id"]
    connect.create_user(
        InstanceId=instance,
        Username="by.hand",
        Password="Canary12345",
        IdentityInfo={"FirstName": "By", "LastName": "Hand", "Email": "by@example.org"},
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        RoutingProfileId=profile,
        SecurityProfileIds=[security],
    )
    ran = small("roster", "export", "console.csv", "--form", "managed")
    assert "1 people who were made by hand are left out" in ran.err
    rows = table(small.folder / "console.csv")
    assert rows[0][:5] == ["first name", "last name", "email address", "password", "user login"]
    assert [row[3:5] for row in rows[1:]] == [["", "ada.hill"], ["", "ben.moss"]]
    small("roster", "export", "all.csv", "--everybody", "--quick")
    assert [row[0] for row in table(small.folder / "all.csv")[1:]] == ["ada.hill", "ben.moss", "by.hand"]
    seen = len(small.history())
    small("roster", "export", "quick.csv", "--quick")
    assert [r["operation"] for r in small.history()[seen:] if r["service"] == "connect"].count("DescribeUser") == 0


def test_people_leave_by_name_or_with_their_roster_and_the_run_is_taken_back(small: Any) -> None:
    small("up", "-q")
    assert "Nobody was named" in small("roster", "offboard", code=1).err
    assert "not made by this stack" in small("roster", "offboard", "--user", "nobody", code=1).err
    gone = small("roster", "offboard", "--user", "ada.hill", "--json").result
    assert gone["agents"]["suspend"] == 1
    back = small("roster", "undo", "--json")
    assert back.result["agents"]["update"] == 1
    assert any("put the old files back" in line.get("text", "") for line in back.lines)
    assert "Nothing to do" in small("roster", "plan").out

    refused = small("roster", "offboard", "rosters/helpers.csv", code=1)
    assert "--allow-suspend 2" in refused.err
    done = small("roster", "offboard", "rosters/helpers.csv", "--delete", "--allow-suspend", "2", "--json").result
    assert done["agents"]["remove"] == 2
    assert small("status", "--json").json["agents"]["total"] == 0


def test_new_passwords_are_on_a_sealed_sheet_and_nowhere_else(small: Any) -> None:
    key = pyrage.x25519.Identity.generate()
    small("up", "-q", "--no-rosters")
    assert "no age or SSH" in small("roster", "apply", "--sealed", "age1nonsense", code=1).err
    ran = small("roster", "apply", "--sealed", str(key.to_public()))
    assert "sheet-0001.csv.age" in ran.err
    sheet = small.folder / ".ccdeploy" / "sheets" / "sheet-0001.csv.age"
    rows = list(csv.reader(io.StringIO(pyrage.decrypt(sheet.read_bytes(), [key]).decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows] == ["username", "ada.hill", "ben.moss"]
    kept = b"".join(path.read_bytes() for path in small.folder.rglob("*") if path.is_file())
    assert not any(row[1].encode() in kept or row[1] in ran.out + ran.err for row in rows[1:])
    small("roster", "apply", "--sealed", str(key.to_public()))
    assert [path.name for path in sheet.parent.iterdir()] == [sheet.name]


def test_without_a_run_there_is_nothing_to_take_back(small: Any) -> None:
    assert "ccdeploy up" in small("roster", "undo", code=1).err
    small("up", "-q", "--no-rosters")
    assert "no run to take back" in small("roster", "undo", code=1).err
