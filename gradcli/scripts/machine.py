"""The machine that runs the instructions of a script: a stack of frames, each with a stack of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from gradcli.autodiff.eager import TapeError
from gradcli.errors import ExitCode, GradcliError, nearest
from gradcli.scripts.code import Arity, Code, Instruction, Label
from gradcli.scripts.plain import ERRORS, check_length, combined, formatted, opposite, raised, repr_of, text_of
from gradcli.scripts.source import Source, UnknownError
from gradcli.scripts.values import Caught, Foreign, Function, Namespace, Raised, Scope, Type, type_name

MAX_STEPS = 3_000_000
"""Steps after which a script is stopped."""

MAX_CALLS = 990
"""How many calls may lie in each other, as in Python."""


class Block:
    """What an exception, or the end of a function, passes on its way out: a ``try`` or a ``with`` statement.

    Attributes:
        handlers: Where the handlers of a ``try`` begin; None for a ``with``.
        manager: What a ``with`` leaves.
        height: The height of the stack at its beginning.
        scope: The names at its beginning.
    """

    __slots__ = ("handlers", "height", "manager", "scope")

    def __init__(self, handlers: Label | None, manager: Foreign | None, height: int, scope: Scope) -> None:
        self.handlers = handlers
        self.manager = manager
        self.height = height
        self.scope = scope


class Frame:
    """A call under way."""

    __slots__ = ("at", "blocks", "code", "home", "scope", "stack")

    def __init__(self, code: Code, scope: Scope) -> None:
        self.code = code
        self.at = 0
        self.scope = scope
        self.home = scope
        self.stack: list[Any] = []
        self.blocks: list[Block] = []


class Machine:
    """The machine.

    Args:
        source: The script.
        builtins: The names that every script has.
        modules: The modules that it may import, by name.
        write: Writes what the script prints.
        warn: Writes a warning, which has the line that it speaks of behind it.
        max_steps: Steps after which the script is stopped.

    Attributes:
        steps: Steps so far; work on many elements counts as several.
        node: The part of the script that runs.
    """

    def __init__(
        self,
        source: Source,
        builtins: Mapping[str, Any],
        modules: Mapping[str, Namespace],
        write: Callable[[str], None],
        warn: Callable[[str], None],
        max_steps: int = MAX_STEPS,
    ) -> None:
        self.source = source
        self.builtins = builtins
        self.modules = modules
        self.write = write
        self._warn = warn
        self.max_steps = max_steps
        self.steps = 0
        self.frames: list[Frame] = []
        self.instruction: Instruction | None = None
        self._warned: set[tuple[str, int]] = set()

    @property
    def span(self) -> tuple[int, int]:
        """The place of what runs."""
        return (0, 0) if self.instruction is None else self.source.span(self.instruction.node)

    def run(self, code: Code) -> None:
        """Run a script.

        Raises:
            GradcliError: It raises an exception, or uses what is not known here; exit code 4 where a limit is reached.
        """
        scope = Scope()
        scope.names["__name__"] = "__main__"
        self.frames = [Frame(code, scope)]
        while self.frames:
            try:
                self._go()
            except Raised as error:
                self._unwind(error)
            except TapeError as error:
                self._unwind(_as_raised("RuntimeError", error))
            except GradcliError as error:
                if isinstance(error, UnknownError) or error.exit_code != ExitCode.BAD_INPUT:
                    raise self._located(error) from None
                self._unwind(_as_raised("RuntimeError", error))

    def _go(self) -> None:
        """Run until the script ends or an exception is raised."""
        handlers = HANDLERS
        frames = self.frames
        limit = self.max_steps
        while frames:
            frame = frames[-1]
            self.instruction = instruction = frame.code.instructions[frame.at]
            frame.at += 1
            self.steps += 1
            if self.steps > limit:
                self.charge(0)
            handlers[instruction.name](self, frame, instruction.argument)

    def charge(self, steps: int) -> None:
        """Count work that is more than one step.

        Raises:
            GradcliError: The limit is reached (exit code 4).
        """
        self.steps += steps
        if self.steps > self.max_steps:
            raise GradcliError(
                f"the script was stopped after {self.max_steps:,} steps",
                self.span,
                "if it would come to an end, --max-steps N lets it run longer",
                exit_code=ExitCode.LIMIT,
            )

    def warn(self, text: str) -> None:
        """Write a warning with the line that it speaks of, as Python does: once for each line."""
        line = getattr(self.instruction.node, "lineno", 1) if self.instruction else 1
        if (text, line) not in self._warned:
            self._warned.add((text, line))
            lines = self.source.text.splitlines()
            shown = lines[line - 1].strip() if line <= len(lines) else ""
            self._warn(f"{self.source.where}:{line}: {text}\n  {shown}")

    def _located(self, error: GradcliError) -> GradcliError:
        if error.span in (None, (0, 0)):
            error.span = self.span
        return error.located(self.source.text, self.source.where)

    def _unwind(self, error: Raised) -> None:
        """Go to the handlers of the innermost ``try``."""
        self._located(error)
        while self.frames:
            frame = self.frames[-1]
            while frame.blocks:
                block = frame.blocks.pop()
                if block.manager is not None:
                    block.manager.leave(self)
                if block.handlers is not None:
                    del frame.stack[block.height :]
                    frame.scope = block.scope
                    caught = Caught(error.kind, error.text)
                    caught.origin = error  # type: ignore[attr-defined]
                    frame.stack.append(caught)
                    frame.at = block.handlers.index
                    return
            self.frames.pop()
        raise error

    # ---- values ----

    def binary(self, symbol: str, a: Any, b: Any) -> Any:
        """The result of an operator."""
        if isinstance(a, Foreign):
            result = a.binary(self, symbol, b, reflected=False)
            if result is not NotImplemented:
                return result
        if isinstance(b, Foreign):
            result = b.binary(self, symbol, a, reflected=True)
            if result is not NotImplemented:
                return result
        if symbol in ("==", "!=") and (isinstance(a, Foreign) or isinstance(b, Foreign)):
            return (a is b) == (symbol == "==")
        return combined(self, symbol, a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """The result of a comparison."""
        if symbol in ("is", "is not"):
            same = a is b or (isinstance(a, Type) and isinstance(b, Type) and a.name == b.name)
            return same == (symbol == "is")
        if symbol in ("in", "not in"):
            return self._contains(b, a) == (symbol == "in")
        return self.binary(symbol, a, b)

    def _contains(self, container: Any, value: Any) -> bool:
        if isinstance(container, str | dict | range):
            try:
                return value in container
            except ERRORS as error:
                raise raised(error) from None
        for item in self.iterate(container):
            self.charge(1)
            if item is value or self.truth(self.binary("==", item, value)):
                return True
        return False

    def truth(self, value: Any) -> bool:
        """Whether a value counts as true."""
        return value.truth(self) if isinstance(value, Foreign) else bool(value)

    def iterate(self, value: Any) -> Iterator[Any]:
        """The elements of a value."""
        if isinstance(value, Foreign):
            return value.iterate(self)
        try:
            return iter(value)
        except TypeError as error:
            raise raised(error) from None

    def listed(self, value: Any) -> list[Any]:
        """The elements of a value as a list.

        Raises:
            GradcliError: They are too many (exit code 4).
        """
        if isinstance(value, list | tuple | str | range | dict):
            check_length(self, len(value))
            return list(value)
        items: list[Any] = []
        for item in self.iterate(value):
            items.append(item)
            if len(items) % 64 == 0:
                self.charge(8)
                check_length(self, len(items))
        return items

    def text(self, value: Any) -> str:
        """What ``print`` writes of a value."""
        return text_of(self, value)

    def representation(self, value: Any) -> str:
        """What ``repr`` gives of a value."""
        return repr_of(self, value)

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Call what is no function of the script."""
        if not isinstance(function, Foreign):
            raise Raised("TypeError", f"'{type_name(function)}' object is not callable")
        return function.call(self, arguments, keywords)


def _as_raised(kind: str, error: GradcliError) -> Raised:
    found = Raised(kind, error.message, error.hint)
    found.span = None if error.span in (None, (0, 0)) else error.span
    return found


# ---- what each instruction does ----

Handler = Callable[[Machine, Frame, Any], None]


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
        scope = scope.parent
    if name not in machine.builtins:
        near = nearest(name, [*machine.frames[0].home.names, *machine.builtins])
        raise Raised("NameError", f"name '{name}' is not defined", f"did you mean {near}?" if near else "")
    frame.stack.append(machine.builtins[name])


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
    if name not in frame.scope.names:
        raise Raised("NameError", f"name '{name}' is not defined")
    del frame.scope.names[name]


def _attribute(machine: Machine, frame: Frame, name: str) -> None:
    value = frame.stack.pop()
    if isinstance(value, Foreign):
        frame.stack.append(value.attribute(machine, name))
        return
    from gradcli.scripts.methods import method

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
        _set_key(frame.stack[-1], key, value)


def _set_key(target: dict[Any, Any], key: Any, value: Any) -> None:
    try:
        target[key] = value
    except TypeError as error:
        raise raised(error) from None


def _append(machine: Machine, frame: Frame, depth: int) -> None:
    value = frame.stack.pop()
    frame.stack[-1 - depth].append(value)


def _put(machine: Machine, frame: Frame, depth: int) -> None:
    value, key = frame.stack.pop(), frame.stack.pop()
    _set_key(frame.stack[-1 - depth], key, value)


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
    if caught.kind not in names:
        frame.at = following.index


def _raise(machine: Machine, frame: Frame, argument: None) -> None:
    error = frame.stack.pop()
    if isinstance(error, Type):
        error = error.call(machine, [], {})
    if not isinstance(error, Caught):
        raise Raised("TypeError", "exceptions must derive from BaseException")
    raise getattr(error, "origin", None) or Raised(error.kind, error.message)


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
