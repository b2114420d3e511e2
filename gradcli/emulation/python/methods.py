"""The methods of Python's own values that a script may call: a table, and nothing beside it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from gradcli.emulation.python.effort import charge_key, charge_nested
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.operators import ERRORS, check_length, filled, raised
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Native, Raised, View, type_name
from gradcli.errors import nearest
from gradcli.typing import Any

METHODS: dict[type, tuple[str, ...]] = {
    str: (
        "capitalize", "count", "endswith", "find", "format", "index", "isalpha", "isdigit", "join", "ljust", "lower", "lstrip",
        "removeprefix", "removesuffix", "replace", "rjust", "rstrip", "split", "splitlines", "startswith", "strip", "title",
        "upper", "zfill", "center",
    ),
    list: ("append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"),
    tuple: ("count", "index"),
    **dict.fromkeys((dict, OrderedDict), ("clear", "copy", "get", "items", "keys", "pop", "setdefault", "update", "values")),
    set: (
        "add", "clear", "copy", "difference", "discard", "intersection", "isdisjoint", "issubset", "issuperset", "pop", "remove",
        "union", "update",
    ),
    int: ("bit_length", "is_integer"),
    float: ("is_integer",),
    range: ("count", "index"),
}  # fmt: skip
"""The methods of each class."""


def method(value: Any, name: str) -> Native:
    """A method of a value of Python.

    Raises:
        UnknownError: It is not in the table.
        Raised: The class has no such method.
    """
    known = METHODS.get(type(value), METHODS[int] if isinstance(value, int) else ())
    if name in known:
        return Native(name, _SPECIAL[name](value) if name in _SPECIAL else _plain(value, name))
    if hasattr(type(value), name):
        hint = f"of its methods {', '.join(known)} are known" if known else ""
        raise UnknownError(f"the method {name} of {type_name(value)} is not known here", hint=hint)
    near = nearest(name, known)
    raise Raised(
        "AttributeError", f"'{type_name(value)}' object has no attribute '{name}'", f"did you mean {near}?" if near else ""
    )


def _plain(value: Any, name: str) -> Callable[..., Any]:
    function = getattr(value, name)  # one of the table's names

    def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
        if name in ("ljust", "rjust", "center", "zfill") and arguments and isinstance(arguments[0], int):
            check_length(machine, arguments[0])
        if isinstance(value, set):
            arguments = tuple([charge_key(machine, one) if name in _OF_ONE else machine.listed(one) for one in arguments])
            check_length(machine, len(value) + sum([len(one) for one in arguments if isinstance(one, list)]))
        if isinstance(value, str | list | dict | set):
            machine.charge(len(value) // 64)
        if name in ("count", "index", "remove", "get", "pop", "setdefault") and not isinstance(value, str):
            for item in (value, *arguments):
                charge_nested(machine, item)
            if isinstance(value, range) and not all(isinstance(item, int) for item in arguments):
                raise UnknownError(f"{name} of a range looks for whole numbers here", hint="write int(...)")
        try:
            result = function(*arguments, **keywords)
        except ERRORS as error:
            raise raised(error) from None
        return View(result, type_name(result)) if name in ("items", "keys", "values") else result

    return call


def _replace(value: str) -> Callable[..., Any]:
    def replace(machine: Interpreter, old: str, new: str, count: int = -1) -> str:
        if not isinstance(old, str) or not isinstance(new, str) or not isinstance(count, int):
            raise Raised("TypeError", "replace() takes two texts")
        check_length(machine, len(value) + (value.count(old) + (not old)) * len(new))
        return value.replace(old, new, count)

    return replace


def _join(value: str) -> Callable[..., Any]:
    def join(machine: Interpreter, items: Any) -> str:
        texts = machine.listed(items)
        for index, text in enumerate(texts):
            if not isinstance(text, str):
                raise Raised("TypeError", f"sequence item {index}: expected str instance, {type_name(text)} found")
        check_length(machine, sum(map(len, texts)) + len(value) * max(len(texts) - 1, 0))
        return value.join(texts)

    return join


def _format(value: str) -> Callable[..., Any]:
    return lambda machine, *arguments, **keywords: filled(machine, value, list(arguments), keywords)


def _extend(value: list[Any]) -> Callable[..., Any]:
    def extend(machine: Interpreter, items: Any) -> None:
        more = machine.listed(items)
        check_length(machine, len(value) + len(more))
        value.extend(more)

    return extend


def _sort(value: list[Any]) -> Callable[..., Any]:
    def sort(machine: Interpreter, *, reverse: bool = False) -> None:
        value[:] = ordered(machine, value, reverse)

    return sort


def as_set(machine: Interpreter, values: Any) -> set[Any]:
    """The set of the elements of a value.

    Raises:
        Raised: One can be in no set.
    """
    items = machine.listed(values)
    charge_nested(machine, items)
    try:
        return set(items)
    except TypeError as error:
        raise raised(error) from None


def ordered(machine: Interpreter, items: list[Any], reverse: Any) -> list[Any]:
    """The items in ascending order, or descending."""
    keys = [item.number(machine) if isinstance(item, Foreign) else item for item in items]
    machine.charge(len(items))
    charge_nested(machine, keys)
    try:
        order = sorted(range(len(items)), key=keys.__getitem__, reverse=machine.truth(reverse))
        return [items[at] for at in order]
    except ERRORS as error:
        raise raised(error) from None


_OF_ONE = ("add", "discard", "remove")
"""Methods of a set whose argument is one element."""

_SPECIAL: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "replace": _replace,
    "join": _join,
    "format": _format,
    "extend": _extend,
    "sort": _sort,
}
"""Methods whose results may be large, or that handle values of scripts."""
