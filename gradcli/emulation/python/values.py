"""What the values of a script are, beside Python's own numbers, texts, lists, tuples and dictionaries."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from gradcli.emulation.python.code import Code
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.errors import GradcliError, nearest
from gradcli.typing import Any


class Raised(GradcliError):  # noqa: N818
    """An exception of the script, which it may catch.

    Args:
        kind: The name of its class.
        text: What it says.
    """

    def __init__(self, kind: str, text: str, hint: str = "") -> None:
        super().__init__(f"{kind}: {text}" if text else kind, hint=hint)
        self.kind = kind
        self.text = text
        self.arguments: tuple[Any, ...] = (text,) if text else ()


class Scope:
    """Names and their values, and where names are looked up that are not here.

    Args:
        parent: Where they are looked up; None for the names of the script.
        own: The names that are never looked up there, since a function assigns to them.
    """

    __slots__ = ("names", "own", "parent")

    def __init__(self, parent: Scope | None = None, own: frozenset[str] = frozenset()) -> None:
        self.names: dict[str, Any] = {}
        self.parent = parent
        self.own = own


Entered = tuple["Function", list[Any], Any]
"""A call of a function of the script: the function, its arguments, and what the call gives in place of the function's result."""


class Foreign:
    """A value that is none of Python's own; a class overrides what its values can do.

    Attributes:
        kind: What ``type`` calls it in messages.
    """

    kind = "object"

    def attribute(self, machine: Interpreter, name: str) -> Any:
        """An attribute."""
        raise UnknownError(f"{self.kind} has no {name} here")

    def set_attribute(self, machine: Interpreter, name: str, value: Any) -> None:
        """Assign to an attribute."""
        raise UnknownError(f"{self.kind}.{name} cannot be assigned to here")

    def call(self, machine: Interpreter, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Call it."""
        raise Raised("TypeError", f"'{self.kind}' object is not callable")

    def enter_call(self, machine: Interpreter, arguments: list[Any]) -> Entered | None:
        """The function of the script that a call with these arguments runs; None where a call runs none."""
        return None

    def item(self, machine: Interpreter, index: Any) -> Any:
        """An element."""
        raise Raised("TypeError", f"'{self.kind}' object is not subscriptable")

    def set_item(self, machine: Interpreter, index: Any, value: Any) -> None:
        """Assign to an element."""
        raise Raised("TypeError", f"'{self.kind}' object does not support item assignment")

    def binary(self, machine: Interpreter, operator: str, other: Any, *, reflected: bool) -> Any:
        """The result of an operator with another value, which stands to the left where ``reflected``; NotImplemented for none."""
        return NotImplemented

    def change(self, machine: Interpreter, operator: str, other: Any) -> Any:
        """The result of an assignment such as ``+=``; NotImplemented where it is that of the operator."""
        return NotImplemented

    def unary(self, machine: Interpreter, operator: str) -> Any:
        """The result of an operator on this value alone."""
        raise Raised("TypeError", f"bad operand type for unary {operator}: '{self.kind}'")

    def truth(self, machine: Interpreter) -> bool:
        """Whether it counts as true."""
        return True

    def length(self, machine: Interpreter) -> int:
        """How many elements it has."""
        raise Raised("TypeError", f"object of type '{self.kind}' has no len()")

    def iterate(self, machine: Interpreter) -> Iterator[Any]:
        """Its elements."""
        raise Raised("TypeError", f"'{self.kind}' object is not iterable")

    def number(self, machine: Interpreter) -> Any:
        """The number that ``float`` and ``int`` convert."""
        raise Raised("TypeError", f"float() argument must be a string or a real number, not '{self.kind}'")

    def text(self, machine: Interpreter) -> str:
        """What ``print`` writes."""
        return f"<{self.kind}>"

    def representation(self, machine: Interpreter) -> str:
        """What ``repr`` gives, and lists write."""
        return self.text(machine)

    def format(self, machine: Interpreter, spec: str) -> str:
        """What a format string writes."""
        if spec:
            raise Raised("TypeError", f"unsupported format string passed to {self.kind}.__format__")
        return self.text(machine)

    def named(self, name: str) -> None:
        """The script assigned it to a name."""

    def enter(self, machine: Interpreter) -> Any:
        """The value of a ``with`` statement, which begins."""
        raise Raised("TypeError", f"'{self.kind}' object does not support the context manager protocol")

    def leave(self, machine: Interpreter) -> None:
        """A ``with`` statement ends."""


class Function(Foreign):
    """A function of the script.

    Args:
        code: Its instructions.
        defaults: The values of its last parameters where a call leaves them out.
        scope: The names around its definition.

    Attributes:
        managers: What is entered before each call and left after it, such as ``torch.no_grad()``.
    """

    kind = "function"

    def __init__(self, code: Code, defaults: list[Any], scope: Scope) -> None:
        self.code = code
        self.defaults = defaults
        self.scope = scope
        self.managers: list[Foreign] = []

    def enter_call(self, machine: Interpreter, arguments: list[Any]) -> Entered | None:
        return self, arguments, None

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return self.code.name.rpartition(".")[2] if name == "__name__" else super().attribute(machine, name)

    def text(self, machine: Interpreter) -> str:
        return f"<function {self.code.name} at {address(self)}>"

    def bind(self, arguments: list[Any], keywords: dict[str, Any]) -> Scope:
        """The names inside a call.

        Raises:
            Raised: The arguments do not fit.
        """
        code, name = self.code, self.code.name
        scope = Scope(self.scope, code.own)
        names = scope.names
        if len(arguments) > code.positional and not code.rest:
            takes = code.positional
            plural = "" if takes == 1 else "s"
            given = f"{len(arguments)} {'was' if len(arguments) == 1 else 'were'} given"
            raise Raised("TypeError", f"{name}() takes {takes} positional argument{plural} but {given}")
        names.update(zip(code.parameters[: code.positional], arguments, strict=False))
        if code.rest:
            names[code.rest] = tuple(arguments[code.positional :])
        if code.named:
            names[code.named] = {keyword: value for keyword, value in keywords.items() if keyword not in code.parameters}
            keywords = {keyword: value for keyword, value in keywords.items() if keyword in code.parameters}
        for keyword, value in keywords.items():
            if keyword not in code.parameters:
                raise Raised("TypeError", f"{name}() got an unexpected keyword argument '{keyword}'")
            if keyword in names:
                raise Raised("TypeError", f"{name}() got multiple values for argument '{keyword}'")
            names[keyword] = value
        for parameter, default in zip(reversed(code.parameters), reversed(self.defaults), strict=False):
            names.setdefault(parameter, default)
        missing = [f"'{parameter}'" for parameter in code.parameters if parameter not in names]
        if missing:
            plural = "" if len(missing) == 1 else "s"
            listed = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
            raise Raised("TypeError", f"{name}() missing {len(missing)} required positional argument{plural}: {listed}")
        return scope


@lru_cache(1_000)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """What a function takes; asked at the first call, since a script has hundreds of functions and calls a few."""
    return inspect.signature(function)


class Native(Foreign):
    """A function that the interpreter has.

    Args:
        name: What messages call it.
        function: Called with the machine and the arguments.
    """

    kind = "builtin_function_or_method"

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self.function = function

    def call(self, machine: Interpreter, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        try:
            _signature(self.function).bind(machine, *arguments, **keywords)
        except TypeError as error:
            raise Raised("TypeError", f"{self.name}() {error}") from None
        return self.function(machine, *arguments, **keywords)

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return self.name if name == "__name__" else super().attribute(machine, name)

    def text(self, machine: Interpreter) -> str:
        return f"<built-in function {self.name}>"


def checked(name: str, function: Callable[..., Any], *first: Any) -> Callable[..., Any]:
    """A function with its first arguments after the machine given, whose other arguments are checked at a call.

    Args:
        name: What messages call it.
        function: The function.
        first: What follows the machine at each call.
    """

    def call(machine: Interpreter, *arguments: Any, **keywords: Any) -> Any:
        try:
            _signature(function).bind(machine, *first, *arguments, **keywords)
        except TypeError as error:
            signature = _signature(function)
            unknown = next((keyword for keyword in keywords if keyword not in signature.parameters), "")
            if unknown:
                known = list(list(signature.parameters)[1 + len(first) :])
                hint = f"it has {', '.join(known)} here" if known else ""
                raise UnknownError(f"the argument {unknown} of {name} is not known here", hint=hint) from None
            raise Raised("TypeError", f"{name}() {error}") from None
        return function(machine, *first, *arguments, **keywords)

    return call


class Namespace(Foreign):
    """A module.

    Args:
        name: Its name.
        names: What it has.
    """

    kind = "module"

    def __init__(self, name: str, names: dict[str, Any]) -> None:
        self.name = name
        self.names = names

    def attribute(self, machine: Interpreter, name: str) -> Any:
        if name in self.names:
            return self.names[name]
        near = nearest(name, self.names)
        raise UnknownError(
            f"{self.name}.{name} is not known here",
            hint=f"did you mean {self.name}.{near}?"
            if near
            else f"gradcli {'tf1' if self.name.startswith('tensorflow') else 'torch'} --list shows what is",
        )

    def text(self, machine: Interpreter) -> str:
        return f"<module '{self.name}'>"


class Word(Foreign):
    """A constant that has a name alone, such as a dtype."""

    kind = "torch.dtype"

    def __init__(self, name: str) -> None:
        self.name = name

    def text(self, machine: Interpreter) -> str:
        return self.name


class Type(Native):
    """A class: called it converts, ``isinstance`` asks for it, ``type`` gives it.

    Args:
        name: Its name.
        function: What a call does.
        kinds: Python's classes, or names of classes of foreign values, that belong to it.
    """

    kind = "type"

    def __init__(self, name: str, function: Callable[..., Any], kinds: tuple[Any, ...]) -> None:
        super().__init__(name, function)
        self.kinds = kinds

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return self.name.rpartition(".")[2] if name == "__name__" else super().attribute(machine, name)

    def has(self, value: Any) -> bool:
        """Whether a value is of this class."""
        return any(value.kind == kind if isinstance(kind, str) else isinstance(value, kind) for kind in self.kinds
                   if isinstance(value, Foreign) or not isinstance(kind, str))  # fmt: skip

    def text(self, machine: Interpreter) -> str:
        return f"<class '{self.name}'>"


class Caught(Foreign):
    """An exception as a value.

    Args:
        kind: The name of its class.
        message: What it says.
        arguments: What its class was called with.
    """

    def __init__(self, kind: str, message: str, arguments: tuple[Any, ...]) -> None:
        self.kind = kind
        self.message = message
        self.arguments = arguments

    def attribute(self, machine: Interpreter, name: str) -> Any:
        return self.arguments if name == "args" else super().attribute(machine, name)

    def representation(self, machine: Interpreter) -> str:
        return f"{self.kind}({', '.join([machine.representation(argument) for argument in self.arguments])})"

    def text(self, machine: Interpreter) -> str:
        return self.message


class Size(tuple[int, ...]):
    """A shape, which prints as ``torch.Size([2, 3])``."""

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Size(found) if isinstance(index, slice) else found

    def __add__(self, other: Any) -> Any:
        found = super().__add__(other)
        return found if found is NotImplemented else Size(found)

    def __radd__(self, other: Any) -> Any:
        return Size((*other, *self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: Any) -> Any:
        return Size(super().__mul__(times))


def address(value: object) -> str:
    """Where a value stands in memory, as Python writes it: twelve digits, the same through a run."""
    return f"0x{0x7F0000000000 + (id(value) & 0xFFFFFFFFFF):x}"


class View(list[Any]):
    """The keys, the values or the items of a dictionary.

    Args:
        items: They.
        kind: What Python calls such a view.
    """

    def __init__(self, items: Iterable[Any], kind: str) -> None:
        super().__init__(items)
        self.kind = kind

    def __getitem__(self, place: Any) -> Any:
        raise TypeError(f"'{self.kind}' object is not subscriptable")


def type_name(value: Any) -> str:
    """What messages call the class of a value."""
    if isinstance(value, Foreign | View):
        return value.kind
    return type(value).__name__
