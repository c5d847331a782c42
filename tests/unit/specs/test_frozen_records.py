"""Our frozen dataclass against the standard library's: the same source under both, the same behaviour."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import sys
import types
from typing import Any

import pytest

SOURCE = '''
from __future__ import annotations
from dataclasses import field
from {module} import dataclass

@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers."""
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list, compare=False)
    total: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", self.x + self.y)

@dataclass(frozen=True, slots=True)
class Named(Point):
    """A point with a name."""
    name: str = field(default="p", repr=False)

@dataclass(frozen=True, slots=True)
class Nothing:
    """No field."""

@dataclass(frozen=True, slots=True, order=True)
class Ordered:
    """What our own does not make."""
    at: int

@dataclass(frozen=True, slots=True)
class Folded:
    """An equality of its own."""
    text: str
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Folded) and self.text.lower() == other.text.lower()
    def __hash__(self) -> int:
        return hash(self.text.lower())
'''


@pytest.fixture(params=["dataclasses", "ccdeploy.specs.frozen"])
def kit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The classes of the source, in a module that pickle finds."""
    made = types.ModuleType("frozen_records")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    exec(SOURCE.format(module=request.param), vars(made))
    return made


def test_a_frozen_record_behaves_as_the_standard_librarys(kit: Any) -> None:
    one, same, other = kit.Point(1), kit.Point(x=1, y=2, tags=["a"]), kit.Point(2)
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert (one.total, one.tags, same.tags) == (3, [], ["a"])
    assert kit.Point(1).tags is not one.tags
    assert repr(one) == "Point(x=1, y=2, tags=[], total=3)"
    assert one != kit.Named(1), "a class of its own"
    assert repr(kit.Named(1, name="n")) == "Named(x=1, y=2, tags=[], total=3)"
    assert kit.Named(1, 5, ["t"], "n").name == "n"
    assert kit.Nothing() == kit.Nothing()
    assert len({kit.Nothing(), kit.Nothing()}) == 1
    assert kit.Ordered(1) < kit.Ordered(2)
    assert kit.Folded("A") == kit.Folded("a")
    assert [field.name for field in dataclasses.fields(kit.Named)] == ["x", "y", "tags", "total", "name"]
    assert dataclasses.asdict(kit.Named(1)) == {"x": 1, "y": 2, "tags": [], "total": 3, "name": "p"}
    assert dataclasses.replace(one, y=9).total == 10
    assert not hasattr(one, "__dict__")
    match one:
        case kit.Point(x, y):
            assert (x, y) == (1, 2)


def test_a_frozen_record_refuses_what_the_standard_librarys_refuses(kit: Any) -> None:
    for made in (kit.Point(1), kit.Named(1)):
        for name in ("x", "name", "unknown"):
            with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):  # the second: an old fault with slots
                setattr(made, name, 3)
            with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):  # the second: an old fault with slots
                delattr(made, name)
    for words, named in (((), {}), ((1,), {"x": 1}), ((1,), {"total": 3}), ((1, 2, [], 4), {})):
        with pytest.raises(TypeError):
            kit.Point(*words, **named)
    with pytest.raises(TypeError):
        hash(dataclasses.replace(kit.Point(1), y=2).tags)


def test_a_frozen_record_is_copied_and_pickled(kit: Any) -> None:
    for made in (kit.Point(1, 7, ["t"]), kit.Named(1, name="n"), kit.Nothing()):
        for again in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            assert again == made
            assert repr(again) == repr(made)
