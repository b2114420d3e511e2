"""What code has of the module ``typing`` where it runs, without loading that: for type checkers these are its own names.

Annotations are texts that nobody reads while a program runs, and what remains, a name to subclass or to call, is a few lines. The
module itself would cost every call of the command line more than the expression that it came for. Names that stand in annotations
alone are imported from ``typing`` where ``TYPE_CHECKING``.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import NamedTuple as NamedTuple
    from typing import Protocol as Protocol
    from typing import TypeVar as TypeVar
    from typing import cast as cast
    from typing import overload as overload
else:
    from operator import itemgetter

    Any = Protocol = object

    def TypeVar(name, *kinds, **facts):  # noqa: N802
        """A name for a type that is not known yet."""
        return name

    def cast(kind, value):
        """The value: what type it has is said to type checkers."""
        return value

    def overload(function):
        """One of the types of a function."""
        return function

    class Generic:
        """Base of a class of which type checkers know several kinds."""

        __slots__ = ()

        def __class_getitem__(cls, kind):
            return cls

    class NamedTupleType(type):
        """The type of a class of tuples whose places have the names that it annotates."""

        def __new__(meta, name, bases, body):
            names = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in names if field in body}
            places = {field: property(itemgetter(place)) for place, field in enumerate(names)}
            own = {"__slots__": (), "__match_args__": names, "_fields": names, "_count": len(names), "_defaults": defaults}
            return super().__new__(meta, name, bases, {**body, **places, **own})

    class NamedTuple(tuple, metaclass=NamedTupleType):
        """Base of tuples with named places; given by place or by name, as of the class of ``typing``."""

        def __new__(cls, *values, **named):
            if named or len(values) != cls._count:
                given = dict(zip(cls._fields, values, strict=False))
                complete = {**cls._defaults, **given, **named}
                if complete.keys() != set(cls._fields) or len(values) > cls._count or given.keys() & named.keys():
                    raise TypeError(f"the fields of {cls.__name__} are {', '.join(cls._fields)}")
                values = [complete[field] for field in cls._fields]
            return tuple.__new__(cls, values)

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f"{type(self).__name__}({', '.join([f'{name}={value!r}' for name, value in self._asdict().items()])})"

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changes):
            return type(self)(**{**self._asdict(), **changes})
