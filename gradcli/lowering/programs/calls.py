"""Which function a call means, and which parameter each of its arguments goes to."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence

from gradcli.errors import GradcliError, Span, nearest
from gradcli.language.ast import Call, Conditional, Definition, Expression, children, postorder
from gradcli.language.statements import expressions
from gradcli.language.text import to_text
from gradcli.ops.catalogue import function_names, spelled
from gradcli.ops.declaration.operation import MANY, Operation
from gradcli.typing import Any

_LETTERS = 3
"""Letters of a name before a parenthesis that may be meant as the product of as many variables."""

Running = tuple[Any, ...]
"""A call that is being evaluated: the name of the function, and the value or the node of each argument."""

Order = tuple[int | None, ...]
"""For each parameter the index of the written argument that it takes; None where it takes none."""


def parameters_of(call: Call, definition: Definition) -> list[int]:
    """For each parameter of an own function the index of the written argument that it takes.

    Raises:
        GradcliError: There are too many or too few, or a name is wrong.
    """
    order = _places(call, definition.parameters)
    places = [at for at in order if at is not None]
    if not len(places) == len(order) == len(definition.parameters):
        usage = f"{definition.name}({', '.join(definition.parameters)})"
        raise _wrong_count(call, len(definition.parameters), len(definition.parameters), usage)
    return places


def calls_always(definition: Definition, functions: Mapping[str, Definition]) -> bool:
    """Whether an own function calls itself in any case, be it through others: no condition stands before the call."""
    seen: set[str] = set()
    work = [definition]
    while work:
        body = work.pop().body
        roots = [body] if isinstance(body, Expression) else [root for statement in body for root in expressions(statement)]
        for call in (node for root in roots for node in postorder(root, _evaluated) if isinstance(node, Call)):
            if call.function == definition.name:
                return True
            if call.function in functions and call.function not in seen:
                seen.add(call.function)
                work.append(functions[call.function])
    return False


def _evaluated(expression: Expression) -> tuple[Expression, ...]:
    """The direct subexpressions that are evaluated in any case."""
    return (expression.test,) if isinstance(expression, Conditional) else children(expression)


def resolve(call: Call) -> tuple[Operation, Order] | None:
    """The operation that a call means, and the order of its arguments; None where no operation has that name.

    Raises:
        GradcliError: There are too many or too few arguments, or a name is wrong.
    """
    count = len(call.arguments)
    candidates = spelled(call.function) if call.function.isidentifier() else []
    for operation in candidates:
        if operation.accepts(count) or (call.keywords and count <= operation.most):
            return operation, _places(call, operation.parameters)
    if not candidates:
        return None
    fewest = min(operation.required for operation in candidates)
    widest = max(candidates, key=lambda operation: operation.most)
    raise _wrong_count(call, fewest, widest.most, call.function + widest.usage[len(widest.name) :])


def missing_argument(call: Operation, index: int) -> str:
    """What is said of a parameter that has no value and no default."""
    return f"{call.name} needs a value for {call.parameters[index]}"


def is_unary_function(name: str) -> bool:
    """Whether a name is that of a function of one number, such as sin; without parentheses it hardly means a variable.

    Names as variables have them, a letter with a number (i1) or a Greek letter (gamma), are variables there.
    """
    if (name[1:].isdigit() and name[0].isalpha()) or all(operation.most > 1 for operation in spelled(name)):
        return False
    import unicodedata

    return name.upper() not in [unicodedata.name(chr(code)).rpartition(" ")[2] for code in range(ord("α"), ord("ω") + 1)]


@functools.lru_cache(maxsize=1)
def _unary_functions() -> list[str]:
    """The functions of one number, long names first."""
    return sorted(filter(is_unary_function, function_names()), key=len, reverse=True)


def run_together(name: str, others: Collection[str]) -> str:
    """The call that a name may be meant as, where a function and its argument are written as one: sinx, ln2, sinθ.

    Args:
        name: The name.
        others: The other names of the program.

    Returns:
        The call, ``sin(x)``; empty where the name is none such.
    """
    for function in _unary_functions():
        rest = name[len(function) :]
        if name.startswith(function) and (rest == "x" or rest[:1].isdigit() or rest in others):
            return f"{function}({rest})"
    return ""


def function_without_argument(name: str, span: Span) -> GradcliError:
    """The error for a function that stands without its argument, as in sin^2(x)."""
    inverse = f", for the inverse arc{name}(x)" if spelled(f"arc{name}") else ""
    hint = f"write {name}(x), for a power {name}(x)^2{inverse}; a variable of that name needs a value: --{name} VALUE"
    return GradcliError(f"{name} is a function, and here it has no argument", span, hint)


def unknown_function(call: Call, own: Iterable[str], values: Collection[str], *, defined_later: bool) -> GradcliError:
    """The error for a name before a parenthesis that is no function.

    Args:
        call: The call.
        own: The names of the program's own functions.
        values: The names that stand for values somewhere in the program.
        defined_later: Whether the program defines the function further down.
    """
    name, start = call.function, call.span[0]
    place = (start, start + len(name))
    if name in values:
        return GradcliError(f"{name} is not a function", place, f"for a product write {name}*({_argument(call)})")
    if defined_later:
        return GradcliError(f"{name} is used before it is defined", place, "move the definition up")
    from gradcli.language.other_languages import ALONE

    if name in ALONE:
        return GradcliError(f"there is no function {name}", place, ALONE[name])
    near = nearest(name, [*function_names(), *own])
    if len(name) <= 2 and name[0] == "d" and name[1:].isalpha() | (name == "d"):  # dx(x^2), or d(x^2)/dx
        by = name[1:] or next((one[1:] for one in sorted(values) if len(one) == 2 and one[0] == "d"), "x")
        inner = _argument(call)
        hint = f"the derivative of {inner} by {by} is diff({inner}, {by}); for a product write {name}*({inner})"
        return GradcliError(f"there is no function {name}", place, hint)
    if joined := _joined_function(name, values):
        return GradcliError(f"there is no function {name}", place, f"for a product write {joined}({_argument(call)})")
    hint = f"did you mean {near}?" if near else "`gradcli ops` lists the functions"
    if len(name) == 1 or not near:
        letters = "*".join(name) if len(name) <= _LETTERS and name.isascii() and name.isalpha() else name
        if letters == name or len(set(name)) == len(name):  # foo is a word
            hint += f"; for a product write {letters}*({_argument(call)})"
        hint += f"; your own function is defined by {name}(u) = ..."
    return GradcliError(f"there is no function {name}", place, hint)


def _places(call: Call, parameters: Sequence[str]) -> Order:
    """For each parameter which written argument it takes. Trailing ones left out are cut off."""
    positional = len(call.arguments) - len(call.keywords)
    places: list[int | None] = list(range(positional))
    spans = call.keyword_spans or (call.span,) * len(call.keywords)
    for index, (keyword, place) in enumerate(zip(call.keywords, spans, strict=True), positional):
        if keyword not in parameters:
            near = nearest(keyword, parameters)
            hint = f"did you mean {near}?" if near else f"its arguments are {', '.join(parameters)}"
            raise GradcliError(f"{call.function} has no argument {keyword}", place, hint)
        at = parameters.index(keyword)
        if at < positional:
            hint = "once by its place and once by its name: leave one out"
            raise GradcliError(f"{call.function} gets its argument {keyword} twice", place, hint)
        places.extend([None] * (at + 1 - len(places)))
        places[at] = index
    return tuple(places)


def _joined_function(name: str, values: Collection[str]) -> str:
    """The product that a name before a parenthesis may be meant as, ``x*cos`` for xcos; empty where it is none.

    Args:
        name: The name.
        values: The names that stand for values somewhere in the program.
    """
    for function in _unary_functions():
        factor = name.removesuffix(function)
        if factor != name and factor and len(function) > 1 and (factor in values or len(factor) == 1):
            return f"{factor}*{function}"
    return ""


def _argument(call: Call) -> str:
    """The argument of a call, as a hint repeats it."""
    short = len(call.arguments) == 1 and call.span[1] - call.span[0] <= 40
    return to_text(call.arguments[0]) if short else "..."


def _wrong_count(call: Call, fewest: int, most: int, usage: str) -> GradcliError:
    takes = f"at least {fewest}" if most >= MANY else str(fewest) if fewest == most else f"{fewest} to {most}"
    noun = "argument" if takes.split()[-1] == "1" else "arguments"
    return GradcliError(f"{call.function} takes {takes} {noun}, not {len(call.arguments)}", call.span, f"write {usage}")
