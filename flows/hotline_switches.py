"""The hotline rules for crisis switches: while one is on, its words are the first that a caller hears."""

from __future__ import annotations

from collections.abc import Iterator

from ..specs.model import Center
from .calls import EMERGENCY, digit_tokens, names_number
from .rule_findings import Finding


def switches_speak(center: Center) -> Iterator[Finding]:
    """H01: each switch names an emergency number before anything else is done with the caller. H04: one that hangs up
    names a number to call."""
    safety = center.safety
    numbers = frozenset(safety.emergency_numbers) if safety and safety.emergency_numbers else EMERGENCY
    for switch in center.switches.values() if center.phone_numbers else ():
        said = switch.say.by_language.values() if switch.say else ()
        told = bool(said) and switch.emergency
        if not told and not (said and all(numbers & digit_tokens(speech) for speech in said)):
            message = f'while the switch "{switch.key}" is on, no emergency number is the first thing that callers hear'
            hint = 'name one in its `say`, in every language, for example "In an emergency dial 112."'
            if any(speech.kind == "prompt" for speech in said):
                hint += "; `emergency: true` where a recorded prompt says it"
            yield Finding("H01", switch.where, message, hint)
        if switch.hangs_up and not told and not (switch.say and names_number(switch.say)):
            message = f'while the switch "{switch.key}" is on, callers are hung up on without a number to call'
            yield Finding("H04", switch.where, message, "name a number in its `say`, or let it `transfer`")
