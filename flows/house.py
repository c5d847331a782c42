"""What the compiler must know of the centre around a flow; the same questions are answered for a file on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from ..specs.frozen import dataclass
from ..specs.model import Center, DefaultFlows, Language, Queue, Speech, Switch, Text
from .phrases import Phrases, phrases

PREFIX = "built-in-"
MOMENTS = ("waiting", "agent_whisper", "customer_whisper", "customer_hold", "agent_hold", "after_call")
# Sounds of a prompt with one of these keys are played by the built-in waiting and hold flows; the first one wins.
MUSIC: Mapping[str, tuple[str, ...]] = {
    "waiting": ("waiting-music", "music", "hold-music"),
    "customer_hold": ("hold-music", "music", "waiting-music"),
    "agent_hold": ("hold-music", "music", "waiting-music"),
}
MANY_QUEUES = 20
FICTIONAL_NUMBER = "+33199000000"
DEFAULT_LANGUAGE = Language("en", "en-US", "Joanna")


@dataclass(frozen=True, slots=True)
class House:
    """The surroundings of a flow. `center` is None for a file on its own; the first language is the main one."""

    languages: Mapping[str, Language]
    center: Center | None = None
    module_results: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    built_ins: bool = True  # whether queues get the built-in flows
    bare: frozenset[str] = frozenset()  # imported flows, to which nothing is added
    laid_out: bool = True  # whether blocks get their places in the designer; what is only judged needs none
    # Queues with callbacks of their own: all (None), and by the flow in which their callers wait; found when asked for.
    _waiters: dict[str | None, list[Queue]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def main(self) -> str:
        """The key of the main language."""
        return next(iter(self.languages))

    def phrase(self, name: str, **values: str) -> Text:
        """A built-in phrase in every language of the house; a language without phrases speaks English."""
        spoken = {}
        for key, language in self.languages.items():
            found = self.phrases(language)
            spoken[key] = Speech("text", found.text(name, **values))
        if len({s.value for s in spoken.values()}) == 1:
            return Text({"": next(iter(spoken.values()))})
        return Text(spoken)

    @staticmethod
    def phrases(language: Language) -> Phrases:
        """The phrases of a language."""
        return phrases(language.code) or phrases("en") or Phrases("en", {}, {})

    def speech(self, text: Text, language: str) -> Speech:
        """What is said in `language`: its own speech, else the main language's, else whichever there is."""
        found = text.speech(language) or text.speech(self.main)
        return found or next(iter(text.by_language.values()))

    def variants(self, queue: str) -> Sequence[tuple[str | None, str]]:
        """The real queues behind a queue: (language or None, real key)."""
        found = self.center.queues.get(queue) if self.center else None
        if found is None or not found.variants:
            return [(None, queue)]
        return [(variant.language, variant.key) for variant in found.variants]

    def callback_variants(self, queue: str) -> Sequence[tuple[str | None, str]]:
        """The real queues that hold a queue's callbacks."""
        found = self.center.queues.get(queue) if self.center else None
        if found is None or not found.variants:
            return [(None, queue)]
        return [(variant.language, variant.callbacks or variant.key) for variant in found.variants]

    def own_callbacks(self, flow: str) -> list[tuple[str, str]]:
        """(name in Connect, real queue for its callbacks) of every queue whose callers may wait in `flow`."""
        center = self.center
        if center is not None and not self._waiters:
            with_own = [queue for queue in center.queues.values() if queue.own_callbacks]
            self._waiters[None] = with_own
            for queue in with_own:
                self._waiters.setdefault(self.flow_for("waiting", queue.key) or "", []).append(queue)
        queues = self._waiters.get(None, [])
        if len(queues) > MANY_QUEUES:  # then only those that say so: a step may name the flow for any queue
            queues = self._waiters.get(flow, [])
        return [
            (center.shown(v.title) if center else v.title, v.callbacks)
            for queue in queues
            for v in queue.variants
            if v.callbacks
        ]

    def queue(self, key: str) -> Queue | None:
        """The queue of the centre, or None."""
        return self.center.queues.get(key) if self.center else None

    def hours(self, name: str) -> str:
        """The hours of operation that `name` means: itself, or those of the queue of that name."""
        if self.center and name not in self.center.hours and name in self.center.queues:
            return self.center.queues[name].hours
        return name

    def number(self, name: str) -> str:
        """The E.164 number that `name` means."""
        if name.startswith(("+", "$.")):
            return name
        return self.center.external_numbers.get(name, FICTIONAL_NUMBER) if self.center else FICTIONAL_NUMBER

    def flow_for(self, moment: str, queue: str | None) -> str | None:
        """The name of the flow that serves `moment` for a queue: its own, the centre's, else the built-in."""
        if self.center is None:
            return None
        found = self.queue(queue) if queue else None
        chosen: str | None = None
        for level in (found.flows if found else DefaultFlows(), self.center.defaults):
            chosen = chosen or getattr(level, moment)
        if chosen == "none":
            return None
        if chosen is None and self.built_ins:
            return self.built_in(moment, found)
        return chosen

    def built_in(self, moment: str, queue: Queue | None) -> str:
        """The name of the built-in flow; a queue has one of its own where the common one cannot speak for it."""
        name = PREFIX + moment.replace("_", "-")
        if queue is not None and (
            (moment == "waiting" and queue.own_callbacks) or (moment == "agent_whisper" and queue.spoken is not None)
        ):
            return f"{name}-{queue.key}"
        return name

    @property
    def recorded(self) -> tuple[str, ...]:
        """Who is recorded: agent, customer, both or nobody."""
        return tuple(self.center.recording.calls) if self.center else ()

    @property
    def refuse(self) -> str | None:
        """The key that a caller presses to refuse recording."""
        return self.center.recording.refuse if self.center and self.recorded else None

    @property
    def notice(self) -> Text:
        """What a caller is told about recording."""
        own = self.center.recording.notice if self.center else None
        if own is not None:
            return own
        return self.phrase("notice_refuse", key=self.refuse) if self.refuse else self.phrase("notice")

    @property
    def emergency(self) -> str:
        """The emergency number that the last goodbye names, or nothing."""
        safety = self.center.safety if self.center else None
        return safety.emergency_numbers[0] if safety and safety.emergency_numbers else ""

    @property
    def country(self) -> str | None:
        """The country in whose form callers type their numbers."""
        numbers = self.center.phone_numbers.values() if self.center else ()
        return next((number.country for number in numbers if number.country), None)

    def switches(self, flow: str) -> tuple[Switch, ...]:
        """The crisis switches that `flow` asks first: if it answers a number, or goes before an imported flow that
        does."""
        center = self.center
        if center is None or not center.switches:
            return ()
        for key, number in center.phone_numbers.items():
            if flow == (f"{PREFIX}number-{key}" if number.flow in self.bare else number.flow):
                return tuple(center.switches.values())
        return ()

    def music(self, moment: str) -> Text | None:
        """The centre's music for a built-in waiting or hold flow, if it has a prompt of a telling name."""
        prompts = self.center.prompts if self.center else {}
        for key in MUSIC[moment]:
            if key in prompts:
                assets = prompts[key].assets
                return Text({asset.language or "": Speech("prompt", asset.key) for asset in assets})
        return None


def house_of(
    center: Center, module_results: Mapping[str, tuple[str, ...]] | None = None, bare: frozenset[str] = frozenset()
) -> House:
    """The house of a centre; `bare` are its flows with `head: none`."""
    return House(center.languages, center, module_results or {}, bare=bare)


def house_alone(language: str | None, *, laid_out: bool = False) -> House:
    """The house of a file on its own: one language (a code such as fr-FR; en-US without one), nothing else."""
    from .phrases import default_voice

    code = language or DEFAULT_LANGUAGE.code
    key = code.split("-")[0]
    return House({key: Language(key, code, default_voice(code))}, None, laid_out=laid_out)
