"""What every recogniser needs of the flow around an action: names of steps, names of references, texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..catalogue import catalogue
from ..document import Action, Document
from ..equal import plain
from .references import References

Given = dict[str, Any]  # a step as it will be written: verb, options, then, failed


class Target:
    """A step that others lead to. Its name is settled once all steps are known, as names come from what steps say."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True)
class Scene:
    """The flow that is imported. `keys` has the step of each action."""

    document: Document
    references: References
    flow_type: str
    keys: Mapping[str, Target] = field(default_factory=dict)
    callers: Mapping[str, int] = field(default_factory=dict)  # how many branches lead to each action

    def to(self, target: str) -> Target:
        """The step that a branch leads to."""
        return self.keys[target]


class Take:
    """The parameters and branches of one action, taken one after the other; what is left over tells that it does not
    fit the form."""

    def __init__(self, scene: Scene, action: Action) -> None:
        self.scene = scene
        self.action = action
        self.left: dict[str, Any] = plain(dict(action.parameters))
        self.errors = dict(action.errors)

    def word(self, name: str, words: Mapping[str, Any]) -> Any:
        """A parameter translated by `words`; the untranslatable stays and makes the form unfit."""
        value = self.left.get(name)
        if isinstance(value, str) and value in words:
            del self.left[name]
            return words[value]
        return None

    def pop(self, name: str) -> Any:
        """A parameter as it is, or None."""
        return self.left.pop(name, None)

    def ref(self, name: str, kind: str) -> str | None:
        """The name of what a parameter refers to."""
        value = self.left.get(name)
        if not isinstance(value, str):
            return None
        del self.left[name]
        return self.scene.references.name(kind, value, self.action.identifier, name)

    def seconds(self, name: str) -> str | None:
        """A number of seconds as a duration."""
        value = self.left.get(name)
        if not isinstance(value, str) or not value.isdigit():
            return None
        del self.left[name]
        return duration(int(value))

    def text(self) -> Any:
        """What is said, as TEXT."""
        for name in ("Text", "SSML", "PromptId"):
            value = self.left.get(name)
            if isinstance(value, str):
                break
        else:
            return None
        if name == "PromptId":
            return {"prompt": self.ref(name, "prompt")}
        del self.left[name]
        return value if name == "Text" else {"ssml": value}

    def branch(self, error: str) -> Target | None:
        """The step that an error leads to."""
        target = self.errors.pop(error, None)
        return self.scene.to(target) if target is not None else None

    def condition(self, *label: str) -> Target | None:
        """The step of the condition with this operator and these operands."""
        for found in self.action.conditions:
            if (found.operator, *found.operands) == label:
                return self.scene.to(found.to)
        return None

    def cases(self, operator: str = "Equals") -> dict[str, Target] | None:
        """Operand and step of every condition; None unless each is one operand under this operator."""
        found = {}
        for condition in self.action.conditions:
            if condition.operator != operator or len(condition.operands) != 1 or condition.operands[0] in found:
                return None
            found[condition.operands[0]] = self.scene.to(condition.to)
        return found

    def then(self) -> Target | None:
        """The step that NextAction leads to."""
        return self.scene.to(self.action.next) if self.action.next is not None else None

    def unused_next(self, step: Given) -> None:
        """Note a NextAction that the service never takes, where it is not what the compiler writes."""
        spec, following = catalogue().actions[self.action.type], self.action.next
        natural = next((c.to for c in self.action.conditions if c.operands[:1] == (spec.mirrors,)), None)
        natural = natural or self.action.errors.get(spec.mirrors)
        if following is not None and following != natural:
            step["next_action"] = self.scene.to(following)

    @property
    def fits(self) -> bool:
        """Whether everything that the action says was taken."""
        return not self.left and not self.errors


def duration(seconds: int) -> str:
    """Seconds as people write them, without loss."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
