"""What each instruction of a script does: a table of functions of the machine, the frame and the argument."""

from __future__ import annotations

from itertools import islice

from gradcli.emulation.python.code import Arity, Code, Label
from gradcli.emulation.python.effort import charge_nested
from gradcli.emulation.python.machine import Block, Frame, Handler, Machine
from gradcli.emulation.python.methods import method
from gradcli.emulation.python.operators import ERRORS, check_length, formatted, opposite, raised
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Caught, Foreign, Function, Raised, Scope, Type, type_name
from gradcli.errors import nearest
from gradcli.typing import Any

MAX_CALLS = 990
"""How many calls may lie in each other, as in Python."""


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
        frame.stack.append(value[_index(machine, index)])
    except ERRORS as error:
        raise raised(error) from None


def _index(machine: Machine, index: Any) -> Any:
    """An index into a list: a tensor of one whole number is that number."""
    charge_nested(machine, index)
    return int(index.number(machine)) if isinstance(index, Foreign) else index


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
        target[_index(machine, index)] = value
    except ERRORS as error:
        raise raised(error) from None


def _delete_item(machine: Machine, frame: Frame, argument: None) -> None:
    index, target = frame.stack.pop(), frame.stack.pop()
    if not isinstance(target, list | dict):
        raise Raised("TypeError", f"'{type_name(target)}' object doesn't support item deletion")
    try:
        del target[index]
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


def _jump(machine: Machine, frame: Frame, label: Label) -> None:
    frame.at = label.index


def _jump_unless(machine: Machine, frame: Frame, label: Label) -> None:
    if not machine.truth(frame.stack.pop()):
        frame.at = label.index


def _jump_unless_or_pop(machine: Machine, frame: Frame, label: Label) -> None:
    if machine.truth(frame.stack[-1]):
        frame.stack.pop()
    else:
        frame.at = label.index


def _jump_if_or_pop(machine: Machine, frame: Frame, label: Label) -> None:
    if machine.truth(frame.stack[-1]):
        frame.at = label.index
    else:
        frame.stack.pop()


def _iterate(machine: Machine, frame: Frame, argument: None) -> None:
    frame.stack.append(machine.iterate(frame.stack.pop()))


def _next(machine: Machine, frame: Frame, otherwise: Label) -> None:
    try:
        frame.stack.append(next(frame.stack[-1]))
    except StopIteration:
        frame.stack.pop()
        frame.at = otherwise.index
    except RuntimeError as error:  # a dictionary that changed under way
        raise raised(error) from None


def _unpack(machine: Machine, frame: Frame, shape: tuple[int, int | None]) -> None:
    count, star = shape
    value = frame.stack.pop()
    if not isinstance(value, Foreign | list | tuple | str | range | dict) and not hasattr(value, "__next__"):
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


def _gathered(machine: Machine, frame: Frame, stars: tuple[bool, ...]) -> list[Any]:
    if not stars:
        return []
    items = frame.stack[-len(stars) :]
    del frame.stack[-len(stars) :]
    if True not in stars:
        return items
    return [value for item, star in zip(items, stars, strict=True) for value in (machine.listed(item) if star else [item])]


def _list(machine: Machine, frame: Frame, stars: tuple[bool, ...]) -> None:
    frame.stack.append(_gathered(machine, frame, stars))


def _tuple(machine: Machine, frame: Frame, stars: tuple[bool, ...]) -> None:
    frame.stack.append(tuple(_gathered(machine, frame, stars)))


def _dict(machine: Machine, frame: Frame, count: int) -> None:
    items = _gathered(machine, frame, (False,) * (2 * count))
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


def _open_scope(machine: Machine, frame: Frame, argument: None) -> None:
    frame.scope = Scope(frame.scope)


def _close_scope(machine: Machine, frame: Frame, argument: None) -> None:
    assert frame.scope.parent is not None
    frame.scope = frame.scope.parent


def _slice(machine: Machine, frame: Frame, argument: None) -> None:
    step, stop, start = frame.stack.pop(), frame.stack.pop(), frame.stack.pop()
    frame.stack.append(slice(*[None if part is None else _index(machine, part) for part in (start, stop, step)]))


def _join(machine: Machine, frame: Frame, count: int) -> None:
    text = "".join(_gathered(machine, frame, (False,) * count))
    check_length(machine, len(text))
    frame.stack.append(text)


def _format(machine: Machine, frame: Frame, conversion: int) -> None:
    spec, value = frame.stack.pop(), frame.stack.pop()
    if conversion == ord("r"):
        value = machine.representation(value)
    elif conversion in (ord("s"), ord("a")):
        value = machine.text(value)
    frame.stack.append(formatted(machine, value, spec))


def _function(machine: Machine, frame: Frame, code: Code) -> None:
    defaults = _gathered(machine, frame, (False,) * code.defaults)
    frame.stack.append(Function(code, defaults, frame.scope))


def _call(machine: Machine, frame: Frame, arity: Arity) -> None:
    values = _gathered(machine, frame, (False,) * len(arity.keywords))
    keywords = dict(zip(arity.keywords, values, strict=True))
    arguments = _gathered(machine, frame, arity.positional)
    function = frame.stack.pop()
    if isinstance(function, Function):
        if len(machine.frames) >= MAX_CALLS:
            raise Raised("RecursionError", "maximum recursion depth exceeded")
        machine.frames.append(Frame(function.code, function.bind(arguments, keywords)))
        return
    frame.stack.append(machine.call(function, arguments, keywords))


def _return(machine: Machine, frame: Frame, argument: None) -> None:
    value = frame.stack.pop()
    for block in reversed(frame.blocks):
        if block.manager is not None:
            block.manager.leave(machine)
    machine.frames.pop()
    if machine.frames:
        machine.frames[-1].stack.append(value)


def _import(machine: Machine, frame: Frame, what: tuple[str, str]) -> None:
    module, name = what
    if module not in machine.modules:
        known = ", ".join(machine.modules)
        raise UnknownError(f"the module {module} is not known here", hint=f"this command knows {known}")
    namespace = machine.modules[module]
    frame.stack.append(namespace.attribute(machine, name) if name else namespace)


def _enter(machine: Machine, frame: Frame, argument: None) -> None:
    manager = frame.stack.pop()
    if not isinstance(manager, Foreign):
        raise Raised("TypeError", f"'{type_name(manager)}' object does not support the context manager protocol")
    value = manager.enter(machine)
    frame.blocks.append(Block(None, manager, len(frame.stack), frame.scope))
    frame.stack.append(value)


def _leave(machine: Machine, frame: Frame, argument: None) -> None:
    manager = frame.blocks.pop().manager
    assert manager is not None
    manager.leave(machine)


def _try(machine: Machine, frame: Frame, handlers: Label) -> None:
    frame.blocks.append(Block(handlers, None, len(frame.stack), frame.scope))


def _forget(machine: Machine, frame: Frame, argument: None) -> None:
    frame.blocks.pop()


def _catches(machine: Machine, frame: Frame, following: Label) -> None:
    kinds = frame.stack.pop()
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    caught = frame.stack[-1]
    names = {name for kind in kinds if isinstance(kind, Type) for name in kind.kinds}
    if caught.kind not in names and not any(isinstance(kind, Type) and kind.name == "Exception" for kind in kinds):
        frame.at = following.index


def _raise(machine: Machine, frame: Frame, argument: None) -> None:
    error = frame.stack.pop()
    if isinstance(error, Type):
        error = error.call(machine, [], {})
    if not isinstance(error, Caught):
        raise Raised("TypeError", "exceptions must derive from BaseException")
    found = getattr(error, "origin", None) or Raised(error.kind, error.message)
    found.arguments = error.arguments
    raise found


def _fail(machine: Machine, frame: Frame, argument: None) -> None:
    message = frame.stack.pop()
    raise Raised("AssertionError", "" if message is None else machine.text(message))


HANDLERS: dict[str, Handler] = {
    "constant": _constant,
    "pop": _pop,
    "copy": _copy,
    "copy two": _copy_two,
    "copy under": _copy_under,
    "swap": _swap,
    "turn": _turn,
    "load": _load,
    "store": _store,
    "delete": _delete,
    "attribute": _attribute,
    "store attribute": _store_attribute,
    "item": _item,
    "store item": _store_item,
    "delete item": _delete_item,
    "binary": _binary,
    "compare": _compare,
    "change": _change,
    "unary": _unary,
    "jump": _jump,
    "jump unless": _jump_unless,
    "jump unless or pop": _jump_unless_or_pop,
    "jump if or pop": _jump_if_or_pop,
    "iterate": _iterate,
    "next": _next,
    "unpack": _unpack,
    "list": _list,
    "tuple": _tuple,
    "dict": _dict,
    "append": _append,
    "put": _put,
    "open scope": _open_scope,
    "close scope": _close_scope,
    "slice": _slice,
    "join": _join,
    "format": _format,
    "function": _function,
    "call": _call,
    "return": _return,
    "import": _import,
    "enter": _enter,
    "leave": _leave,
    "try": _try,
    "forget": _forget,
    "catches": _catches,
    "raise": _raise,
    "fail": _fail,
}
