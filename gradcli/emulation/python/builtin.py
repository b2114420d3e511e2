"""The functions that every script has: Python's own, as far as a lesson uses them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from gradcli.emulation.python.classes import CLASSES, Instance
from gradcli.emulation.python.interpreter import Interpreter
from gradcli.emulation.python.methods import as_set, method, ordered
from gradcli.emulation.python.operators import ERRORS, check_length, formatted, raised
from gradcli.emulation.python.source import UnknownError
from gradcli.emulation.python.subset import MACHINERY
from gradcli.emulation.python.values import Caught, Foreign, Native, Raised, Size, Type, View, address, type_name
from gradcli.typing import Any

EXCEPTIONS = {
    "Exception": (), "ArithmeticError": ("ZeroDivisionError", "OverflowError"), "ZeroDivisionError": (), "OverflowError": (),
    "LookupError": ("IndexError", "KeyError"), "IndexError": (), "KeyError": (), "TypeError": (),
    "ValueError": ("UnicodeEncodeError",), "UnicodeEncodeError": (),
    "NameError": ("UnboundLocalError",), "UnboundLocalError": (), "AttributeError": (),
    "AssertionError": (), "RuntimeError": ("RecursionError", "NotImplementedError", "torch.autograd.gradcheck.GradcheckError"),
    "RecursionError": (), "NotImplementedError": (), "StopIteration": (), "OSError": ("FileNotFoundError",),
    "FileNotFoundError": (),
}  # fmt: skip
"""The exceptions that a script may raise and catch, each with those that it stands for as well."""


def builtins() -> dict[str, Any]:
    """The names that every script has."""
    names: dict[str, Any] = {name: Native(name, function) for name, function in _FUNCTIONS.items()}
    names |= CLASSES
    names |= {kind.name: kind for kind in _types()}
    return names


def _print(machine: Interpreter, *values: Any, sep: Any = " ", end: Any = "\n", flush: Any = False, file: Any = None) -> None:
    if file is not None:
        raise UnknownError("print writes to standard output alone here", hint="leave out file")
    text = (" " if sep is None else sep).join([machine.text(value) for value in values]) + ("\n" if end is None else end)
    machine.charge(len(text) // 16)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise Raised("UnicodeEncodeError", str(error)) from None
    machine.write(text)


def number_of(machine: Interpreter, value: Any) -> Any:
    """The number of a tensor; anything else as it is."""
    return value.number(machine) if isinstance(value, Foreign) else value


def _to_float(machine: Interpreter, value: Any = 0.0) -> float:
    value = number_of(machine, value)
    if not isinstance(value, int | float | str):
        raise Raised("TypeError", f"float() argument must be a string or a real number, not '{type_name(value)}'")
    return of_python(float, value)  # type: ignore[no-any-return]


def _to_int(machine: Interpreter, value: Any = 0) -> int:
    value = number_of(machine, value)
    if not isinstance(value, int | float | str):
        raise Raised(
            "TypeError", f"int() argument must be a string, a bytes-like object or a real number, not '{type_name(value)}'"
        )
    machine.charge(len(value) // 64 if isinstance(value, str) else 0)
    return of_python(int, value)  # type: ignore[no-any-return]


def of_python(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function of Python on values of Python."""
    try:
        return function(*arguments)
    except ERRORS as error:
        raise raised(error) from None


def _to_bool(machine: Interpreter, value: Any = False) -> bool:
    return machine.truth(value)


def _to_text(machine: Interpreter, value: Any = "") -> str:
    return machine.text(value)


def _to_list(machine: Interpreter, values: Any = ()) -> list[Any]:
    return machine.listed(values)


def _to_tuple(machine: Interpreter, values: Any = ()) -> tuple[Any, ...]:
    return tuple(machine.listed(values))


def _to_dict(machine: Interpreter, values: Any = (), **items: Any) -> dict[Any, Any]:
    if isinstance(values, dict):
        check_length(machine, len(values))
        return {**values, **items}
    pairs = [machine.listed(pair) for pair in machine.listed(values)]
    return {**of_python(dict, pairs), **items}


def _range(machine: Interpreter, *bounds: Any) -> range:
    found: range = of_python(range, *[int(bound.number(machine)) if isinstance(bound, Foreign) else bound for bound in bounds])
    return found


def _len(machine: Interpreter, value: Any) -> int:
    return value.length(machine) if isinstance(value, Foreign) else of_python(len, value)


def _abs(machine: Interpreter, value: Any) -> Any:
    if isinstance(value, Foreign):
        return machine.call(value.attribute(machine, "abs"), [], {})
    return of_python(abs, value)


def _round(machine: Interpreter, value: Any, ndigits: Any = None) -> Any:
    if isinstance(value, Foreign):
        return machine.call(value.attribute(machine, "round"), [], {} if ndigits is None else {"decimals": ndigits})
    if ndigits is None:
        return of_python(round, value)
    if isinstance(value, int) and isinstance(ndigits, int) and -ndigits > value.bit_length():
        return 0  # where Python would compute that power of ten
    return of_python(round, value, ndigits)


def _pow(machine: Interpreter, base: Any, exponent: Any) -> Any:
    return machine.binary("**", base, exponent)


def _divmod(machine: Interpreter, a: Any, b: Any) -> tuple[Any, Any]:
    return machine.binary("//", a, b), machine.binary("%", a, b)


def _sum(machine: Interpreter, values: Any, start: Any = 0) -> Any:
    total = start
    for value in machine.iterate(values):
        machine.charge(1)
        total = machine.binary("+", total, value)
    return total


def _extreme(symbol: str, name: str) -> Callable[..., Any]:
    def extreme(machine: Interpreter, *values: Any, default: Any = None, key: Any = None) -> Any:
        items = machine.iterate(values[0]) if len(values) == 1 else iter(values)
        best = next(items, None)
        if best is None:
            if default is None:
                raise Raised("ValueError", f"{name}() arg is an empty sequence")
            return default
        rank = best if key is None else machine.apply(key, [best])
        for item in items:
            machine.charge(1)
            other = item if key is None else machine.apply(key, [item])
            if machine.truth(machine.binary(symbol, other, rank)):
                best, rank = item, other
        return best

    return extreme


def _any(machine: Interpreter, values: Any) -> bool:
    return any(machine.truth(value) for value in charged(machine, values))


def _all(machine: Interpreter, values: Any) -> bool:
    return all(machine.truth(value) for value in charged(machine, values))


def charged(machine: Interpreter, values: Any) -> Iterator[Any]:
    """Elements, each of which counts as a step."""
    for value in machine.iterate(values):
        machine.charge(1)
        yield value


def _enumerate(machine: Interpreter, values: Any, start: int = 0) -> Any:
    return of_python(enumerate, machine.iterate(values), start)


def _zip(machine: Interpreter, *values: Any) -> Any:
    return zip(*[machine.iterate(value) for value in values], strict=False)


def _reversed(machine: Interpreter, values: Any) -> Any:
    if isinstance(values, range):
        return iter(values[::-1])
    return iter(machine.listed(values)[::-1])


def _sorted(machine: Interpreter, values: Any, *, key: Any = None, reverse: Any = False) -> list[Any]:
    items = machine.listed(values)
    if key is None:
        return ordered(machine, items, reverse)
    ranks = ordered(machine, [(machine.apply(key, [item]), at) for at, item in enumerate(items)], False)
    found = [items[at] for _, at in ranks]
    return found[::-1] if machine.truth(reverse) else found


def _map(machine: Interpreter, function: Any, values: Any) -> Any:
    return iter([machine.apply(function, [value]) for value in machine.listed(values)])


def _isinstance(machine: Interpreter, value: Any, kinds: Any) -> bool:
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if not all(isinstance(kind, Type) for kind in kinds):
        raise Raised("TypeError", "isinstance() arg 2 must be a type, a tuple of types, or a union")
    return any(kind.has(value) for kind in kinds)


def _type(machine: Interpreter, value: Any) -> Type:
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Caught):
        return next(
            (kind for kind in _types() if kind.name == value.kind), Type(value.kind, _exception(value.kind), (value.kind,))
        )
    for kind in _types():
        if kind.has(value) and not isinstance(value, View) and (not isinstance(value, bool) or kind.name == "bool"):
            return kind
    name = getattr(value, "full_kind", None) or type_name(value)
    return Type(name, lambda machine: None, (type_name(value),))


def _repr(machine: Interpreter, value: Any) -> str:
    return machine.representation(value)


def _format(machine: Interpreter, value: Any, spec: str = "") -> str:
    return formatted(machine, value, spec)


def _id(machine: Interpreter, value: Any) -> int:
    return int(address(value), 16)


def _iter(machine: Interpreter, values: Any) -> Iterator[Any]:
    return machine.iterate(values)


def _next(machine: Interpreter, iterator: Any, *default: Any) -> Any:
    if not isinstance(iterator, Iterator):
        raise Raised("TypeError", f"'{type_name(iterator)}' object is not an iterator")
    for value in iterator:
        return value
    if not default:
        raise Raised("StopIteration", "")
    return default[0]


def _attribute(machine: Interpreter, value: Any, name: Any, *default: Any) -> Any:
    if not isinstance(name, str):
        raise Raised("TypeError", f"attribute name must be string, not '{type_name(name)}'")
    if name.startswith("__") and name not in MACHINERY:
        raise UnknownError(f"{name} is not known here", hint="names that begin with __ are Python's own machinery")
    try:
        return value.attribute(machine, name) if isinstance(value, Foreign) else method(value, name)
    except Raised as error:
        if not default or error.kind != "AttributeError":
            raise
    return default[0]


def _has_attribute(machine: Interpreter, value: Any, name: Any) -> bool:
    return _attribute(machine, value, name, _NOTHING) is not _NOTHING


def _set_attribute(machine: Interpreter, value: Any, name: str, new: Any) -> None:
    if not isinstance(value, Foreign) or not isinstance(name, str) or name.startswith("__"):
        raise Raised("AttributeError", f"'{type_name(value)}' object has no attribute '{name}'")
    value.set_attribute(machine, name, new)


_NOTHING = object()

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "print": _print,
    "len": _len,
    "abs": _abs,
    "round": _round,
    "pow": _pow,
    "divmod": _divmod,
    "sum": _sum,
    "min": _extreme("<", "min"),
    "max": _extreme(">", "max"),
    "any": _any,
    "all": _all,
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "reversed": _reversed,
    "sorted": _sorted,
    "map": _map,
    "filter": lambda machine, function, values: iter(
        [one for one in machine.listed(values) if machine.truth(one if function is None else machine.apply(function, [one]))]
    ),
    "isinstance": _isinstance,
    "type": _type,
    "repr": _repr,
    "format": _format,
    "id": _id,
    "iter": _iter,
    "next": _next,
    "getattr": _attribute,
    "hasattr": _has_attribute,
    "setattr": _set_attribute,
}


def _exception(name: str) -> Callable[..., Any]:
    def make(machine: Interpreter, *arguments: Any) -> Caught:
        if len(arguments) == 1:
            text = machine.representation(arguments[0]) if name == "KeyError" else machine.text(arguments[0])
        else:
            text = machine.representation(arguments) if arguments else ""
        return Caught(name, text, arguments)

    return make


SIZE = Type("torch.Size", lambda machine, sizes: Size(machine.listed(sizes)), (Size,))


def _types() -> list[Type]:
    kinds = [
        Type("bool", _to_bool, (bool,)),
        Type("int", _to_int, (int,)),
        Type("float", _to_float, (float,)),
        Type("str", _to_text, (str,)),
        Type("list", _to_list, (list,)),
        SIZE,
        Type("tuple", _to_tuple, (tuple,)),
        Type("collections.OrderedDict", lambda machine, *given: OrderedDict(_to_dict(machine, *given)), (OrderedDict,)),
        Type("dict", _to_dict, (dict,)),
        Type("set", lambda machine, values=(): as_set(machine, values), (set,)),
    ]
    every = tuple(EXCEPTIONS)
    return kinds + [
        Type(name, _exception(name), every if name == "Exception" else (name, *more)) for name, more in EXCEPTIONS.items()
    ]
