"""`dataclass(frozen=True, slots=True)` that costs little to define.

The standard library writes and compiles six functions a class, and a command meets a hundred classes: that was a sixth
of the time of `validate`. Here the fields are the standard library's, comparing and printing need no code of their own,
and the one function that must be written, `__init__`, is written when the first object is made. Every other form (an
order, other bases, methods of these names) goes to the standard library.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

_MARK: Final = "__ccdeploy_frozen__"
_OWN: Final = frozenset(
    {"__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__", "__getstate__", "__setstate__"}
)
_set: Final = object.__setattr__


def _light(cls: type | None = None, /, **options: Any) -> Any:
    """As `dataclasses.dataclass`."""
    if cls is None:
        return lambda found: _light(found, **options)
    alone = cls.__bases__ == (object,)
    ours = alone or all(_MARK in vars(base) for base in cls.__bases__)
    if not ours or options != {"frozen": True, "slots": True} or not cls.__doc__ or not _OWN.isdisjoint(vars(cls)):
        return dataclasses.dataclass(**options)(cls)
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, frozen=not alone)(cls)
    if any(field.kw_only for field in dataclasses.fields(made)):
        return dataclasses.dataclass(**options)(cls)
    setattr(made, _MARK, True)
    made.__dataclass_params__ = _PARAMETERS
    made.__init__ = _late(made)
    _values(made)
    _frozen(made)
    return made


def _late(made: type) -> Callable[..., None]:
    """An `__init__` that puts the real one in its place and calls it."""

    def method(self: object, *values: object, **named: object) -> None:
        real = _init(made)
        made.__init__ = real  # type: ignore[misc]
        real(self, *values, **named)

    return method


def _init(made: Any) -> Callable[..., None]:
    """The `__init__` of a class: its fields as parameters, with their defaults."""
    known: dict[str, Any] = {"_set": _set, "_missing": dataclasses.MISSING}
    parameters, lines = ["self"], []
    for field in dataclasses.fields(made):
        name, value = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = field.default_factory
            value = f"_make_{name}() if {name} is _missing else {name}" if field.init else f"_make_{name}()"
            default = "=_missing"
        elif field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            value = name if field.init else f"_default_{name}"
            default = f"=_default_{name}"
        else:
            default = ""
        if field.init:
            parameters.append(name + default)
        if field.init or default:
            lines.append(f" _set(self, {name!r}, {value})")
    lines += [" self.__post_init__()"] if hasattr(made, "__post_init__") else []
    exec(f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass"), known)  # noqa: S102 - its own text
    found: Callable[..., None] = known["__init__"]
    found.__qualname__ = f"{made.__qualname__}.__init__"
    return found


def _values(made: Any) -> None:
    """Comparing, hashing and printing by the fields."""
    fields = dataclasses.fields(made)
    compared = [field.name for field in fields if field.compare]
    hashed = [field.name for field in fields if (field.compare if field.hash is None else field.hash)]
    shown = [field.name for field in fields if field.repr]
    of, marks = _tuple_of(compared), _tuple_of(hashed)

    def equal(self: Any, other: object) -> Any:
        return of(self) == of(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed_value(self: Any) -> int:
        return hash(marks(self))

    def shown_text(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    made.__eq__, made.__hash__, made.__repr__ = equal, hashed_value, shown_text


def _tuple_of(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _frozen(made: Any) -> None:
    """Refuse assignment and deletion as a frozen dataclass does; copies and pickles work all the same."""
    names = frozenset(made.__dataclass_fields__)

    def refuse_assignment(self: object, name: str, value: object) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        _set(self, name, value)

    def refuse_deletion(self: object, name: str) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        object.__delattr__(self, name)

    def state(self: Any) -> list[Any]:
        return [getattr(self, field.name) for field in dataclasses.fields(self)]

    def restore(self: Any, values: list[Any]) -> None:
        for field, value in zip(dataclasses.fields(self), values, strict=True):
            _set(self, field.name, value)

    made.__setattr__, made.__delattr__ = refuse_assignment, refuse_deletion
    made.__getstate__, made.__setstate__ = state, restore


@dataclasses.dataclass(frozen=True, slots=True)
class _Sample:
    """Its parameters are those of every class that is made here."""


_PARAMETERS: Final = _Sample.__dataclass_params__  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _light
