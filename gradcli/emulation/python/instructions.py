"""What each instruction of a script does: a table of functions of the machine, the frame and the argument."""

from __future__ import annotations

from itertools import islice

from gradcli.emulation.python.effort import charge_nested
from gradcli.emulation.python.flow import FLOW, gathered
from gradcli.emulation.python.machine import Frame, Handler, Machine
from gradcli.emulation.python.methods import as_set, method
from gradcli.emulation.python.operators import ERRORS, check_length, formatted, opposite, raised
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Raised, Scope, type_name
from gradcli.errors import nearest
from gradcli.typing import Any


def _constant(machine: Machine, frame: Frame, value: Any) -> None:
    frame.stack.append(value)


def _pop(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.pop()


def _copy(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.append(frame.stack[-1])


def _copy_two(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack += frame.stack[-2:]


def _copy_under(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.insert(-2, frame.stack[-1])  # a b -> b a b


def _swap(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack[-1], frame.stack[-2] = frame.stack[-2], frame.stack[-1]


def _turn(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.insert(-2, frame.stack.pop())  # a b value -> value a b


def _load(machine: Machine, frame: Frame, name: str) -> None:
    scope: Scope | None = frame.scope
    while scope is not None:
        if name in scope.names:
            frame.stack.append(scope.names[name])
            return
        if name in scope.own:
            raise _unbound(name, own=scope is frame.home)
        scope = scope.parent
    if name not in machine.builtins:
        near = nearest(name, [*machine.frames[0].home.names, *machine.builtins])
        raise Raised("NameError", f"name '{name}' is not defined", f"did you mean {near}?" if near else "")
    frame.stack.append(machine.builtins[name])


def _unbound(name: str, *, own: bool) -> Raised:
    if own:
        return Raised(
            "UnboundLocalError",
            f"cannot access local variable '{name}' where it is not associated with a value",
            f"the function assigns to {name}, which makes it its own: give it as an argument, or declare global {name}",
        )
    return Raised("NameError", f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope")


def _store(machine: Machine, frame: Frame, name: str) -> None:
    value = frame.stack.pop()
    scope = frame.scope
    if name in frame.code.outer:
        outer: Scope | None = frame.home.parent
        while outer is not None and name not in outer.names and outer.parent is not None:
            outer = outer.parent
        scope = outer or scope
    scope.names[name] = value
    if isinstance(value, Foreign):
        value.named(name)


def _delete(machine: Machine, frame: Frame, name: str) -> None:
    if name not in frame.scope.names and name in frame.scope.own:
        raise _unbound(name, own=True)
    if name not in frame.scope.names:
        raise Raised("NameError", f"name '{name}' is not defined")
    del frame.scope.names[name]


def _attribute(machine: Machine, frame: Frame, name: str) -> None:
    value = frame.stack.pop()
    if isinstance(value, Foreign):
        frame.stack.append(value.attribute(machine, name))
        return
    frame.stack.append(method(value, name))


def _store_attribute(machine: Machine, frame: Frame, name: str) -> None:
    target, value = frame.stack.pop(), frame.stack.pop()
    if not isinstance(target, Foreign):
        raise Raised("AttributeError", f"'{type_name(target)}' object has no attribute '{name}'")
    target.set_attribute(machine, name, value)


def _item(machine: Machine, frame: Frame, argument: None) -> None:
    index, value = frame.stack.pop(), frame.stack.pop()
    if isinstance(value, Foreign):
        frame.stack.append(value.item(machine, index))
        return
    try:
        found = value[_index(machine, value, index)]
    except ERRORS as error:
        raise raised(error) from None
    if isinstance(index, slice) and not isinstance(found, range):
        check_length(machine, len(found))
    frame.stack.append(found)


def _index(machine: Machine, target: Any, index: Any) -> Any:
    """An index: into a list a tensor of one whole number is that number, and a key of a dictionary is itself."""
    charge_nested(machine, index)
    return int(index.number(machine)) if isinstance(index, Foreign) and not isinstance(target, dict) else index


def _store_item(machine: Machine, frame: Frame, argument: None) -> None:
    index, target, value = frame.stack.pop(), frame.stack.pop(), frame.stack.pop()
    if isinstance(target, Foreign):
        target.set_item(machine, index, value)
        return
    if not isinstance(target, list | dict):
        raise Raised("TypeError", f"'{type_name(target)}' object does not support item assignment")
    if isinstance(index, slice):
        raise UnknownError("assignment to a slice of a list is not known here", hint="make the list anew")
    try:
        target[_index(machine, target, index)] = value
    except ERRORS as error:
        raise raised(error) from None


def _delete_item(machine: Machine, frame: Frame, argument: None) -> None:
    index, target = frame.stack.pop(), frame.stack.pop()
    if not isinstance(target, list | dict):
        raise Raised("TypeError", f"'{type_name(target)}' object doesn't support item deletion")
    machine.charge(len(target) // 64)
    try:
        del target[_index(machine, target, index)]
    except ERRORS as error:
        raise raised(error) from None


def _binary(machine: Machine, frame: Frame, symbol: str) -> None:
    b = frame.stack.pop()
    a = frame.stack.pop()
    frame.stack.append(machine.binary(symbol, a, b))


def _compare(machine: Machine, frame: Frame, symbol: str) -> None:
    b = frame.stack.pop()
    a = frame.stack.pop()
    frame.stack.append(machine.compare(symbol, a, b))


def _change(machine: Machine, frame: Frame, symbol: str) -> None:
    b = frame.stack.pop()
    a = frame.stack.pop()
    if isinstance(a, Foreign):
        result = a.change(machine, symbol, b)
        if result is not NotImplemented:
            frame.stack.append(result)
            return
    if isinstance(a, list) and symbol == "+":
        items = machine.listed(b)
        check_length(machine, len(a) + len(items))
        a += items
        frame.stack.append(a)
        return
    frame.stack.append(machine.binary(symbol, a, b))


def _unary(machine: Machine, frame: Frame, symbol: str) -> None:
    value = frame.stack.pop()
    if symbol == "not":
        frame.stack.append(not machine.truth(value))
    elif isinstance(value, Foreign):
        frame.stack.append(value.unary(machine, symbol))
    else:
        frame.stack.append(opposite(symbol, value))


def _unpack(machine: Machine, frame: Frame, shape: tuple[int, int | None]) -> None:
    count, star = shape
    value = frame.stack.pop()
    if not isinstance(value, Foreign | list | tuple | str | range | dict | set) and not hasattr(value, "__next__"):
        raise Raised("TypeError", f"cannot unpack non-iterable {type_name(value)} object")
    items = list(islice(machine.iterate(value), count + 1)) if star is None else machine.listed(value)
    if star is not None:
        after = count - star - 1
        if len(items) < count - 1:
            raise Raised("ValueError", f"not enough values to unpack (expected at least {count - 1}, got {len(items)})")
        items = [*items[:star], items[star : len(items) - after], *items[len(items) - after :]]
    if len(items) > count:
        raise Raised("ValueError", f"too many values to unpack (expected {count})")
    if len(items) < count:
        raise Raised("ValueError", f"not enough values to unpack (expected {count}, got {len(items)})")
    frame.stack += reversed(items)


def _list(machine: Machine, frame: Frame, stars: tuple[bool, ...]) -> None:
    frame.stack.append(gathered(machine, frame, stars))


def _set(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.append(as_set(machine, frame.stack.pop()))


def _tuple(machine: Machine, frame: Frame, stars: tuple[bool, ...]) -> None:
    frame.stack.append(tuple(gathered(machine, frame, stars)))


def _dict(machine: Machine, frame: Frame, count: int) -> None:
    items = gathered(machine, frame, (False,) * (2 * count))
    frame.stack.append({})
    for key, value in zip(items[::2], items[1::2], strict=True):
        _set_key(machine, frame.stack[-1], key, value)


def _set_key(machine: Machine, target: dict[Any, Any], key: Any, value: Any) -> None:
    charge_nested(machine, key)
    try:
        target[key] = value
    except TypeError as error:
        raise raised(error) from None


def _append(machine: Machine, frame: Frame, depth: int) -> None:
    value = frame.stack.pop()
    frame.stack[-1 - depth].append(value)


def _put(machine: Machine, frame: Frame, depth: int) -> None:
    value, key = frame.stack.pop(), frame.stack.pop()
    _set_key(machine, frame.stack[-1 - depth], key, value)


def _slice(machine: Machine, frame: Frame, argument: None) -> None:
    step, stop, start = frame.stack.pop(), frame.stack.pop(), frame.stack.pop()
    frame.stack.append(slice(*[None if part is None else _index(machine, None, part) for part in (start, stop, step)]))


def _join(machine: Machine, frame: Frame, count: int) -> None:
    text = "".join(gathered(machine, frame, (False,) * count))
    check_length(machine, len(text))
    frame.stack.append(text)


def _format(machine: Machine, frame: Frame, conversion: int) -> None:
    spec, value = frame.stack.pop(), frame.stack.pop()
    if conversion == ord("r"):
        value = machine.representation(value)
    elif conversion in (ord("s"), ord("a")):
        value = machine.text(value)
    frame.stack.append(formatted(machine, value, spec))


_VALUES: tuple[Handler, ...] = (
    _constant, _pop, _copy, _copy_two, _copy_under, _swap, _turn, _load, _store, _delete, _attribute, _store_attribute, _item,
    _store_item, _delete_item, _binary, _compare, _change, _unary, _unpack, _list, _set, _tuple, _dict, _append, _put, _slice,
    _join, _format,
)  # fmt: skip

HANDLERS: dict[str, Handler] = {handler.__name__.strip("_").replace("_", " "): handler for handler in (*_VALUES, *FLOW)}
"""The function of each instruction, which has its name: ``_store_item`` does what ``store item`` says."""
