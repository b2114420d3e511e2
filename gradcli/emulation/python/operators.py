"""Operators, texts and formats of Python's own values, within bounds: nothing grows beyond a million elements."""

from __future__ import annotations

import operator
import re
from collections import OrderedDict
from collections.abc import Callable

from gradcli.emulation.python.effort import charge_nested
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.values import Foreign, Raised, Size, View, type_name
from gradcli.errors import ExitCode, GradcliError
from gradcli.typing import Any

MOST = 1_000_000
"""The most elements of a list and characters of a text."""

MOST_BITS = 14_000
"""The largest whole number: some 4,200 digits, which is what Python prints."""

MOST_DEPTH = 50
"""How deeply lists that are printed may lie in each other."""

ERRORS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What Python's own operators and functions raise."""

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    "%": operator.mod,
    "//": operator.floordiv,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

_UNARY: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert}


_COMPARISONS = frozenset(("<", "<=", ">", ">=", "==", "!="))


def raised(error: Exception) -> Raised:
    """An exception of Python as one of the script."""
    found = Raised(type(error).__name__, str(error))
    found.arguments = error.args
    return found


def too_large(what: str) -> GradcliError:
    """The error for a value beyond the bounds."""
    return GradcliError(what, hint="a script for a lesson does with less", exit_code=ExitCode.LIMIT)


def combined(machine: Interpreter, symbol: str, a: Any, b: Any) -> Any:
    """The result of an operator on two values of Python.

    Raises:
        Raised: As Python.
        GradcliError: The result would be too large (exit code 4).
    """
    if isinstance(a, str) and symbol == "%":
        return percent(machine, a, b)
    if isinstance(a, Foreign) or isinstance(b, Foreign):
        sign = "** or pow()" if symbol == "**" else symbol
        if isinstance(a, list) and symbol == "+":
            raise Raised("TypeError", f'can only concatenate list (not "{type_name(b)}") to list')
        if isinstance(a, str) and symbol == "+":
            raise Raised("TypeError", f'can only concatenate str (not "{type_name(b)}") to str')
        raise Raised("TypeError", f"unsupported operand type(s) for {sign}: '{type_name(a)}' and '{type_name(b)}'")
    _check_size(machine, symbol, a, b)
    try:
        result = _OPERATORS[symbol](a, b)
    except ERRORS as error:
        raise raised(error) from None
    if isinstance(result, complex):
        raise UnknownError("complex numbers are not known here")
    return result


def _check_size(machine: Interpreter, symbol: str, a: Any, b: Any) -> None:
    if isinstance(a, int) and isinstance(b, int):
        bits = {"**": a.bit_length() * max(b, 0), "*": a.bit_length() + b.bit_length()}.get(symbol, 0)
        if bits > MOST_BITS and abs(a) > 1:
            raise too_large("a whole number would have more than 4,000 digits")
        return
    sizes = [len(value) if isinstance(value, str | list | tuple | dict | set) else None for value in (a, b)]
    if sizes == [None, None]:
        return
    if symbol in _COMPARISONS:
        charge_nested(machine, a)
        charge_nested(machine, b)
        return
    size = sum(size or 0 for size in sizes)
    if symbol == "*":
        size = (sizes[0] or 1) * max(b, 0) if isinstance(b, int) else (sizes[1] or 1) * max(a, 0) if isinstance(a, int) else 0
    check_length(machine, size)


def check_length(machine: Interpreter, size: int) -> None:
    """Count the work of making so many elements.

    Raises:
        GradcliError: They are too many (exit code 4).
    """
    if size > MOST:
        raise too_large(f"a list or text would have more than {MOST:,} elements")
    machine.charge(size // 16)


def opposite(symbol: str, value: Any) -> Any:
    """The result of an operator on one value of Python."""
    try:
        return _UNARY[symbol](value)
    except ERRORS as error:
        raise raised(error) from None


# ---- texts ----


def text_of(machine: Interpreter, value: Any) -> str:
    """What ``str`` gives of a value."""
    if isinstance(value, str):
        return value
    return value.text(machine) if isinstance(value, Foreign) else repr_of(machine, value)


def repr_of(machine: Interpreter, value: Any) -> str:
    """What ``repr`` gives of a value; lists and dictionaries are written without recursion."""
    pieces: list[str] = []
    length = 0
    work: list[tuple[Any, int] | str] = [(value, 0)]
    while work:
        item = work.pop()
        if isinstance(item, str):
            pieces.append(item)
            length += len(item)
            if length > MOST:
                raise too_large(f"a text would have more than {MOST:,} characters")
            continue
        inner, depth = item
        if depth > MOST_DEPTH:
            raise too_large(f"lists lie more than {MOST_DEPTH} deep in each other")
        if isinstance(inner, list | tuple | dict | set) and not isinstance(inner, Size):
            work += _opened(inner, depth)
            continue
        piece = inner.representation(machine) if isinstance(inner, Foreign) else repr(inner)
        length += len(piece)
        if length > MOST:
            raise too_large(f"a text would have more than {MOST:,} characters")
        pieces.append(piece)
    machine.charge(length // 16)
    return "".join(pieces)


def _opened(value: Any, depth: int) -> list[tuple[Any, int] | str]:
    """The parts of a list, tuple or dictionary, last first."""
    parts: list[tuple[Any, int] | str] = []
    if isinstance(value, OrderedDict):  # its brackets are those of the Python that runs
        inner = list(value.items()) if "[" in repr(OrderedDict(a=1)) else dict(value)
        return [")", (inner, depth), "OrderedDict("] if value else ["OrderedDict()"]
    if isinstance(value, View):
        return [")", (list(value), depth), f"{value.kind}("]
    if isinstance(value, dict):
        for key, item in value.items():
            parts += [", ", (key, depth + 1), ": ", (item, depth + 1)]
    else:
        for item in value:
            parts += [", ", (item, depth + 1)]
    if value == set():
        return ["set()"]
    opening, closing = "[]" if isinstance(value, list) else "{}" if isinstance(value, dict | set) else "()"
    if isinstance(value, tuple) and len(value) == 1:
        closing = ",)"
    return [closing, *reversed(parts[1:]), opening]


def formatted(machine: Interpreter, value: Any, spec: str) -> str:
    """What ``format`` gives of a value."""
    if isinstance(value, Foreign):
        return value.format(machine, spec)
    if not isinstance(spec, str):
        raise Raised("TypeError", f"format() argument 2 must be str, not {type_name(spec)}")
    if not spec:
        return text_of(machine, value)
    _check_spec(spec)
    if isinstance(value, list | tuple | dict):
        raise Raised("TypeError", f"unsupported format string passed to {type_name(value)}.__format__")
    try:
        return format(value, spec)
    except ERRORS as error:
        raise raised(error) from None


def _check_spec(spec: str) -> None:
    if re.search(r"\d{4,}", spec) or ("%" in spec and "*" in spec):
        raise too_large("a format asks for more than 999 places")


def percent(machine: Interpreter, template: str, values: Any) -> str:
    """What ``template % values`` gives.

    Raises:
        Raised: As Python.
    """
    _check_spec(template)
    given = list(values) if isinstance(values, tuple) and not isinstance(values, Size) else [values]
    kinds = re.findall(r"%[-+ #0]*\d*(?:\.\d+)?([a-zA-Z%])", template)
    wanted = [kind for kind in kinds if kind != "%"]
    for at, kind in enumerate(wanted[: len(given)]):
        value = given[at]
        if kind in "sra":
            given[at] = repr_of(machine, value) if kind == "r" else text_of(machine, value)
        elif isinstance(value, Foreign):
            given[at] = value.number(machine)
    try:
        text = re.sub(r"(%[-+ #0]*\d*(?:\.\d+)?)[ra]", r"\1s", template) % tuple(given)
    except ERRORS as error:
        raise raised(error) from None
    check_length(machine, len(text))
    return text


def filled(machine: Interpreter, template: str, arguments: list[Any], keywords: dict[str, Any]) -> str:
    """What ``template.format(...)`` gives: fields are numbers or names, with a format after a colon.

    Raises:
        Raised: A field has no argument.
        UnknownError: A field is more than a name.
    """
    pieces: list[str] = []
    at = count = 0
    for found in re.finditer(r"\{\{|\}\}|\{([^{}:!]*)(![rs])?(?::([^{}]*))?\}", template):
        pieces.append(template[at : found.start()])
        at = found.end()
        if found[0] in ("{{", "}}"):
            pieces.append(found[0][0])
            continue
        name = found[1]
        if name and not name.isalnum() and not name.isidentifier():
            raise UnknownError(f"the field {{{name}}} is not known here", hint="give the value itself as an argument")
        key: Any = int(name) if name.isdecimal() and len(name) < 6 else name or count
        count += not name
        if isinstance(key, int) and key >= len(arguments):
            raise Raised("IndexError", f"Replacement index {key} out of range for positional args tuple")
        if isinstance(key, str) and key not in keywords:
            raise Raised("KeyError", repr(key))
        value = arguments[key] if isinstance(key, int) else keywords[key]
        if found[2]:
            value = repr_of(machine, value) if found[2] == "!r" else text_of(machine, value)
        pieces.append(formatted(machine, value, found[3] or ""))
    pieces.append(template[at:])
    text = "".join(pieces)
    check_length(machine, len(text))
    return text


def length_of(value: Any) -> int:
    """How many elements a value of Python has, be they more than Python counts."""
    try:
        return len(value)
    except OverflowError:  # of a range
        return 1 << 62


def as_raised(error: GradcliError) -> Raised:
    """An error of what a script calls, as an exception that it may catch."""
    found = Raised("RuntimeError", error.message, error.hint)
    found.span = None if error.span in (None, (0, 0)) else error.span
    return found
