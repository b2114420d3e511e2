"""Records: plain data with named fields, slotted and frozen.

A record is declared as a dataclass is, by a base instead of a decorator::

    class Number(Frozen):
        value: int
        span: Span = NOWHERE

Its fields are given by place or by name, two are equal where all of their fields are, and none can be set again. ``dataclasses``
does the same by writing and compiling the text of six methods for each class, which for the records that every call of the
command line loads took longer than everything else in it together. Here the methods are written once.

Two options stand behind the base: ``eq=False`` makes each record equal to itself alone, and ``incidental=("span",)`` leaves
fields out when records are compared. Trees of records are compared without recursion, however deep they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from gradcli.typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**facts):
        """Tell type checkers that classes get their methods from their fields."""
        return lambda kind: kind


Record = TypeVar("Record", bound="Frozen")


WRITERS: dict[str, Callable[[Any], str | None]] = {}
"""What shows a record to a person, by what it makes of it: ``text``, ``latex``, ``svg``, ``markdown``. The package puts it here
for notebooks, since records stand in layers that cannot write; empty on the command line."""


def shown(kind: str, record: object) -> str | None:
    """A record as a notebook shows it; None where nobody can."""
    writer = WRITERS.get(kind)
    return None if writer is None else writer(record)


@dataclass_transform(frozen_default=True)
class FrozenType(type):
    """The type of a class of records.

    Attributes:
        __match_args__: The names of the fields, in order; those of the base first.
        _defaults: The values of the last fields where they are not given.
        _setters: What sets each field of a new record.
        _compared: The fields by which records are equal; None where each is equal to itself alone.
        _last: The values of the last fields, as far as all of these have defaults.
    """

    __match_args__: tuple[str, ...]
    _defaults: dict[str, Any]
    _setters: tuple[Callable[[Any, Any], None], ...]
    _compared: tuple[str, ...] | None
    _last: tuple[Any, ...]

    def __new__(
        meta, name: str, bases: tuple[type, ...], body: dict[str, Any], *, eq: bool = True, incidental: tuple[str, ...] = ()
    ) -> FrozenType:
        base = bases[0] if bases and isinstance(bases[0], FrozenType) else None
        own = tuple([field for field, kind in body.get("__annotations__", {}).items() if not kind.startswith("ClassVar")])
        defaults = {field: body.pop(field) for field in own if field in body}
        names = (*base.__match_args__, *own) if base else own
        slots = (*own, "__dict__") if any(isinstance(value, cached_property) for value in body.values()) else own
        kind = super().__new__(meta, name, bases, {**body, "__slots__": slots, "__match_args__": names})
        kind._defaults = {**base._defaults, **defaults} if base else defaults
        kind._setters = tuple([getattr(kind, field).__set__ for field in names])
        kind._compared = tuple([field for field in names if field not in incidental]) if eq else None
        last = [name for at, name in enumerate(names) if all(after in kind._defaults for after in names[at:])]
        kind._last = tuple([kind._defaults[name] for name in last])
        return kind


class Frozen(metaclass=FrozenType):
    """Base of all records."""

    def __init__(self, *values: Any, **named: Any) -> None:
        kind = type(self)
        missing = len(kind._setters) - len(values)
        if named or not 0 <= missing <= len(kind._last):
            values = _completed(kind, values, named)
        elif missing:
            values += kind._last[-missing:]
        for setter, value in zip(kind._setters, values):  # noqa: B905  they are as many, and checking costs time
            setter(self, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        pairs: list[tuple[Any, Any]] = [(self, other)]
        while pairs:
            one, another = pairs.pop()
            kind = type(one)
            if one is another:
                continue
            if isinstance(kind, FrozenType) and kind._compared is not None:
                if kind is not type(another):
                    return False
                pairs.extend([(getattr(one, field), getattr(another, field)) for field in reversed(kind._compared)])
            elif kind is tuple and type(another) is tuple:
                if len(one) != len(another):
                    return False
                pairs.extend(zip(one, another, strict=True))
            elif one is self or one != another:
                return False
        return True

    def __hash__(self) -> int:
        parts: list[Any] = []
        work: list[Any] = [self]
        while work:
            item = work.pop()
            kind = type(item)
            if isinstance(kind, FrozenType) and kind._compared is not None:
                parts.append(kind)
                work.extend([getattr(item, field) for field in kind._compared])
            elif kind is tuple:
                parts.append(len(item))
                work.extend(item)
            else:
                parts.append(object.__hash__(item) if item is self else item)
        return hash(tuple(parts))

    def __repr__(self) -> str:
        return (
            f"{type(self).__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in type(self).__match_args__])})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple([getattr(self, name) for name in type(self).__match_args__])


def replace(record: Record, **changes: Any) -> Record:
    """A copy of a record with some fields changed.

    Raises:
        TypeError: It has no field of a name.
    """
    return type(record)(**{name: getattr(record, name) for name in type(record).__match_args__} | changes)


def _completed(kind: FrozenType, values: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[Any, ...]:
    """The value of each field: by place, by name, or by default.

    Raises:
        TypeError: One is missing, unknown, or given twice.
    """
    names = kind.__match_args__
    given = dict(zip(names, values, strict=False))
    complete = {**kind._defaults, **given, **named}
    if len(complete) == len(names) >= len(values) and given.keys().isdisjoint(named):
        try:
            return tuple([complete[name] for name in names])
        except KeyError:
            pass  # one is unknown, another one is missing
    wrong = [name for name in named if name in given or name not in names]
    missing = [name for name in names if name not in complete]
    what = f"lacks {', '.join(missing)}" if missing else f"does not take {', '.join(wrong) or f'{len(values)} values'}"
    raise TypeError(f"{kind.__name__} {what}: its fields are {', '.join(names)}")
