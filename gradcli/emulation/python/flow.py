"""What instructions do that go on elsewhere: jumps, loops, calls, scopes, exceptions."""

from __future__ import annotations

from gradcli.emulation.python.classes import Class, made
from gradcli.emulation.python.code import Arity, Code, Label
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.machine import Block, Frame, Handler, Machine
from gradcli.emulation.python.operators import raised
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Caught, Foreign, Function, Raised, Scope, Type, type_name
from gradcli.typing import Any


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


def _open_scope(machine: Machine, frame: Frame, argument: None) -> None:
    frame.scope = Scope(frame.scope)


def _close_scope(machine: Machine, frame: Frame, argument: None) -> None:
    assert frame.scope.parent is not None
    frame.scope = frame.scope.parent


def gathered(machine: Machine, frame: Frame, stars: tuple[bool, ...]) -> list[Any]:
    """Values taken from the stack; one behind a star is all that it gives."""
    if not stars:
        return []
    items = frame.stack[-len(stars) :]
    del frame.stack[-len(stars) :]
    if True not in stars:
        return items
    return [value for item, star in zip(items, stars, strict=True) for value in (machine.listed(item) if star else [item])]


def _function(machine: Machine, frame: Frame, code: Code) -> None:
    defaults = gathered(machine, frame, (False,) * code.defaults)
    inside = isinstance(frame.instead, Class) and frame.instead.members is frame.scope.names  # which methods do not see
    frame.stack.append(Function(code, defaults, frame.scope.parent if inside else frame.scope))  # type: ignore[arg-type]


def _class(machine: Machine, frame: Frame, what: tuple[Code, int]) -> None:
    code, count = what
    made_class = made(code.name, gathered(machine, frame, (False,) * count))
    around = Scope(frame.scope)
    around.names["__class__"] = made_class
    scope = Scope(around)
    scope.names = made_class.members
    machine.frames.append(Frame(code, scope, made_class))


def _call(machine: Machine, frame: Frame, arity: Arity) -> None:
    values = gathered(machine, frame, (False,) * len(arity.keywords))
    keywords: dict[str, Any] = {}
    for name, value in zip(arity.keywords, values, strict=True):
        given = {name: value} if name else value
        if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
            raise Raised("TypeError", "argument after ** must be a mapping of names")
        twice = next((key for key in given if key in keywords), "")
        if twice:
            raise Raised("TypeError", f"got multiple values for keyword argument '{twice}'")
        keywords |= given
    arguments = gathered(machine, frame, arity.positional)
    function = frame.stack.pop()
    entered = function.enter_call(machine, arguments) if isinstance(function, Foreign) else None
    if entered is None:
        frame.stack.append(machine.call(function, arguments, keywords))
    else:
        machine.enter(entered, keywords)


def _return(machine: Machine, frame: Frame, argument: None) -> None:
    value = frame.stack.pop()
    for block in reversed(frame.blocks):
        if block.manager is not None:
            block.manager.leave(machine)
    machine.frames.pop()
    if machine.frames:
        machine.frames[-1].stack.append(value if frame.instead is None else frame.instead)


def _yield(machine: Machine, frame: Frame, argument: None) -> None:
    value = frame.stack.pop()
    frame.stack.append(None)  # what the expression gives when it goes on
    frame.yielded = True
    machine.frames.pop()
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


class _Finally(Foreign):
    """What runs where a ``try`` statement is left, however that happens."""

    def __init__(self, code: Code, scope: Scope) -> None:
        self.code = code
        self.scope = scope

    def leave(self, machine: Interpreter) -> None:
        machine.run_inside(self.code, self.scope)  # type: ignore[attr-defined]


def _finally(machine: Machine, frame: Frame, code: Code) -> None:
    frame.blocks.append(Block(None, _Finally(code, frame.scope), len(frame.stack), frame.scope))


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


FLOW: tuple[Handler, ...] = (
    _jump, _jump_unless, _jump_unless_or_pop, _jump_if_or_pop, _iterate, _next, _open_scope, _close_scope, _function, _class,
    _call, _return, _yield, _import, _enter, _leave, _try, _finally, _forget, _catches, _raise, _fail,
)  # fmt: skip
"""Each is the function of the instruction of its name."""
