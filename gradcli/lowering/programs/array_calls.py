"""Calls of operations on arrays: which arguments are operands and which are settings, such as an axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from gradcli.errors import GradcliError, nearest
from gradcli.graph.graph import MOST_AXES, Constant, Setting, Settings, Shape
from gradcli.language.ast import Array, Call, Ellipsis, Expression, Group, Name, Number, Operator, Slice, Tuple, postorder
from gradcli.language.text import to_text
from gradcli.ops.catalogue import STRUCTURAL, spelled, structural_named
from gradcli.ops.declaration.structural import Structural
from gradcli.typing import Any

SYNONYMS = {"dim": "axis", "keepdim": "keepdims", "p": "ord", "dims": "axis"}
"""PyTorch's names of settings, and NumPy's."""

_WORDS: dict[str, Setting] = {
    "True": True, "true": True, "False": False, "false": False, "None": None, "none": None, "same": "same", "valid": "valid",
    "inf": "inf", "-inf": "-inf", "mean": "mean", "sum": "sum",
}  # fmt: skip
"""Names that stand for settings that are no numbers."""


def over_arrays(operation: str, shapes: Sequence[Shape]) -> str:
    """The operation that one on numbers is where its arguments are arrays: itself, a reduction, or the mean of losses."""
    reduction, loss = f"reduce_{operation}", f"mean_{operation}"
    if reduction in STRUCTURAL and len(shapes) == 1 and shapes[0]:
        return reduction
    return loss if loss in STRUCTURAL and any(shapes) else operation


_ELEMENTWISE = {"max": "maximum", "min": "minimum", "amax": "maximum", "amin": "minimum"}
"""Reductions that are meant for the elements of two arrays as well, and what says so."""


def may_name_axes(call: Call) -> bool:
    """Whether all arguments but the first are whole numbers, which an axis is as well."""
    return len(call.arguments) > 1 and not call.keywords and all(map(_is_axis, call.arguments[1:]))


def _is_axis(argument: Expression) -> bool:
    if isinstance(argument, Tuple | Array):
        return all(map(_is_whole, argument.items))
    return _is_whole(argument)


def _is_whole(argument: Expression) -> bool:
    if isinstance(argument, Operator) and argument.symbol == "-" and len(argument.operands) == 1:
        argument = argument.operands[0]
    return isinstance(argument, Number) and isinstance(argument.value, int)


def check_no_axis(call: Call) -> None:
    """An axis of a reduction is written by its name: for numbers ``sum(x, 0)`` is the sum of both, for PyTorch 0 is an axis.

    Raises:
        GradcliError: The call is of a reduction; its first argument is an array, and the others are whole numbers.
    """
    operation = structural_named(call.function)
    if operation is None or "axis" not in dict(operation.settings):
        return
    items = [item for one in call.arguments[1:] for item in (one.items if isinstance(one, Tuple | Array) else (one,))]
    numbers = ", ".join(map(to_text, items))
    hint = f"write axis={numbers if len(items) == 1 else f'({numbers})'}"
    if call.function in _ELEMENTWISE and len(items) == 1:
        hint += f", or {_ELEMENTWISE[call.function]}(A, {numbers}) for each element and {numbers}"
    raise GradcliError(f"is {numbers} the axis of {call.function}? It is given by its name", call.span, hint)


def is_array_call(call: Call) -> bool:
    """Whether a call may mean an operation on arrays: only these have settings, or names that no operation on numbers has."""
    if not call.keywords or not spelled(call.function):
        return not spelled(call.function)
    operation = structural_named(call.function)
    settings = () if operation is None else [name for name, _ in operation.settings]
    named = [SYNONYMS.get(keyword, keyword) in settings for keyword in call.keywords]
    return any(named) or not any(operation.accepts(len(call.arguments)) for operation in spelled(call.function))


def array_call(call: Call) -> tuple[Structural, list[Expression], Settings] | None:
    """The operation on arrays that a call means, its operands and its settings; None where no such operation has that name.

    Raises:
        GradcliError: There are too many or too few arguments, or a setting is unknown or not constant.
    """
    positional = len(call.arguments) - len(call.keywords)
    given = list(call.arguments[:positional])
    operation = structural_named(call.function)
    if operation is None:
        return None
    names = [name for name, _ in operation.settings]
    operands, rest = _operands(operation, given)
    if len(rest) == 1 or len(names) != 1 or not rest:
        settings = {name: setting_of(value, call) for name, value in zip(names, rest, strict=False)}
    else:  # reshape(A, 2, 3): numbers one by one where one setting is a tuple
        settings = {names[0]: tuple([setting_of(value, call) for value in rest])}
        rest = []
    if len(rest) > len(names):
        raise GradcliError(f"{call.function} does not take {positional} arguments", call.span, f"write {operation.usage}")
    placed: dict[str, Expression] = dict(zip(operation.parameters, operands, strict=False)) if not operation.variadic else {}
    spans = call.keyword_spans or (call.span,) * len(call.keywords)
    for keyword, value, span in zip(call.keywords, call.arguments[positional:], spans, strict=True):
        name = SYNONYMS.get(keyword, keyword)
        if name in settings or name in placed:
            raise GradcliError(f"{call.function} gets its argument {keyword} twice", span, "leave one out")
        if name in names:
            settings[name] = setting_of(value, call)
        elif name in operation.parameters and not operation.variadic:
            placed[name] = value
        else:
            near = nearest(keyword, [*names, *SYNONYMS])
            hint = f"did you mean {near}?" if near else f"write {operation.usage}"
            raise GradcliError(f"{call.function} has no argument {keyword}", span, hint)
    if not operation.variadic:
        operands = [placed[name] for name in operation.parameters if name in placed]
        if set(placed) != set(operation.parameters[: len(placed)]):
            raise GradcliError(f"{call.function} lacks one of its arguments", call.span, f"write {operation.usage}")
    if len(operands) < operation.required:
        raise GradcliError(f"{call.function} does not take {positional} arguments", call.span, f"write {operation.usage}")
    if isinstance(size := settings.get("shape"), int):  # zeros(3) is of the shape (3,)
        settings["shape"] = (size,)
    if isinstance(entries := settings.get("index"), tuple):  # index=([0, 2],) has a list of places
        lists = [isinstance(entry, tuple) and all(isinstance(place, int) for place in entry) for entry in entries]
        settings["index"] = tuple([("list", *entry) if place else entry for entry, place in zip(entries, lists, strict=True)])  # type: ignore[misc]
    return operation, operands, tuple(operation.complete(settings).items())


def _operands(operation: Structural, given: Sequence[Expression]) -> tuple[list[Expression], list[Expression]]:
    """The operands among the arguments, and the rest. A list of arrays is its elements: stack([a, b], 0)."""
    if operation.variadic:
        if given and isinstance(given[0], Array | Tuple) and all(map(_is_whole, given[1:])):
            return list(given[0].items), list(given[1:])
        return list(given), []
    count = len(operation.parameters)
    return list(given[:count]), list(given[count:])


def setting_of(expression: Expression, call: Call) -> Setting:
    """The value of a setting: a number, a word such as True, or a list of settings; numbers may be computed from numbers.

    Raises:
        GradcliError: It is not constant.
    """
    check_depth(expression)
    done: dict[int, Setting] = {}
    for node in postorder(expression):
        if isinstance(node, Name) and node.name in _WORDS:
            done[id(node)] = _WORDS[node.name]
        elif isinstance(node, Number):
            done[id(node)] = _plain(node.value)
        elif isinstance(node, Group):
            done[id(node)] = done[id(node.content)]
        elif isinstance(node, Operator):
            done[id(node)] = _computed(node, [done[id(operand)] for operand in node.operands], call)
        elif isinstance(node, Slice | Ellipsis):
            done[id(node)] = index_entry(node)
        elif isinstance(node, Array | Tuple):
            done[id(node)] = tuple([done[id(item)] for item in node.items])
        else:
            raise _not_constant(node, call)
    return done[id(expression)]


def _computed(node: Operator, operands: Sequence[Setting], call: Call) -> Setting:
    """The exact value of an operator on numbers."""
    if node.symbol == "-" and operands == ["inf"]:
        return "-inf"
    numbers = [operand for operand in operands if isinstance(operand, int | float) and not isinstance(operand, bool)]
    operation = next((o for o in spelled(node.symbol) if o.accepts(len(numbers)) and o.symbol == node.symbol), None)
    if len(numbers) < len(operands) or operation is None:
        raise _not_constant(node, call)
    if all(isinstance(number, int) for number in numbers) and operation.exact is not None:
        exact = operation.exact(*numbers)
        if exact is not None:
            return _plain(exact)
    return operation(*map(float, numbers))  # type: ignore[no-any-return]


def _not_constant(node: Expression, call: Call) -> GradcliError:
    hint = "settings such as axis are known before the graph is"
    return GradcliError(f"a setting of {call.function} must be a number", node.span, hint)


def _plain(value: int | Fraction | float) -> int | float:
    return float(value) if isinstance(value, float) or value.denominator != 1 else int(value)


def array_constant(array: Array) -> Constant | None:
    """The constant of an array of numbers; None where an element is anything else.

    Raises:
        GradcliError: Its brackets are nested deeper than an array may have axes.
    """
    check_depth(array)
    below: list[Expression] = [array]
    for node in below:  # each before what is in it
        if isinstance(node, Array):
            below.extend(node.items)
        elif _number_of(node) is None:
            return None
    done: dict[int, Constant] = {}
    for node in reversed(below):
        if isinstance(node, Array):
            done[id(node)] = tuple([done[id(item)] for item in node.items])
        elif (number := _number_of(node)) is not None:
            done[id(node)] = number
    return done[id(array)]


def _number_of(node: Expression) -> int | Fraction | float | None:
    """The value of a number, which may have a sign; None for anything else."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Operator) and node.symbol == "-" and len(node.operands) == 1:
        operand = node.operands[0]
        return -operand.value if isinstance(operand, Number) else None
    return None


def check_depth(expression: Expression) -> None:
    """Check that brackets are not nested deeper than an array may have axes.

    Raises:
        GradcliError: They are.
    """
    depth = 0
    inner: Expression | None = expression
    while isinstance(inner, Array | Tuple | Group):
        depth += not isinstance(inner, Group)
        if depth > MOST_AXES:
            raise GradcliError(f"an array has at most {MOST_AXES} axes", expression.span, "write fewer brackets")
        inner = inner.content if isinstance(inner, Group) else inner.items[0] if inner.items else None


def index_entry(item: Expression, known: Callable[[str], Constant | None] = lambda name: None) -> Setting:
    """An entry of an index: a whole number, a slice, ``...``, ``None`` for a new axis, or a list of whole numbers.

    Args:
        item: The entry as it is written.
        known: The number that a name stands for, such as the counter of a loop; None for a name that is not known yet.
    """
    if isinstance(item, Array):
        return ("list", *[_whole(place, known) for place in item.items])
    if isinstance(item, Ellipsis):
        return "..."
    if isinstance(item, Name) and item.name in ("None", "none"):
        return None
    if isinstance(item, Slice):
        return ("slice", *[None if part is None else _whole(part, known) for part in (item.start, item.stop, item.step)])
    return _whole(item, known)


def _whole(item: Expression, known: Callable[[str], Constant | None]) -> int:
    value = exact_value(item, known)
    if value is not None and -math.inf < value < math.inf and value == int(value):
        return int(value)
    raise GradcliError("an index is a whole number", item.span, "it is known before the graph is: write v[0], v[1:3] or v[-1]")


_ARITHMETIC: dict[tuple[str, int], Callable[..., Any]] = {
    ("+", 1): lambda a: a, ("-", 1): lambda a: -a, ("+", 2): lambda a, b: a + b, ("-", 2): lambda a, b: a - b,
    ("*", 2): lambda a, b: a * b,
}  # fmt: skip


def exact_value(expression: Expression, known: Callable[[str], Constant | None]) -> int | Fraction | float | None:
    """The number that sums and products of numbers and known names come to; None for any other expression."""
    results: list[int | Fraction | float] = []
    for node in postorder(expression):
        if isinstance(node, Number):
            results.append(node.value)
        elif isinstance(node, Name):
            named = known(node.name)
            if not isinstance(named, int | Fraction | float) or not -(2**53) <= named <= 2**53:
                return None
            results.append(named)
        elif isinstance(node, Operator) and (node.symbol, len(node.operands)) in _ARITHMETIC:
            count = len(node.operands)
            operands = results[-count:]
            del results[-count:]
            value: int | Fraction | float = _ARITHMETIC[node.symbol, count](*operands)
            if not -(2**53) <= value <= 2**53:
                return None
            results.append(value)
        else:
            return None
    return results[0]
