"""Languages, phone numbers, prompts and the texts about recording and safety."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from .. import nodes, phone, regions, voices, wave
from ..grammar.shapes import Reading, Values
from ..model import (
    Attribute,
    Data,
    Features,
    Instance,
    Language,
    PhoneNumber,
    Prompt,
    PromptAsset,
    Recording,
    Safety,
    Switch,
)
from ..problems import Problems, Where
from ..suggest import did_you_mean
from .entries import entry_of


def build_languages(values: Values, problems: Problems) -> dict[str, Language]:
    """The centre's languages by key, the main one first; English where nothing is said."""
    read = values.get("languages")
    if isinstance(read, Values) and read:
        for word in ("language", "voice"):
            if word in values.wheres:
                problems.error(
                    values.at(word),
                    "two-ways",
                    f'"{word}" cannot stand beside "languages"',
                    "name it under `languages:`",
                )
        return {key: _language(key, entry, problems) for key, entry in read.items()}
    code = values.get("language", "en-US")
    one = Values(values.at("language"))
    one["code"] = code
    one.wheres["code"] = values.at("language")
    if "voice" in values:
        one["voice"] = values["voice"]
        one.wheres["voice"] = values.at("voice")
    key = code.split("-")[0]
    return {key: _language(key, one, problems)}


def _language(key: str, values: Values, problems: Problems) -> Language:
    code = values.get("code", "en-US")
    voice, engine = values.get("voice"), values.get("engine")
    voices.check_code(code, values.at("code"), problems)
    if voice == "none":
        return Language(key, code, None, engine)
    if voice is not None:
        if "code" in values:  # a missing one is told by itself
            voices.check(voice, code, values.at("voice"), problems, engine)
        return Language(key, code, voice, engine)
    found = voices.default(code)
    if found is None and "code" in values:
        problems.error(
            values.at("code"), "missing-key", f"no voice is known for {code}", "name one: `voice: …`, or `voice: none`"
        )
    return Language(key, code, found, engine)


def build_instance(values: Values | None, where: Where) -> Instance:
    """The instance with its defaults."""
    read = values if values is not None else Values(where)
    return Instance(
        alias=read.get("alias", ""),
        identity=read.get("identity", "connect"),
        directory_id=read.get("directory_id"),
        adopt=read.get("adopt"),
        inbound=read.get("inbound", True),
        outbound=read.get("outbound", True),
        protect=read.get("protect", True),
        features=Features(**read.get("features", {})),
        where=read.at("alias"),
    )


def build_recording(values: Values | None, problems: Problems) -> Recording:
    """What is recorded."""
    read = values if values is not None else Values()
    calls = tuple(dict.fromkeys(read.get("calls", ())))
    if calls and "retention" not in read.wheres:
        problems.error(read.at("calls"), "missing-key", "recordings need a retention", "for example `retention: 90d`")
    if not calls:
        for key in ("retention", "notice", "refuse"):
            if key in read.wheres:
                problems.warning(read.at(key), "no-effect", f'"{key}" does nothing: `calls` names nobody')
    if "refuse" in read and "notice" not in read.wheres:
        problems.error(
            read.at("refuse"), "missing-key", "a key to refuse needs a notice that names it", "write `notice:`"
        )
    return Recording(
        calls, read.get("retention", 0), read.get("encrypted", True), read.get("notice"), read.get("refuse")
    )


def build_data(values: Values | None) -> Data:
    """Where logs and reports go."""
    read = values if values is not None else Values()
    return Data(
        read.get("logs", 30),
        read.get("reports"),
        read.get("transcripts"),
        read.get("contact_records"),
        read.get("agent_events"),
    )


def build_safety(values: Values | None, external: Mapping[str, str], problems: Problems) -> Safety | None:
    """The line's promises, None when the file makes none."""
    if values is None:
        return None
    fallback = values.get("fallback", Values())
    number = fallback.get("number")
    if isinstance(fallback, Values) and "fallback" in values and not fallback.wheres:
        problems.error(values.at("fallback"), "missing-key", "the fallback names nothing", "write queue: or number:")
    waived = values.get("waive", Values())
    for rule, reason in waived.items():
        if len(reason.strip()) < 3:
            problems.error(waived.at(rule), "bad-value", f"waiving {rule} needs a reason in words")
    return Safety(
        tuple(dict.fromkeys(values.get("emergency_numbers", ()))),
        values.get("longest_wait", 900),
        fallback.get("queue"),
        external.get(number, number) if number else None,
        dict(values.get("waive", {})),
    )


def build_numbers(read: Values) -> dict[str, PhoneNumber]:
    """The phone numbers by key."""
    return {
        key: PhoneNumber(
            **entry_of(key, values, values.where),
            country=values.get("country", ""),
            type=values.get("type", "did"),
            prefix=values.get("prefix"),
            candidates=tuple(dict.fromkeys(values.get("candidates", ()))),
            number=values.get("number"),
            flow=values.get("flow", ""),
            language=values.get("language"),
            sets=dict(values.get("sets", {})),
            keep=values.get("keep", True),
            published_as=values.get("published_as"),
        )
        for key, values in read.items()
    }


def build_prompts(read: Values, languages: tuple[str, ...] | None, problems: Problems) -> dict[str, Prompt]:
    """The prompts by key. Files are not opened here."""
    made: dict[str, Prompt] = {}
    for key, value in read.items():
        where = read.at(key)
        assets: list[PromptAsset] = []
        if isinstance(value, str):
            assets.append(PromptAsset(key, None, value))
        else:
            assert isinstance(value, nodes.Mapping)
            for language, child in value:
                if languages is not None and language not in languages:
                    hint = did_you_mean(language, languages)
                    problems.error(value.where_of(language), "unknown-language", f'unknown language "{language}"', hint)
                elif not isinstance(child, nodes.Scalar) or child.is_null:
                    problems.error(child.where, "wrong-type", "a file is expected here")
                else:
                    assets.append(PromptAsset(f"{key}-{language}", language, child.text))
        made[key] = Prompt(key, key, where=where, assets=tuple(assets))
    return made


def check_prompt_files(prompts: dict[str, Prompt], folder: Path, problems: Problems) -> None:
    """Record sound files that are missing, stand outside the folder or cannot become a prompt."""
    for prompt in prompts.values():
        for asset in prompt.assets:
            path = PurePosixPath(asset.path)
            if path.is_absolute() or ".." in path.parts:
                problems.error(
                    prompt.where,
                    "outside-folder",
                    f"{asset.path} is outside the centre's folder",
                    "copy it to prompts/",
                )
            else:
                wave.check(folder / path, asset.path, prompt.where, problems)


def build_switches(read: Values, external: Mapping[str, str], problems: Problems) -> dict[str, Switch]:
    """The crisis switches by key."""
    made: dict[str, Switch] = {}
    for key, values in read.items():
        said = values.wheres
        if "say" not in said and "transfer" not in said:
            problems.error(values.where, "missing-key", f'switch "{key}" does nothing', "write say: or transfer:")
            continue
        if "transfer" in said and "then" in said:
            message = f'switch "{key}" says both `transfer` and `then`: after the transfer the call ends'
            problems.error(values.at("then"), "contradiction", message, "leave one of them out")
        elif "transfer" not in said and "then" not in said:
            message = f'switch "{key}" does not say what comes after its words'
            problems.error(values.where, "missing-key", message, "write then: hang_up or then: continue")
        if any(word not in values for word in said):
            continue  # what is wrong with its words or number is told there
        number = values.get("transfer")
        made[key] = Switch(
            key,
            say=values.get("say"),
            emergency=values.get("emergency", False),
            transfer=external.get(number, number) if number else None,
            hangs_up=values.get("then") == "hang_up",
            where=values.where,
        )
    return made


def build_attributes(read: Values) -> dict[str, Attribute]:
    """The contact attributes that flows may set."""
    return {
        key: Attribute(key, tuple(values.get("values", ())), values.get("personal", False))
        for key, values in read.items()
    }


def check_numbers(values: Values, region: str, reading: Reading) -> None:
    """Rule H08 over the centre's numbers: none is one of ours, each country can be called from the Region."""
    numbers: Values = values.get("phone_numbers", Values())
    _check_choices(numbers, reading.problems)
    published = {n[word] for n in numbers.values() for word in ("published_as", "number") if word in n}
    known = regions.all_regions().get(region)
    allowed = known.callable_countries if known else frozenset()
    for number, where in _called(values):
        if number in published:
            reading.rule("H08", where, f"{number} is published as a number of this centre: the call would come back")
        country = phone.country(number)
        if allowed and country and country not in allowed:
            reading.problems.warning(
                where,
                "H08",
                f"{region} cannot call {country} until a quota case is granted",
                "open the case now: it can take weeks",
            )


def _check_choices(numbers: Values, problems: Problems) -> None:
    """Record numbers that say two ways which one they are, and prefixes and numbers of another country."""
    held: dict[str, str] = {}
    for key, values in numbers.items():
        said = [word for word in ("number", "prefix", "candidates") if word in values]
        if len(said) > 1:
            message = f'"{said[1]}" cannot stand beside "{said[0]}"'
            problems.error(values.at(said[1]), "two-ways", message, f'leave one of them out of "{key}"')
        country = values.get("country", "")
        for prefix in values.get("candidates", ()):
            if country and not phone.fits(prefix, country):
                problems.error(values.at("candidates"), "bad-phone", f"no number of {country} begins with {prefix}")
        number = values.get("number")
        if number is None:
            continue
        if country and phone.country(number) not in (country, None):
            message = f"{number} is a number of {phone.country(number)}, not of {country}"
            problems.error(values.at("number"), "bad-phone", message, f"write country: {phone.country(number)}")
        if number in held:
            problems.error(values.at("number"), "duplicate-name", f'"{held[number]}" is {number} too')
        held.setdefault(number, key)


def _called(values: Values) -> list[tuple[str, Where]]:
    """Every number that the centre calls, with its place."""
    external: Values = values.get("external_numbers", Values())
    found = [(number, external.at(key)) for key, number in external.items()]
    for connect in values.get("quick_connects", {}).values():
        word = connect.get("phone")
        if word and word.startswith("+"):
            found.append((word, connect.at("phone")))
    safety = values.get("safety", Values())
    switches = values.get("switches", {}).values()
    found += [(s["transfer"], s.at("transfer")) for s in switches if str(s.get("transfer", "")).startswith("+")]
    fallback = safety.get("fallback", Values())
    if str(fallback.get("number", "")).startswith("+"):
        found.append((fallback["number"], fallback.at("number")))
    return found
