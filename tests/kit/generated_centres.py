"""Centres made from a seed, and edits of them: what an operator might write, never what the examples say.

A draft is plain data, written as JSON, which is YAML. `draft(seed)` draws a whole centre; seed 0 has everything at
once. An edit of `EDITS` changes a draft and says what it did, or says nothing where it does not apply.
"""

from __future__ import annotations

import json
import random
import struct
import wave
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REGIONS = {"eu-central-1": ("Europe/Paris", "FR"), "us-east-1": ("America/New_York", "US"), "eu-west-2": ("UTC", "GB")}
LANGUAGES = {"en": ("en-GB", "Amy"), "fr": ("fr-FR", "Lea"), "de": ("de-DE", "Vicki")}
WORDS = ("alpha", "bravo", "delta", "echo", "golf", "hotel", "kilo", "lima", "oscar", "romeo", "sierra", "tango")


@dataclass
class Draft:
    """A centre and its flows, as they would be written."""

    center: dict[str, Any]
    flows: dict[str, dict[str, Any]]
    sounds: tuple[str, ...] = ()
    made: int = field(default=0)  # how many names were given

    def write(self, folder: Path) -> None:
        """Put it into `folder`, in the place of what is there."""
        (folder / "flows").mkdir(parents=True, exist_ok=True)
        for old in (folder / "flows").iterdir():
            old.unlink()
        (folder / "center.yaml").write_text(json.dumps(self.center, indent=1), encoding="utf-8")
        for name, flow in self.flows.items():
            (folder / "flows" / f"{name}.yaml").write_text(json.dumps(flow, indent=1), encoding="utf-8")
        for name in self.sounds:
            (folder / "prompts").mkdir(exist_ok=True)
            with wave.open(str(folder / "prompts" / name), "wb") as sound:
                sound.setparams((1, 2, 8000, 0, "NONE", ""))
                sound.writeframes(struct.pack("<800h", *(n % 50 for n in range(800))))

    def copy(self) -> Draft:
        """Another one of the same content."""
        return deepcopy(self)

    def name(self, rng: random.Random) -> str:
        """A key that was never used."""
        self.made += 1
        return f"{rng.choice(WORDS)}-{self.made}"

    @property
    def languages(self) -> list[str]:
        """The keys of the languages."""
        return list(self.center["languages"])

    def text(self, words: str) -> Any:
        """`words` in every language."""
        found = self.languages
        return words if len(found) == 1 else {key: f"{words} ({key})" for key in found}


def draft(seed: int, rich: float = 0.5) -> Draft:
    """The centre of `seed`; `rich` is the share of what a centre can have that it has."""
    rng, everything = random.Random(seed), seed == 0
    region = rng.choice(list(REGIONS))
    zone, country = REGIONS[region]
    spoken = rng.sample(list(LANGUAGES), 3 if everything else rng.choice((1, 1, 2, 3)))

    def maybe() -> bool:
        return everything or rng.random() < rich

    center: dict[str, Any] = {
        "center": f"made-{seed}",
        "region": region,
        "time_zone": zone,
        "languages": {key: {"code": LANGUAGES[key][0], "voice": LANGUAGES[key][1]} for key in spoken},
        "instance": {"alias": f"made-line-{seed}", "protect": False, "features": {"barge": maybe()}},
    }
    made = Draft(center, {})
    if maybe():
        center["tags"] = {"owner": rng.choice(WORDS)}
    if maybe():
        center["data"] = {
            "reports": "30d",
            "contact_records": f"arn:aws:kinesis:{region}:123456789012:stream/records",
            "agent_events": f"arn:aws:kinesis:{region}:123456789012:stream/agents",
        }
    if maybe():
        encrypted = everything or rng.random() < 0.7
        center["recording"] = {
            "calls": ["agent"],
            "retention": "30d",
            "encrypted": encrypted,
            "notice": made.text("Noted."),
        }
    if maybe():
        center["lambdas"] = {"lookup": f"arn:aws:lambda:{region}:123456789012:function:lookup"}
    if maybe():
        center["prompts"], made.sounds = {"music": "prompts/music.wav"}, ("music.wav",)
    if maybe():
        center["skills"] = {"product": rng.sample(WORDS, 2)}
    center["hours_of_operation"] = {"day": {"mon-fri": "08:00-18:00"}}
    for _ in range(rng.randint(0, 2)):
        center["hours_of_operation"][made.name(rng)] = _hours(rng)
    if maybe():
        center["hours_of_operation"]["day"]["overrides"] = [{"name": "Works", "date": "2027-03-01", "closed": True}]
    center["queues"] = {"front": {"hours": "day"}}
    for _ in range(rng.randint(1, 3)):
        center["queues"][made.name(rng)] = _queue(made, rng, everything)
    center["agent_statuses"] = rng.sample(("Break", "Training", "Lunch"), rng.randint(0, 3) or int(everything))
    center["routing_profiles"] = {made.name(rng): _profile(made, rng) for _ in range(rng.randint(1, 2))}
    center["security_profiles"] = {made.name(rng): {"base": rng.choice(("agent", "supervisor", "duty"))}}
    if maybe():
        center["hierarchy"] = {"levels": ["Site", "Team"], "groups": {"North": ["Day", "Night"], "South": None}}
    center["phone_numbers"] = {"main": {"country": country, "flow": "welcome", "keep": False}}
    if everything:
        codes = {"FR": ["+331", "+33"], "US": ["+1212", "+1"], "GB": ["+4420", "+44"]}
        center["phone_numbers"]["main"]["candidates"] = codes[country]
        center["approved_origins"] = ["https://desk.example.org"]
        center["security_profiles"]["own-people"] = {"base": "supervisor", "scope": "hierarchy"}
    if maybe():
        more = {"country": country, "type": "toll_free", "flow": "welcome", "keep": False, "sets": {"line": "free"}}
        center["phone_numbers"]["free"] = more
    center["quick_connects"] = {"desk": {"phone": "+33199001500"}}
    if maybe():
        center["quick_connects"]["to-front"] = {"queue": "front"}
        center["quick_connects"]["survey"] = {"flow": "over"}
    if maybe():
        center["queues"]["front"] |= {"caller_id": "main", "caller_name": "Front"}
    made.flows = _flows(made, rng, maybe)
    return made


def _hours(rng: random.Random) -> Any:
    return rng.choice(("24x7", {"daily": "07:30-21:00"}, {"mon-sat": ["08:00-12:00", "13:00-17:00"], "sun": "closed"}))


def _queue(made: Draft, rng: random.Random, everything: bool) -> dict[str, Any]:
    queue: dict[str, Any] = {"hours": rng.choice(list(made.center["hours_of_operation"]))}
    if everything or rng.random() < 0.4:
        queue["max_contacts"] = rng.randint(1, 4)
    if rng.random() < 0.3:
        queue["description"] = f"For {rng.choice(WORDS)}"
    if len(made.languages) > 1 and (everything or rng.random() < 0.4):
        queue["languages"] = made.languages[:2]
    return queue


def _profile(made: Draft, rng: random.Random) -> dict[str, Any]:
    return {"queues": rng.sample(list(made.center["queues"]), rng.randint(1, len(made.center["queues"])))}


def _flows(made: Draft, rng: random.Random, maybe: Callable[[], bool]) -> dict[str, dict[str, Any]]:
    say = {"say": made.text(f"Hello {rng.choice(WORDS)}. In an emergency call 112.")}
    steps: dict[str, Any] = {"hello": say}
    if maybe():
        steps["opening"] = {"check_hours": "day", "closed": "bye"}
    if "lambdas" in made.center:
        steps["look"] = {"lambda": "lookup", "failed": "wait"}
    if "recording" in made.center:
        steps["noted"] = {"notice": "recording"}
    flows: dict[str, dict[str, Any]] = {}
    if maybe():
        steps["who"] = {"module": "who"}
        done: dict[str, Any] = {"ask": {"say": made.text("One moment.")}, "done": {"return": "Success"}}
        flows["who"] = {"flow": "who", "type": "module", "steps": done}
    if "prompts" in made.center:
        steps["jingle"] = {"say": {"prompt": "music"}}
    steps |= {"wait": {"queue": "front", "full": "again"}, "again": {"flow": "loop"}}
    if "opening" in steps:
        steps["bye"] = {"hang_up": True}
    flows["welcome"] = {"flow": "welcome", "type": "inbound", "steps": steps}
    # Two flows that lead to each other.
    flows["loop"] = {
        "flow": "loop",
        "type": "inbound",
        "steps": {"busy": {"say": made.text("All lines are busy.")}, "back": {"flow": "welcome"}},
    }
    flows["over"] = {
        "flow": "over",
        "type": "queue_transfer",
        "steps": {"go": {"queue": "current", "full": "end"}, "end": {"hang_up": True}},
    }
    return flows


# ---------------------------------------------------------------- edits

Edit = Callable[[Draft, random.Random], str]


def add_queue(draft: Draft, rng: random.Random) -> str:
    """A new queue that a profile serves."""
    key = draft.name(rng)
    draft.center["queues"][key] = _queue(draft, rng, everything=False)
    profile = rng.choice(list(draft.center["routing_profiles"].values()))
    profile["queues"] = [*profile["queues"], key]
    return f"added queue {key}"


def drop_queue(draft: Draft, rng: random.Random) -> str:
    """A queue goes, and every profile and quick connect forgets it."""
    gone = _one(rng, (key for key in draft.center["queues"] if key != "front"))
    if not gone:
        return ""
    del draft.center["queues"][gone]
    for profile in draft.center["routing_profiles"].values():
        profile["queues"] = [key for key in profile["queues"] if key != gone] or ["front"]
    for key in [key for key, quick in draft.center["quick_connects"].items() if quick.get("queue") == gone]:
        _forget_quick_connect(draft, key)
    return f"dropped queue {gone}"


def rename_queue(draft: Draft, rng: random.Random) -> str:
    """A queue gets another key, and says which one it had."""
    old = _one(rng, (key for key in draft.center["queues"] if key != "front"))
    if not old:
        return ""
    new = _renamed(draft, rng, "queues", old)
    for profile in draft.center["routing_profiles"].values():
        profile["queues"] = [new if key == old else key for key in profile["queues"]]
    for quick in draft.center["quick_connects"].values():
        if quick.get("queue") == old:
            quick["queue"] = new
    return f"renamed queue {old} to {new}"


def rename_people(draft: Draft, rng: random.Random) -> str:
    """A routing profile or a security profile gets another key."""
    kind = rng.choice(("routing_profiles", "security_profiles"))
    old = rng.choice(list(draft.center[kind]))
    return f"renamed {old} of {kind} to {_renamed(draft, rng, kind, old)}"


def rename_hours(draft: Draft, rng: random.Random) -> str:
    """Hours get another key."""
    old = _one(rng, (key for key in draft.center["hours_of_operation"] if key != "day"))
    if not old:
        return ""
    hours = draft.center["hours_of_operation"]
    hours[old] = hours[old] if isinstance(hours[old], dict) else {"daily": "06:00-22:00"}
    new = _renamed(draft, rng, "hours_of_operation", old)
    for queue in draft.center["queues"].values():
        if queue["hours"] == old:
            queue["hours"] = new
    return f"renamed hours {old} to {new}"


def rename_flow(draft: Draft, rng: random.Random) -> str:
    """A flow of a circle gets another key; what leads to it follows."""
    old = _one(rng, (key for key in draft.flows if key not in {"welcome", "loop", "over", "who"}))
    if not old:
        return ""
    new = draft.name(rng)
    draft.flows = {new if key == old else key: flow for key, flow in draft.flows.items()}
    draft.flows[new] |= {"flow": new, "was": old}
    for flow in draft.flows.values():
        for step in flow["steps"].values():
            if step.get("flow") == old:
                step["flow"] = new
    return f"renamed flow {old} to {new}"


def forget_names(draft: Draft, rng: random.Random) -> str:
    """What was renamed no longer says so."""
    things = [thing for kind in draft.center.values() if isinstance(kind, dict) for thing in kind.values()]
    found = [thing for thing in (*things, *draft.flows.values()) if isinstance(thing, dict) and "was" in thing]
    for thing in found:
        del thing["was"]
    return "forgot former names" if found else ""


def cross_queues(draft: Draft, rng: random.Random) -> str:
    """Agents of two queues transfer to each other: each queue shows the quick connect that leads to the other."""
    queues = draft.center["queues"]
    other = _one(rng, (key for key in queues if key != "front"))
    if not other:
        return ""
    there, back = draft.name(rng), draft.name(rng)
    draft.center["quick_connects"] |= {there: {"queue": other}, back: {"queue": "front"}}
    queues["front"]["quick_connects"], queues[other]["quick_connects"] = [there], [back]
    return f"front and {other} lead to each other"


def uncross_queues(draft: Draft, rng: random.Random) -> str:
    """One of the quick connects that a queue shows by name goes."""
    shown = (key for queue in draft.center["queues"].values() for key in queue.get("quick_connects", ()))
    gone = _one(rng, shown)
    if gone:
        _forget_quick_connect(draft, gone)
    return f"dropped quick connect {gone}" if gone else ""


def change_profiles(draft: Draft, rng: random.Random) -> str:
    """A routing profile comes, or one of several goes."""
    profiles = draft.center["routing_profiles"]
    if len(profiles) > 1 and rng.random() < 0.5:
        gone = rng.choice(list(profiles))
        del profiles[gone]
        return f"dropped profile {gone}"
    key = draft.name(rng)
    profiles[key] = _profile(draft, rng)
    return f"added profile {key}"


def change_tags(draft: Draft, rng: random.Random) -> str:
    """Everything that can be tagged gets another owner."""
    draft.center["tags"] = {"owner": draft.name(rng)}
    return f"everything belongs to {draft.center['tags']['owner']}"


def _one(rng: random.Random, keys: Iterable[str]) -> str:
    found = list(dict.fromkeys(keys))
    return rng.choice(found) if found else ""


def _renamed(draft: Draft, rng: random.Random, kind: str, old: str) -> str:
    new = draft.name(rng)
    things = {new if key == old else key: thing for key, thing in draft.center[kind].items()}
    things[new] = {**things[new], "was": old}
    draft.center[kind] = things
    return new


def _forget_quick_connect(draft: Draft, gone: str) -> None:
    del draft.center["quick_connects"][gone]
    for queue in draft.center["queues"].values():
        shown = [key for key in queue.pop("quick_connects", ()) if key != gone]
        if shown:
            queue["quick_connects"] = shown


def replace_profile(draft: Draft, rng: random.Random) -> str:
    """A security profile gets another title, which Connect cannot change: it is replaced."""
    profile = rng.choice(list(draft.center["security_profiles"].values()))
    profile["title"] = f"Rights {draft.name(rng)}"
    return f"security profile is now {profile['title']}"


def replace_number(draft: Draft, rng: random.Random) -> str:
    """A number changes its type: another one is claimed."""
    number = draft.center["phone_numbers"].get("free")
    if number is None:
        return ""
    number["type"] = "did" if number["type"] == "toll_free" else "toll_free"
    return f"number free is {number['type']}"


def change_hours(draft: Draft, rng: random.Random) -> str:
    """Other hours, and an override more or less."""
    day = draft.center["hours_of_operation"]["day"]
    day["mon-fri"] = f"0{rng.randint(6, 9)}:00-1{rng.randint(5, 9)}:30"
    if day.pop("overrides", None) is None:
        day["overrides"] = [{"name": draft.name(rng), "date": "2027-04-05", "hours": "10:00-12:00"}]
    return f"hours are {day['mon-fri']}"


def change_words(draft: Draft, rng: random.Random) -> str:
    """One sentence of a flow."""
    words = f"Hello {draft.name(rng)}. In an emergency call 112."
    draft.flows["welcome"]["steps"]["hello"] = {"say": draft.text(words)}
    return "other words"


def add_ring(draft: Draft, rng: random.Random) -> str:
    """Two more flows in a circle with the first."""
    one, other = draft.name(rng), draft.name(rng)
    for name, to in ((one, other), (other, "loop")):
        steps = {"say": {"say": draft.text("Please hold.")}, "on": {"flow": to}}
        draft.flows[name] = {"flow": name, "type": "inbound", "steps": steps}
    draft.flows["welcome"]["steps"]["again"] = {"flow": one}
    return f"added flows {one} and {other}"


def drop_ring(draft: Draft, rng: random.Random) -> str:
    """The circle closes without them again."""
    extra = set(draft.flows) - {"welcome", "loop", "over", "who"}
    if not extra:
        return ""
    draft.flows["welcome"]["steps"]["again"] = {"flow": "loop"}
    for name in extra:
        del draft.flows[name]
    return "dropped the added flows"


def swap_quick_connect(draft: Draft, rng: random.Random) -> str:
    """A destination leads elsewhere."""
    draft.center["quick_connects"]["desk"] = {"phone": f"+3319900{rng.randint(1000, 9999)}"}
    return "desk has another number"


def more_people(draft: Draft, rng: random.Random) -> str:
    """A hierarchy group, a status and a skill value come."""
    groups = draft.center.setdefault("hierarchy", {"levels": ["Site", "Team"], "groups": {}})["groups"]
    groups[draft.name(rng)] = None
    skills = draft.center.setdefault("skills", {"product": []})
    skills["product"] = [*skills["product"], draft.name(rng)]
    return "more groups and skills"


EDITS: tuple[Edit, ...] = (
    add_queue,
    drop_queue,
    rename_queue,
    replace_profile,
    replace_number,
    change_hours,
    change_words,
    add_ring,
    drop_ring,
    swap_quick_connect,
    more_people,
    rename_people,
    rename_hours,
    rename_flow,
    forget_names,
    cross_queues,
    uncross_queues,
    change_profiles,
    change_tags,
)


# ---------------------------------------------------------------- edits of names


def swap_titles(draft: Draft, rng: random.Random) -> str:
    """Two things of every kind that has two take each other's title."""
    said = []
    for group in ("queues", "hours_of_operation", "routing_profiles", "security_profiles", "quick_connects"):
        entries = draft.center[group]
        for key, entry in entries.items():
            if entry == "24x7":
                entries[key] = {"daily": "00:00-24:00"}
        if len(entries) > 1:
            one, other = rng.sample(list(entries), 2)
            titles = entries[one].get("title", one), entries[other].get("title", other)
            entries[one]["title"], entries[other]["title"] = titles[1], titles[0]
            said.append(f"{one} and {other}")
    one, other = rng.sample([name for name in draft.flows if name != "who"], 2)
    titles = draft.flows[one].get("title", one), draft.flows[other].get("title", other)
    draft.flows[one]["title"], draft.flows[other]["title"] = titles[1], titles[0]
    return f"swapped titles of {', '.join(said)}, {one} and {other}"


def take_title_over(draft: Draft, rng: random.Random) -> str:
    """A queue goes and a new one bears its title; a quick connect is another kind of thing now, as it was called."""
    desk = draft.center["quick_connects"]["desk"]
    to_flow = "phone" in desk
    desk.pop("phone", None), desk.pop("flow", None)
    desk |= {"flow": "over"} if to_flow else {"phone": "+33199001507"}
    gone = rng.choice([key for key in draft.center["queues"] if key != "front"] or [""])
    if gone:
        key = draft.name(rng)
        entry = draft.center["queues"].pop(gone)
        draft.center["queues"][key] = {**entry, "title": entry.get("title", gone)}
        for profile in draft.center["routing_profiles"].values():
            profile["queues"] = [key if queue == gone else queue for queue in profile["queues"]]
    return f"{gone or 'nothing'} gives its title to another queue; desk leads to {'a flow' if to_flow else 'a number'}"


def turn_flow(draft: Draft, rng: random.Random) -> str:
    """A flow must be replaced, as it was called."""
    flow = draft.flows.get("turned")
    kinds = ("inbound", "queue_transfer")
    kind = kinds[1] if flow is not None and flow["type"] == kinds[0] else kinds[0]
    go = {"go": {"queue": "front" if kind == kinds[0] else "current", "full": "end"}, "end": {"hang_up": True}}
    steps = {"hello": {"say": draft.text("In an emergency call 112.")}, **go} if kind == kinds[0] else go
    title = (flow or {}).get("title", "turned")
    draft.flows["turned"] = {"flow": "turned", "type": kind, "title": title, "steps": steps}
    return f"turned is {kind}"


NAME_EDITS: tuple[Edit, ...] = (swap_titles, take_title_over, turn_flow)
